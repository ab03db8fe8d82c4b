import Hashing
import Ledger

/// Callers who wait for a transaction's block, or for any block.
struct WaitingRoom {
  private typealias Waiter = CheckedContinuation<TransactionPlace?, Never>

  private var waiters: [UInt64: Waiter] = [:]
  /// Numbers of those who wait for one transaction.
  private var byTransaction: [Digest: [UInt64]] = [:]
  private var forBlocks: [UInt64] = []
  private var nextNumber: UInt64 = 0

  /// A number to leave by.
  mutating func takeNumber() -> UInt64 {
    nextNumber += 1
    return nextNumber
  }

  /// - Parameter id: the transaction; nil for any block.
  mutating func enter(
    _ number: UInt64, for id: Digest?, _ waiter: CheckedContinuation<TransactionPlace?, Never>
  ) {
    waiters[number] = waiter
    if let id { byTransaction[id, default: []].append(number) } else { forBlocks.append(number) }
  }

  /// Lets one go with nothing, because its time is up.
  mutating func leave(_ number: UInt64, of id: Digest?) {
    guard let waiter = waiters.removeValue(forKey: number) else { return }
    if let id {
      byTransaction[id]?.removeAll { $0 == number }
      if byTransaction[id]?.isEmpty == true { byTransaction[id] = nil }
    } else {
      forBlocks.removeAll { $0 == number }
    }
    waiter.resume(returning: nil)
  }

  /// Lets everyone go whom a block concerns.
  mutating func leave(_ result: BlockResult) {
    for outcome in byTransaction.isEmpty ? [] : result.results {
      guard let numbers = byTransaction.removeValue(forKey: outcome.id) else { continue }
      let place = TransactionPlace(
        id: outcome.id, height: result.block.height, code: outcome.code, detail: outcome.refusal?.description ?? "")
      for number in numbers { waiters.removeValue(forKey: number)?.resume(returning: place) }
    }
    for number in forBlocks { waiters.removeValue(forKey: number)?.resume(returning: nil) }
    forBlocks = []
  }

  /// Lets everyone go: there will be no more blocks.
  mutating func leaveAll() {
    for waiter in waiters.values { waiter.resume(returning: nil) }
    self = WaitingRoom()
  }
}
