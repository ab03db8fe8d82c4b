import Hashing
import Program

/// What a sequence is between two passes: its tokens, their quantised keys and values, and optionally their trace.
///
/// Passes of a `BatchEngine` advance it, alone or beside others. It is used by one thread at a time.
package final class SequenceState {
  /// Tokens fed so far, those of a cached prefix among them.
  package private(set) var tokens: [UInt32]
  /// The trace so far, when one was asked for.
  package private(set) var trace: TraceBuilder?
  /// Told of values and keys before they are quantised.
  package var calibration: Calibration?
  let cache: KeyValueCache

  /// Starts a sequence.
  /// - Parameters:
  ///   - trace: what to record of every position; `nil` for no trace.
  ///   - prefix: what a prefix cache holds of the sequence; its positions are not computed again, nor traced.
  package convenience init(_ model: Model, trace: TraceBuilder.Options? = nil, after prefix: PrefixHit? = nil) {
    self.init(model, builder: trace.map { TraceBuilder($0, after: prefix?.traced) }, after: prefix)
  }

  init(_ model: Model, builder: TraceBuilder?, after prefix: PrefixHit? = nil) {
    trace = builder
    tokens = prefix?.tokens ?? []
    cache = KeyValueCache(model.cacheLayout, sharing: prefix?.blocks ?? [])
  }

  /// Positions in the cache.
  package var count: Int { tokens.count }
  /// Bytes of the cache now, shared blocks included.
  package var cacheByteCount: Int { cache.byteCount }

  /// Makes room for the next positions.
  func reserve(_ count: Int) {
    cache.resize(self.count + count, writingFrom: self.count)
  }

  /// Takes note of positions that have gone through all layers.
  /// - Parameter cells: shape (tokens, layers), position-major; ignored without a trace.
  func commit(_ tokens: ArraySlice<UInt32>, cells: ArraySlice<Digest>) {
    self.tokens.append(contentsOf: tokens)
    guard trace != nil, !tokens.isEmpty else { return }
    let layers = cells.count / tokens.count
    for start in stride(from: cells.startIndex, to: cells.endIndex, by: layers) {
      trace?.append(cells[start..<start + layers])
    }
  }

  /// Forgets all positions from `count` on.
  /// - Precondition: a cached prefix stays whole.
  package func truncate(to count: Int) {
    precondition(count >= trace?.start ?? 0)
    guard count < self.count else { return }
    tokens.removeLast(self.count - count)
    cache.resize(count, writingFrom: count)
    let start = trace?.start ?? 0
    trace?.truncate(to: count - start)
  }
}

/// Which of the fed tokens' logits a caller wants.
package enum WantedLogits: Sendable {
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

/// The next tokens of one sequence in a batch.
package struct Segment {
  package let sequence: SequenceState
  package let tokens: [UInt32]
  package let logits: WantedLogits

  package init(_ sequence: SequenceState, tokens: [UInt32], logits: WantedLogits = .last) {
    self.sequence = sequence
    self.tokens = tokens
    self.logits = logits
  }
}
