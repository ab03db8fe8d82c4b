/// How long to wait before the next start: twice as long after every short run, from the beginning after a long one.
package struct RestartBackoff: Sendable, Equatable {
  package let first: Duration
  package let longest: Duration
  /// A run of this length counts as a good one.
  package let healthy: Duration
  private var next: Duration

  package init(first: Duration = .seconds(1), longest: Duration = .seconds(60), healthy: Duration = .seconds(120)) {
    self.first = first
    self.longest = longest
    self.healthy = healthy
    next = first
  }

  /// The pause after a run of this length.
  package mutating func pause(afterRunOf length: Duration) -> Duration {
    if length >= healthy { next = first }
    defer { next = min(longest, next * 2) }
    return next
  }
}
