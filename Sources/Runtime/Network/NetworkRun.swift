import Hashing
import Program

/// One run of a network: tensors, answer and trace. An audit makes the same call and compares.
package struct NetworkRun: Sendable {
  /// All tensors, shape (tensors, values): the input first, the logits last.
  package let tensors: [[Int64]]
  package let answer: NetworkAnswer
  /// Root of the trace; zero without one.
  package let traceRoot: Digest
  /// Cell hashes, one a tensor; empty unless they were asked for.
  package let cells: [Digest]

  /// - Parameter trace: `nil` for no trace.
  /// - Throws: `NetworkInputError` for an input that is not of the network's format.
  package init(
    _ input: NetworkInput, model: NetworkModel, trace options: TraceBuilder.Options? = nil,
    parallel: Parallel = Parallel()
  ) throws(NetworkInputError) {
    var tensors = [try model.network.input.values(of: input)]
    for index in model.network.operators.indices {
      tensors.append(OperatorPass(model, index: index, parallel: parallel).apply(tensors))
    }
    self.tensors = tensors
    answer = NetworkAnswer(logits: tensors[tensors.count - 1].map { Int32($0) }, labels: model.network.labels)
    var trace = options.map { TraceBuilder($0) }
    if let options { trace?.append(Self.cells(tensors, salt: options.salt, parallel: parallel)[...]) }
    traceRoot = trace?.root ?? .zero
    cells = trace?.cells ?? []
  }

  /// The cells' hashes (docs/spec-networks.md, section 6).
  private static func cells(_ tensors: [[Int64]], salt: Digest, parallel: Parallel) -> [Digest] {
    var cells = [Digest](repeating: .zero, count: tensors.count)
    cells.withUnsafeMutableBufferPointer { cells in
      // A value's bytes take about as long to hash as sixteen multiplications.
      let work = 16 * tensors.reduce(0) { $0 + $1.count }
      parallel.run(tensors.count, work: work) { layers in
        for layer in layers {
          cells[layer] = Cell.hash(
            Cell.payload(residual: tensors[layer]), salt: salt, position: 0, layer: layer, index: 0)
        }
      }
    }
    return cells
  }
}
