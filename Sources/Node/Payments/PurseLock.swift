import Glibc

/// One process at a time pays from a purse: two that count what a channel owes would both be wrong.
final class PurseLock: Sendable {
  private let descriptor: Int32

  /// Takes the lock, waiting a little for a command that is about to end.
  /// - Throws: `PurseError.busy`.
  init(path: String, patience: Duration) throws(PurseError) {
    descriptor = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw .other("\(path) cannot be opened: \(String(cString: strerror(errno)))") }
    let deadline = ContinuousClock.now + patience
    while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      guard ContinuousClock.now < deadline else {
        close(descriptor)
        throw .busy
      }
      usleep(50_000)
    }
  }

  deinit {
    close(descriptor)
  }
}
