/// Times a piece of work by the monotonic clock.
enum Stopwatch {
  /// Nanoseconds that `body` takes.
  static func nanoseconds<Failure: Error>(_ body: () throws(Failure) -> Void) throws(Failure) -> Int {
    let start = ContinuousClock.now
    try body()
    let (seconds, attoseconds) = (ContinuousClock.now - start).components
    return Int(seconds) * 1_000_000_000 + Int(attoseconds / 1_000_000_000)
  }
}
