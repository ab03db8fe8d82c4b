/// The slow interpreter that defines every bit: SPEC.md, section 3, in the order in which a person would explain it.
///
/// Everything else that computes with a program (engine, audit, fraud predicates, a prover's witness) is held to it
/// by tests. It is written to be read, not to be fast.
package struct Reference: Sendable {
  package let graph: Graph
  let embedding: ReferenceMatrix
  package private(set) var attentions: [ReferenceAttention]
  let feedForwards: [ReferenceFeedForward]
  let head: ReferenceMatrix
  /// Residual out of the last layer at the last position, shape (hiddenSize,).
  private var last: [Int64] = []

  /// Starts an empty sequence.
  package init(_ program: Program) {
    graph = program.graph
    embedding = ReferenceMatrix(program.weights(of: program.graph.embedding))
    attentions = program.graph.layers.map { ReferenceAttention($0.attention, in: program) }
    feedForwards = program.graph.layers.map { ReferenceFeedForward($0.feedForward, in: program) }
    head = ReferenceMatrix(program.weights(of: program.graph.head))
  }

  /// Positions computed so far.
  package var count: Int { attentions.first?.cache.count ?? 0 }

  /// Feeds one token.
  /// - Precondition: the token is in the vocabulary and the context is not full.
  /// - Returns: the residual out of each layer, shape (layers, hiddenSize).
  @discardableResult
  package mutating func append(_ token: UInt32) -> [[Int64]] {
    precondition(token < graph.vocabularyCount && count < graph.contextLength)
    var residual = embedding.embed(Int(token))
    var residuals: [[Int64]] = []
    for layer in graph.layers.indices {
      let attended = attentions[layer].append(residual)
      residual = zip(residual, attended).map { $0 + $1 }
      let fed = feedForwards[layer].apply(residual)
      residual = zip(residual, fed).map { $0 + $1 }
      residuals.append(residual)
    }
    last = residual
    return residuals
  }

  /// The logits after the last position, shape (vocabularyCount,), 16 fraction bits.
  package func logits() -> [Int32] {
    let (row, scale) = graph.finalNorm.quantized(last, site: graph.headSite)
    return head.apply(row.values, scale: scale).map { Int32($0) }
  }
}
