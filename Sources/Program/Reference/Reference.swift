/// The slow interpreter that defines every bit: SPEC.md, section 3, in the order in which a person would explain it.
///
/// Everything else that computes with a program (engine, audit, fraud predicates, a prover's witness) is held to it
/// by tests. It is written to be read, not to be fast. This is a decoder; `ReferenceEncoder` is an encoder.
package struct Reference: Sendable {
  package let graph: Graph
  let input: ReferenceInput
  package private(set) var attentions: [ReferenceAttention]
  let feedForwards: [ReferenceFeedForward]
  let head: Head
  let headMatrix: ReferenceMatrix
  /// Residual out of the last layer at the last position, shape (hiddenSize,).
  private var last: [Int64] = []

  /// Starts an empty sequence.
  /// - Throws: `ProgramError.kind` unless the program is a decoder.
  package init(_ program: Program) throws(ProgramError) {
    graph = try program.graph
    guard let head = graph.head else { throw .kind(needed: "decoder", found: program.structure.name) }
    self.head = head
    headMatrix = ReferenceMatrix(program.weights(of: head.matrix))
    input = ReferenceInput(graph, in: program)
    attentions = graph.layers.map { ReferenceAttention($0.attention, in: program) }
    feedForwards = graph.layers.map { ReferenceFeedForward($0.feedForward, in: program) }
  }

  /// Positions computed so far.
  package var count: Int { attentions.first?.cache.count ?? 0 }

  /// Feeds one token.
  /// - Precondition: the token is in the vocabulary and the context is not full.
  /// - Returns: the residual out of each layer, shape (layers, hiddenSize).
  @discardableResult
  package mutating func append(_ token: UInt32) -> [[Int64]] {
    precondition(token < graph.vocabularyCount && count < graph.contextLength)
    let position = count
    var residual = input.row(token, at: position)
    var residuals: [[Int64]] = []
    for (index, layer) in graph.layers.enumerated() {
      let queries = attentions[index].append(residual)
      let first = layer.attention.firstVisible(from: position)
      let attended = attentions[index].attend(queries, at: position, visible: first...position)
      residual = layer.finish(residual, attended: attended, feedForwards[index])
      residuals.append(residual)
    }
    last = residual
    return residuals
  }

  /// The logits after the last position, shape (vocabularyCount,), 16 fraction bits.
  package func logits() -> [Int32] {
    let (row, scale) = head.norm.quantized(last, site: head.site)
    return headMatrix.apply(row.values, scale: scale).map { Int32($0) }
  }
}
