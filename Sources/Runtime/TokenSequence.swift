import Hashing
import Program

/// One sequence of tokens on its way through a model: the quantised cache, and optionally its trace.
///
/// Nothing it computes depends on how tokens are cut into blocks or on how many threads there are. A sequence is used
/// by one thread at a time.
package final class TokenSequence {
  package let model: Model
  /// Positions in the cache.
  package private(set) var count = 0
  /// The trace so far, when one was asked for.
  package private(set) var trace: TraceBuilder?
  /// Told of values and keys before they are quantised.
  package var calibration: Calibration?
  let parallel: Parallel
  let cache: KeyValueCache
  let rotations: Rotations
  /// Most tokens that go through a layer together.
  package let blockSize: Int
  private let workspace: Workspace
  /// Most bytes that the cache may take: a legal program can claim a context that no machine holds.
  private let cacheByteLimit: Int

  /// Starts an empty sequence.
  /// - Parameters:
  ///   - parallel: threads of each step.
  ///   - blockSize: most tokens of a prompt that go through a layer together.
  ///   - trace: what to record of every position; `nil` for no trace.
  ///   - cacheByteLimit: feeding more than fits is refused before anything is allocated.
  package init(
    _ model: Model, parallel: Parallel = Parallel(), blockSize: Int = 32, trace: TraceBuilder.Options? = nil,
    cacheByteLimit: Int = 16 << 30
  ) {
    precondition(blockSize > 0)
    self.cacheByteLimit = cacheByteLimit
    self.model = model
    self.parallel = parallel
    self.blockSize = min(blockSize, model.graph.contextLength)
    self.trace = trace.map { TraceBuilder($0) }
    cache = KeyValueCache(model.graph)
    rotations = Rotations(frequencies: model.frequencies, tokens: self.blockSize)
    workspace = Workspace(model, tokens: self.blockSize)
  }

  /// Positions that are still free.
  package var room: Int { model.graph.contextLength - count }
  /// Bytes of the cache now; at most `contextLength` positions' worth, rounded up to a block.
  package var cacheByteCount: Int { cache.byteCount }

  /// Which of the fed tokens' logits a caller wants.
  package enum Wanted: Sendable {
    case none
    case last
    case all
    /// Indices into the tokens given.
    case some(Range<Int>)

    func range(_ count: Int) -> Range<Int> {
      switch self {
      case .none: 0..<0
      case .last: max(0, count - 1)..<count
      case .all: 0..<count
      case .some(let range): range.clamped(to: 0..<count)
      }
    }
  }

  /// Feeds tokens.
  /// - Returns: the wanted logits, shape (wanted, vocabularyCount), 16 fraction bits.
  /// - Throws: `RuntimeError` for a token beyond the vocabulary or a full context; nothing has been fed then.
  package func prefill(_ tokens: [UInt32], logits: Wanted = .last) throws(RuntimeError) -> [[Int32]] {
    var rows: [[Int32]] = []
    try prefill(tokens, logits: logits) { _, row in rows.append(row) }
    return rows
  }

  /// Feeds tokens and hands over the wanted logits one row at a time, so that they need not all be in memory.
  package func prefill(
    _ tokens: [UInt32], logits: Wanted, visit: (_ index: Int, _ logits: [Int32]) -> Void
  ) throws(RuntimeError) {
    try check(tokens)
    let wanted = logits.range(tokens.count)
    for start in stride(from: 0, to: tokens.count, by: blockSize) {
      let block = start..<min(start + blockSize, tokens.count)
      let pass = run(tokens[block])
      let rows = wanted.clamped(to: block)
      guard !rows.isEmpty else { continue }
      pass.logits(rows.lowerBound - start..<rows.upperBound - start) { visit(start + $0, $1) }
    }
  }

  /// Feeds one token and returns the logits after it, shape (vocabularyCount,), 16 fraction bits.
  package func decode(_ token: UInt32) throws(RuntimeError) -> [Int32] {
    try check([token])
    var logits: [Int32] = []
    run([token]).logits(0..<1) { logits = $1 }
    return logits
  }

  /// Forgets all positions from `count` on.
  package func truncate(to count: Int) {
    precondition(count >= 0)
    guard count < self.count else { return }
    self.count = count
    cache.resize(count)
    trace?.truncate(to: count)
  }

  private func check(_ tokens: [UInt32]) throws(RuntimeError) {
    let graph = model.graph
    for token in tokens where token >= graph.vocabularyCount {
      throw .unknownToken(token, vocabularyCount: graph.vocabularyCount)
    }
    guard tokens.count <= room else {
      throw .contextOverflow(positions: count + tokens.count, limit: graph.contextLength)
    }
    let bytes = cache.byteCount(positions: count + tokens.count)
    guard bytes <= cacheByteLimit else { throw .cacheTooLarge(bytes: bytes, limit: cacheByteLimit) }
  }

  /// One block of tokens through all layers.
  private func run(_ tokens: ArraySlice<UInt32>) -> BlockPass {
    let pass = BlockPass(
      model: model, parallel: parallel, cache: cache, rotations: rotations, workspace: workspace,
      calibration: calibration, first: count, count: tokens.count)
    cache.resize(count + tokens.count)
    rotations.fill(first: count, count: tokens.count, parallel: parallel)
    pass.embed(tokens)
    let layerCount = model.layers.count
    let salt = trace?.options.salt
    var cells = [Digest](repeating: .zero, count: salt == nil ? 0 : tokens.count * layerCount)
    for layer in 0..<layerCount {
      pass.attend(layer)
      pass.feedForward(layer)
      if let salt { pass.hash(layer, salt: salt, into: &cells) }
    }
    for start in stride(from: 0, to: cells.count, by: layerCount) { trace?.append(cells[start..<start + layerCount]) }
    count += tokens.count
    return pass
  }
}
