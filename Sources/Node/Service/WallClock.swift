import Glibc

/// The node's clock; services take it as a value so that tests can set it.
package struct WallClock: Sendable {
  /// Unix time in milliseconds.
  package let now: @Sendable () -> UInt64

  package init(now: @escaping @Sendable () -> UInt64) {
    self.now = now
  }

  /// The system's clock.
  package static let system = WallClock {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return UInt64(max(0, time.tv_sec)) * 1_000 + UInt64(max(0, time.tv_nsec)) / 1_000_000
  }
}
