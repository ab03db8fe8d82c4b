import Dispatch

/// A thread for writes that wait for the disk, so that no task's thread does.
enum DurableWrites {
  private static let queue = DispatchQueue(label: "razao.ledger.writes")

  /// Runs `body` there.
  static func run<Failure: Error>(
    _ body: @escaping @Sendable () throws(Failure) -> Void
  ) async -> Result<Void, Failure> {
    await withCheckedContinuation { continuation in
      queue.async {
        do throws(Failure) {
          try body()
          continuation.resume(returning: .success(()))
        } catch {
          continuation.resume(returning: .failure(error))
        }
      }
    }
  }

  /// Runs `body` there when what waits before it is done; nobody waits for it.
  static func afterwards(_ body: @escaping @Sendable () -> Void) {
    queue.async(execute: body)
  }
}
