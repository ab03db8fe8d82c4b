import Dispatch
import LedgerStore
import Logging
import Synchronization

/// Takes snapshots beside the blocks, one at a time; one that is asked for while another is taken is left out.
final class SnapshotWriter: Sendable {
  private let directory: SnapshotDirectory
  private let store: LedgerStore
  private let logger: Logger
  private let queue = DispatchQueue(label: "razao.ledger.snapshots", qos: .utility)
  private let isBusy = Mutex(false)

  init(_ directory: SnapshotDirectory, store: LedgerStore, logger: Logger) {
    self.directory = directory
    self.store = store
    self.logger = logger
  }

  /// Begins to take a snapshot of what is committed now.
  func take() {
    let isFree = isBusy.withLock { isBusy in
      defer { isBusy = true }
      return !isBusy
    }
    guard isFree else { return logger.notice("a snapshot is left out: the one before is not done") }
    // Frozen here and not on the queue: the next block may come first.
    let state = Result { try store.freeze() }
    queue.async {
      defer { self.isBusy.withLock { $0 = false } }
      do {
        let snapshot = try self.directory.take(from: try state.get())
        self.logger.info("a snapshot was taken", metadata: ["height": "\(snapshot?.height ?? 0)"])
      } catch {
        self.logger.error("no snapshot could be taken", metadata: ["reason": "\(error)"])
      }
    }
  }

  /// Waits until what was begun is done.
  func finish() {
    queue.sync {}
  }
}
