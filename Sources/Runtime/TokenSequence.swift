import Program

/// One sequence of tokens with an engine of its own.
///
/// Nothing it computes depends on how tokens are cut into blocks or on how many threads there are. A sequence is used
/// by one thread at a time.
package final class TokenSequence {
  package typealias Wanted = WantedLogits

  /// Tokens, cache and trace.
  package let state: SequenceState
  private let engine: BatchEngine
  /// Most bytes that the cache may take: a legal program can claim a context that no machine holds.
  private let cacheByteLimit: Int

  /// Starts an empty sequence.
  /// - Parameters:
  ///   - parallel: threads of each step.
  ///   - blockSize: most tokens of a prompt that go through a layer together.
  ///   - trace: what to record of every position; `nil` for no trace.
  ///   - prefix: what a prefix cache holds of the sequence.
  ///   - cacheByteLimit: feeding more than fits is refused before anything is allocated.
  package init(
    _ model: Model, parallel: Parallel = Parallel(), blockSize: Int = 64, trace: TraceBuilder.Options? = nil,
    after prefix: PrefixHit? = nil, cacheByteLimit: Int = 16 << 30
  ) {
    self.cacheByteLimit = cacheByteLimit
    engine = BatchEngine(model, parallel: parallel, rowLimit: min(blockSize, model.graph.contextLength))
    state = SequenceState(model, trace: trace, after: prefix)
  }

  package var model: Model { engine.model }
  /// Positions in the cache.
  package var count: Int { state.count }
  /// The trace so far, when one was asked for.
  package var trace: TraceBuilder? { state.trace }
  /// Most tokens that go through a layer together.
  package var blockSize: Int { engine.rowLimit }
  /// Positions that are still free.
  package var room: Int { model.graph.contextLength - count }
  /// Bytes of the cache now; at most `contextLength` positions' worth, rounded up to a block.
  package var cacheByteCount: Int { state.cacheByteCount }

  /// Told of values and keys before they are quantised.
  package var calibration: Calibration? {
    get { state.calibration }
    set { state.calibration = newValue }
  }

  /// Feeds tokens.
  /// - Returns: the wanted logits, shape (wanted, vocabularyCount), 16 fraction bits.
  /// - Throws: `RuntimeError` for a token beyond the vocabulary or a full context; nothing has been fed then.
  package func prefill(_ tokens: [UInt32], logits: WantedLogits = .last) throws(RuntimeError) -> [[Int32]] {
    var rows: [[Int32]] = []
    try prefill(tokens, logits: logits) { _, row in rows.append(row) }
    return rows
  }

  /// Feeds tokens and hands over the wanted logits one row at a time, so that they need not all be in memory.
  package func prefill(
    _ tokens: [UInt32], logits: WantedLogits, visit: (_ index: Int, _ logits: [Int32]) -> Void
  ) throws(RuntimeError) {
    try model.check(tokens, after: count)
    let bytes = model.cacheByteCount(positions: count + tokens.count)
    guard bytes <= cacheByteLimit else { throw .cacheTooLarge(bytes: bytes, limit: cacheByteLimit) }
    try engine.run([Segment(state, tokens: tokens, logits: logits)]) { visit($1, $2) }
  }

  /// Feeds one token and returns the logits after it, shape (vocabularyCount,), 16 fraction bits.
  package func decode(_ token: UInt32) throws(RuntimeError) -> [Int32] {
    var logits: [Int32] = []
    try prefill([token], logits: .last) { logits = $1 }
    return logits
  }

  /// Forgets all positions from `count` on.
  package func truncate(to count: Int) {
    precondition(count >= 0)
    state.truncate(to: count)
  }
}
