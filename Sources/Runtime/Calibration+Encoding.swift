extension Calibration {
  /// Lets an encoder run over one text, and watches its attention.
  /// - Precondition: 1…contextLength tokens, all in the vocabulary.
  /// - Throws: `RuntimeError.notAnEncoder` for a decoder.
  package func watch(
    _ tokens: [UInt32], through model: Model, parallel: Parallel = Parallel()
  ) throws(RuntimeError) {
    guard model.graph.isBidirectional else { throw .notAnEncoder }
    let sequence = SequenceState(model)
    sequence.calibration = self
    let engine = BatchEngine(model, parallel: parallel, rowLimit: tokens.count)
    engine.encode([(sequence: sequence, tokens: tokens, dimensions: model.graph.hiddenSize)]) { _, _ in }
  }
}
