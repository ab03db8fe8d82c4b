import GRDB
import Hashing
import Ledger

/// A movement of an account's balance, where and why.
package struct StoredEntry: Equatable, Sendable {
  /// Counts all entries of the ledger.
  package var sequence: UInt64
  package var height: UInt64
  /// Index of the transaction in its block; nil for what the block's own rules did.
  package var position: Int?
  package var entry: Entry
}

extension LedgerStore {
  /// Entries of an account before a sequence number, the newest first.
  /// - Complexity: O(limit) when `sequence` is that of an entry of the account or left out.
  package func entries(
    of account: Digest, before sequence: UInt64 = .max, limit: Int
  ) throws(LedgerStoreError) -> [StoredEntry] {
    try read { database in
      let row = try SQLStatement(
        """
        SELECT sequence, height, position, token, amount, cause, reference, previous FROM entry
        WHERE sequence = ? AND account = ?
        """, in: database)
      var next = try EntryChains.last(of: account, in: database)
      if sequence != .max {
        try row.forEachRow(.integer(Int64(clamping: sequence)), .digest(account)) { next = $0.integer(7) }
      }
      var entries: [StoredEntry] = []
      while next > 0, entries.count < limit {
        let place = next
        next = 0
        try row.forEachRow(.integer(place), .digest(account)) { row in
          next = row.integer(7)
          guard next < place else { throw Self.corrupt("entry \(place) does not follow an earlier one") }
          if row.number(0) < sequence { entries.append(try Self.entry(row, account: account)) }
        }
      }
      return entries
    }
  }

  private static func entry(_ row: SQLRow, account: Digest) throws -> StoredEntry {
    let amount = row.isInteger(4) ? Int128(row.integer(4)) : Int128(row.text(4))
    guard let token = UInt8(exactly: row.integer(3)).flatMap({ Token(rawValue: $0) }), let amount,
      let cause = EntryCause(rawValue: row.text(5))
    else { throw corrupt("entry \(row.number(0)) is not one") }
    return StoredEntry(
      sequence: row.number(0), height: row.number(1), position: row.integer(2) < 0 ? nil : Int(row.integer(2)),
      entry: Entry(account: account, token: token, amount: amount, cause: cause, reference: row.digest(6)))
  }

  static func corrupt(_ what: String) -> DatabaseError { DatabaseError(resultCode: .SQLITE_CORRUPT, message: what) }
}
