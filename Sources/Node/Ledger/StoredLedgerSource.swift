import Glibc
import Hashing
import Ledger
import LedgerStore
import Synchronization

/// A ledger whose history lies in a store of this process.
package protocol StoredLedgerSource: LedgerSource {
  var store: LedgerStore { get }
}

extension StoredLedgerSource {
  package func block(at height: UInt64) async throws(LedgerClientError) -> StoredBlock? {
    try read { store throws(LedgerStoreError) in try store.block(at: height) }
  }

  package func blocks(below height: UInt64, limit: Int) async throws(LedgerClientError) -> [StoredBlock] {
    try read { store throws(LedgerStoreError) in try store.blocks(below: height, limit: limit) }
  }

  package func transactions(at height: UInt64) async throws(LedgerClientError) -> [StoredTransaction] {
    try read { store throws(LedgerStoreError) in try store.transactions(at: height) }
  }

  package func transaction(_ id: Digest) async throws(LedgerClientError) -> StoredTransaction? {
    try read { store throws(LedgerStoreError) in try store.transaction(id) }
  }

  package func entries(
    of account: Digest, before sequence: UInt64, limit: Int
  ) async throws(LedgerClientError) -> [StoredEntry] {
    try read { store throws(LedgerStoreError) in try store.entries(of: account, before: sequence, limit: limit) }
  }

  package func list(
    _ table: StateTable, after cursor: [UInt8], limit: Int
  ) async throws(LedgerClientError) -> [(key: [UInt8], value: [UInt8])] {
    try read { store throws(LedgerStoreError) in try store.list(table, after: cursor, limit: limit) }
  }

  /// Bytes of the store's files.
  var storeBytes: UInt64 {
    ["", "-wal"].reduce(0) { sum, suffix in
      var status = stat()
      return stat(store.path + suffix, &status) == 0 ? sum + UInt64(clamping: status.st_size) : sum
    }
  }

  func read<Value>(_ body: (LedgerStore) throws(LedgerStoreError) -> Value) throws(LedgerClientError) -> Value {
    do { return try body(store) } catch { throw .unreachable("\(error)") }
  }
}

/// Transactions in blocks by code, counted from the first look on, as counters of a process are.
final class TransactionTally: Sendable {
  /// Blocks that one look catches up on.
  private static let catchUpLimit: UInt64 = 10_000

  private struct Counts {
    /// The last block that was counted; `nil` before the first look.
    var height: UInt64?
    var byCode: [UInt32: UInt64] = [:]
  }

  private let counts = Mutex(Counts())

  /// Counts the blocks up to a height that were not counted yet.
  /// - Returns: all counts, ascending by code.
  func count(
    upTo height: UInt64, in source: some StoredLedgerSource
  ) async throws(LedgerClientError) -> [(code: UInt32, count: UInt64)] {
    var next = counts.withLock { counts in
      counts.height = counts.height ?? height
      return (counts.height ?? height) + 1
    }
    let last = min(height, next + Self.catchUpLimit)
    while next <= last {
      let codes = try await source.transactions(at: next).map(\.code)
      counts.withLock { counts in
        // Another look may have counted it meanwhile.
        guard (counts.height ?? 0) < next else { return }
        for code in codes { counts.byCode[code, default: 0] += 1 }
        counts.height = next
      }
      next += 1
    }
    return counts.withLock { $0.byCode.sorted { $0.key < $1.key }.map { (code: $0.key, count: $0.value) } }
  }
}
