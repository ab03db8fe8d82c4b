import Hashing
import Program

/// The memory of one block of tokens on its way through the layers; made once and used for every block.
final class Workspace {
  /// Most tokens of a block.
  let rowCount: Int
  /// Residual stream, shape (rows, hiddenSize).
  let residual: Storage<Int64>
  /// Rows on their way into a quantiser, shape (rows, widest row).
  let rows: Storage<Int64>
  let rowStride: Int
  /// Projections: query or gate, key or up, value.
  let first, second, third: Storage<Int64>
  /// What a block adds to the residual stream, shape (rows, hiddenSize).
  let update: Storage<Int64>
  let operands: Operands
  let rotations: Rotations
  /// One for each thread.
  let attention: [AttentionScratch]
  let cells: CellMemory
  let routing: RoutingMemory?
  let logits: LogitMemory

  init(_ model: Model, rows count: Int, threads: Int) {
    let graph = model.graph
    let shape = WorkspaceShape(graph)
    rowCount = count
    residual = Storage(count * graph.hiddenSize)
    update = Storage(count * graph.hiddenSize)
    rowStride = shape.widestRow
    rows = Storage(count * rowStride)
    first = Storage(count * shape.first)
    second = Storage(count * shape.second)
    third = Storage(count * shape.third)
    operands = Operands(tokens: count, columns: shape.widestRow)
    rotations = Rotations(frequencies: model.frequencies, tokens: count)
    let headSize = graph.layers.reduce(0) { max($0, $1.attention.headSize) }
    attention = (0..<threads).map { _ in AttentionScratch(headSize: headSize) }
    cells = CellMemory(threads: threads)
    routing =
      shape.expertCount == 0
      ? nil
      : RoutingMemory(
        rows: count, experts: shape.expertCount, columns: shape.widestRow, outputs: graph.hiddenSize)
    logits = LogitMemory(model, threads: threads)
  }

  /// Lets a recorder see the operands of every product from now on; `nil` for none.
  func record(_ recorder: OperandStatistics?) {
    operands.recorder = recorder
    routing?.operands.recorder = recorder
  }

  /// Bytes of one row, about: values, operands, cell hashes, rotations, and what experts need.
  static func rowByteCount(_ graph: Graph) -> Int {
    let shape = WorkspaceShape(graph)
    let values = 2 * graph.hiddenSize + shape.widestRow + shape.first + shape.second + shape.third
    let pairs = graph.layers.reduce(0) { $0 + ($1.attention.frequencies?.count ?? 0) }
    let routing = shape.expertCount == 0 ? 0 : 40 * shape.expertCount + 2 * shape.widestRow + 8 * graph.hiddenSize
    return 8 * values + 2 * shape.widestRow + 32 * graph.layers.count + 4 * pairs + routing
  }
}

/// The greatest row of each kind over all layers.
private struct WorkspaceShape {
  var widestRow: Int
  var first = 1
  var second = 1
  var third = 1
  var expertCount = 0

  init(_ graph: Graph) {
    widestRow = graph.hiddenSize
    for layer in graph.layers {
      let attention = layer.attention
      first = max(first, attention.query.rows)
      second = max(second, attention.key.rows)
      third = max(third, attention.value.rows)
      widestRow = max(widestRow, attention.output.columns)
      switch layer.feedForward.body {
      case .gated(let network): include(network.up)
      case .plain(let network): include(network.up)
      case .experts(let experts):
        expertCount = max(expertCount, experts.networks.count)
        for network in experts.networks + [experts.shared].compactMap({ $0 }) { include(network.up) }
      }
    }
  }

  /// An inner projection, whose outputs are a row of the quantiser before the last matrix.
  private mutating func include(_ inner: Matrix) {
    first = max(first, inner.rows)
    second = max(second, inner.rows)
    widestRow = max(widestRow, inner.rows)
  }
}

/// Cell hashes of one block, and bytes on their way into a hash.
final class CellMemory {
  /// Shape (rows, layers).
  var hashes: [Digest] = []
  /// One for each thread.
  let scratch: [Scratch]

  final class Scratch {
    var bytes: [UInt8] = []
  }

  init(threads: Int) {
    scratch = (0..<threads).map { _ in Scratch() }
  }
}

/// What a layer with experts needs besides.
final class RoutingMemory {
  /// A row that an expert works on, with its weight.
  struct Choice {
    let row: Int
    let weight: Int64
  }

  /// Router outputs, shape (rows, experts).
  let logits: Storage<Int64>
  /// Rows of each expert.
  var choices: [[Choice]]
  /// One expert's operands.
  let operands: Operands
  /// One expert's outputs, shape (rows, hiddenSize).
  let outputs: Storage<Int64>

  init(rows: Int, experts: Int, columns: Int, outputs width: Int) {
    logits = Storage(rows * experts)
    choices = Array(repeating: [], count: experts)
    operands = Operands(tokens: rows, columns: columns)
    outputs = Storage(rows * width)
  }
}

/// Logits of a few rows; made when first needed.
final class LogitMemory {
  private let vocabularyCount: Int
  /// Most rows that the head multiplies at once: more read its weights less often, and take more memory.
  private let rowLimit: Int
  private(set) var sums = Storage<Int64>(0)
  /// Rows as they are handed out, one for each thread.
  private let rows: [Row]

  private final class Row {
    var logits: [Int32] = []
  }

  init(_ model: Model, threads: Int) {
    rows = (0..<threads).map { _ in Row() }
    vocabularyCount = model.graph.vocabularyCount
    rowLimit = max(8, model.program.file.count / 32 / (8 * vocabularyCount))
  }

  /// Makes room for some of `count` rows, and says for how many.
  func reserve(_ count: Int) -> Int {
    let rows = min(count, rowLimit)
    if sums.count < rows * vocabularyCount { sums = Storage(rows * vocabularyCount) }
    return rows
  }

  /// Hands out one row.
  func visit(_ sums: UnsafePointer<Int64>, thread: Int, _ body: ([Int32]) -> Void) {
    let row = rows[thread]
    if row.logits.isEmpty { row.logits = [Int32](repeating: 0, count: vocabularyCount) }
    row.logits.withUnsafeMutableBufferPointer { logits in
      for token in logits.indices { logits[token] = Int32(truncatingIfNeeded: sums[token]) }
    }
    body(row.logits)
  }
}
