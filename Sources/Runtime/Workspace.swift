import Program

/// The memory of one block of tokens on its way through the layers.
final class Workspace {
  /// Residual stream, shape (tokens, hiddenSize).
  let residual: Storage<Int64>
  /// Rows on their way into a quantiser, shape (tokens, widest row).
  let rows: Storage<Int64>
  let rowStride: Int
  /// Projections: query or gate, key or up, value.
  let first, second, third: Storage<Int64>
  /// What a block adds to the residual stream, shape (tokens, hiddenSize).
  let update: Storage<Int64>
  let operands: Operands

  init(_ model: Model, tokens: Int) {
    let graph = model.graph
    residual = Storage(tokens * graph.hiddenSize)
    update = Storage(tokens * graph.hiddenSize)
    rowStride = model.widestRow
    rows = Storage(tokens * rowStride)
    first = Storage(tokens * graph.layers.reduce(1) { max($0, $1.attention.query.rows, $1.feedForward.gate.rows) })
    second = Storage(tokens * graph.layers.reduce(1) { max($0, $1.attention.key.rows, $1.feedForward.up.rows) })
    third = Storage(tokens * graph.layers.reduce(1) { max($0, $1.attention.value.rows) })
    operands = Operands(tokens: tokens, columns: model.widestRow)
  }
}
