/// Where a token's row begins: embedding, position and their norm (SPEC.md, 3.1 and 3.10).
struct ReferenceInput: Sendable {
  let embedding: ReferenceMatrix
  let positions: ReferenceMatrix?
  let norm: FormedNorm?

  init(_ graph: Graph, in program: Program) {
    embedding = ReferenceMatrix(program.weights(of: graph.embedding))
    positions = graph.positions.map { ReferenceMatrix(program.weights(of: $0)) }
    norm = graph.embeddingNorm
  }

  /// The residual stream before the first layer.
  func row(_ token: UInt32, at position: Int) -> [Int64] {
    var row = embedding.embed(Int(token))
    if let positions { row = zip(row, positions.embed(position)).map { $0 + $1 } }
    return norm?.formed(row) ?? row
  }
}

extension Layer {
  /// x ← postNorm(x + attended); x ← postNorm(x + feedForward(norm(x))) (SPEC.md, 3.8 and 3.10).
  func finish(_ residual: [Int64], attended: [Int64], _ network: ReferenceFeedForward) -> [Int64] {
    let middle = Self.added(residual, attended, attention.postNorm)
    return Self.added(middle, network.apply(middle), feedForward.postNorm)
  }

  private static func added(_ residual: [Int64], _ output: [Int64], _ postNorm: FormedNorm?) -> [Int64] {
    let sum = zip(residual, output).map { $0 + $1 }
    return postNorm?.formed(sum) ?? sum
  }
}
