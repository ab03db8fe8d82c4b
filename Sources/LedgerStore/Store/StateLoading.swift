import Dispatch
import StateTree
import Synchronization

/// Hashes records on other threads while one reads them; the tree does not depend on who was faster.
final class StateLoading {
  private typealias Record = (key: [UInt8], value: [UInt8])

  private static let batchSize = 8_192
  /// Batches that may wait, so that a fast reader does not fill the memory.
  private static let waitingLimit = 8

  private var batch: [Record] = []
  private let group = DispatchGroup()
  private let queue = DispatchQueue(label: "razao.ledger.load", attributes: .concurrent)
  private let room = DispatchSemaphore(value: waitingLimit)
  private let done = Done()

  private final class Done: Sendable {
    let builder = Mutex(StateTreeBuilder())
  }

  func append(key: [UInt8], value: [UInt8]) {
    batch.append((key, value))
    if batch.count == Self.batchSize { hand(over: batch) }
  }

  func finish() -> StateTree? {
    hand(over: batch)
    group.wait()
    return done.builder.withLock { $0.finish() }
  }

  private func hand(over records: [Record]) {
    batch = []
    batch.reserveCapacity(Self.batchSize)
    room.wait()
    queue.async(group: group) { [done, room] in
      var builder = StateTreeBuilder()
      for (key, value) in records { builder.append(key: key, value: value) }
      let part = builder
      done.builder.withLock { $0.append(part) }
      room.signal()
    }
  }
}
