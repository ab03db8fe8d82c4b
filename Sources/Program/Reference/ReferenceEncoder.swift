import Hashing

/// The slow interpreter of an encoder: every position attends to all (SPEC.md, 3.10 and 3.14).
package struct ReferenceEncoder: Sendable {
  package let graph: Graph
  let pooling: Pooling
  /// By layer.
  package private(set) var attentions: [ReferenceAttention]
  /// Residual out of each layer, shape (layers, positions, hiddenSize).
  package private(set) var residuals: [[[Int64]]] = []

  /// Runs a whole sequence.
  /// - Precondition: 1…contextLength tokens, all in the vocabulary.
  /// - Throws: `ProgramError.kind` unless the program is an encoder.
  package init(_ program: Program, tokens: [UInt32]) throws(ProgramError) {
    graph = try program.graph
    guard case .embedding(let pooling) = graph.output else {
      throw .kind(needed: "encoder", found: program.structure.name)
    }
    precondition((1...graph.contextLength).contains(tokens.count))
    self.pooling = pooling
    attentions = graph.layers.map { ReferenceAttention($0.attention, in: program) }
    let input = ReferenceInput(graph, in: program)
    var rows = tokens.enumerated().map { position, token in input.row(token, at: position) }
    for (index, layer) in graph.layers.enumerated() {
      let feedForward = ReferenceFeedForward(layer.feedForward, in: program)
      let queries = rows.map { attentions[index].append($0) }
      rows = rows.indices.map { position in
        let attended = attentions[index].attend(queries[position], at: position, visible: 0...rows.count - 1)
        return layer.finish(rows[position], attended: attended, feedForward)
      }
      residuals.append(rows)
    }
  }

  /// The vector of unit length that stands for the sequence, shape (dimensions,), 24 fraction bits.
  /// - Parameter dimensions: the first of hiddenSize values to keep; `nil` for all.
  package func embedding(dimensions: Int? = nil) -> [Int32] {
    guard let rows = residuals.last else { preconditionFailure("a graph has layers") }
    return pooling.pooled(rows, dimensions: dimensions ?? graph.hiddenSize)
  }

  /// The hash of a cell.
  package func cellHash(layer: Int, position: Int, salt: Digest) -> Digest {
    attentions[layer].cellHash(
      residual: residuals[layer][position], layer: layer, position: position, salt: salt)
  }
}

extension Pooling {
  /// Fraction bits of a pooled vector.
  package static let outputFraction = 24

  /// The sums, then rs(h_i·R, 30 + s/2 − 24): unit length.
  /// - Parameter rows: residuals out of the last layer, shape (positions, hiddenSize), not empty.
  /// - Precondition: 1 ≤ dimensions ≤ hiddenSize.
  package func pooled(_ rows: [[Int64]], dimensions: Int) -> [Int32] {
    let sums = (0..<dimensions).map { index in
      self == .first ? rows[0][index] : rows.reduce(0) { $0 + $1[index] }
    }
    let advice = NormAdvice(sums, epsilon: 0)
    let shift = 30 + advice.s / 2 - Self.outputFraction
    return advice.values.map { Int32(rs($0 * advice.root, shift)) }
  }
}
