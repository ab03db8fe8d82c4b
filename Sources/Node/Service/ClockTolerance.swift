/// How far two honest nodes' clocks may differ, and what is said when they differ more. Times are Unix milliseconds.
package enum ClockTolerance {
  /// Five minutes.
  package static let milliseconds: UInt64 = 300_000
  /// How far ahead a requester may put the end of a receipt's life: a week.
  package static let longestExpiry: UInt64 = 604_800_000

  /// How short a requester may make a receipt's life: an answer must be able to end before it, or an honest receipt
  /// would be void. Two hours.
  package static let shortestExpiry: UInt64 = 7_200_000

  /// Checks a requester's expiry against the provider's clock.
  package static func check(expiry: UInt64, now: UInt64) throws(ClockError) {
    if expiry <= now { throw .expired(seconds: (now - expiry) / 1_000) }
    if expiry < now.addingSaturating(shortestExpiry) - min(milliseconds, now) {
      throw .tooSoon(seconds: (expiry - now) / 1_000)
    }
    let latest = now.addingSaturating(longestExpiry).addingSaturating(milliseconds)
    if expiry > latest { throw .tooFarAhead(seconds: (expiry - now) / 1_000) }
  }

  /// Checks the time that a peer put on something just made.
  package static func check(peerTime: UInt64, now: UInt64) throws(ClockError) {
    let (early, late) = (min(peerTime, now), max(peerTime, now))
    guard late - early <= milliseconds else {
      throw .skewed(seconds: (late - early) / 1_000, isAhead: peerTime > now)
    }
  }
}

/// Clocks that disagree by more than is tolerated.
package enum ClockError: Error, Equatable, Sendable, CustomStringConvertible {
  case expired(seconds: UInt64)
  case tooFarAhead(seconds: UInt64)
  case tooSoon(seconds: UInt64)
  case skewed(seconds: UInt64, isAhead: Bool)

  package var description: String {
    switch self {
    case .expired(let seconds): "it expired \(seconds) seconds ago by this clock; check both clocks"
    case .tooFarAhead(let seconds): "it expires in \(seconds) seconds by this clock, too far ahead; check both clocks"
    case .tooSoon(let seconds):
      "it expires in \(seconds) seconds, before an answer might end; ask for two hours or more"
    case .skewed(let seconds, let isAhead):
      "the peer's clock is \(seconds) seconds \(isAhead ? "ahead of" : "behind") this one; 300 are tolerated"
    }
  }
}

extension UInt64 {
  package func addingSaturating(_ other: UInt64) -> UInt64 {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? .max : sum
  }
}
