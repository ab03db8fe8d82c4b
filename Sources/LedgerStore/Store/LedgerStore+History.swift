import GRDB
import Hashing
import Ledger

/// A block as it is stored.
package struct StoredBlock: Equatable, Sendable {
  package var height: UInt64
  /// Milliseconds since 1970.
  package var time: UInt64
  package var hash: Digest
  package var appHash: Digest
  /// The embedded ledger's signed header.
  package var header: [UInt8]?
  package var transactionCount: Int
}

/// A transaction in its block.
package struct StoredTransaction: Equatable, Sendable {
  package var id: Digest
  package var height: UInt64
  /// Index in its block.
  package var position: Int
  /// 0, or the refusal's number.
  package var code: UInt32
  package var detail: String
  package var gas: UInt64
  package var bytes: [UInt8]
}

extension LedgerStore {
  /// Blocks below `height`, the newest first.
  package func blocks(below height: UInt64 = .max, limit: Int) throws(LedgerStoreError) -> [StoredBlock] {
    try read { database in
      var blocks: [StoredBlock] = []
      try SQLStatement(
        """
        SELECT height, time, hash, appHash, header, transactionCount FROM block WHERE height < ?
        ORDER BY height DESC LIMIT ?
        """, in: database
      ).forEachRow(.integer(Int64(clamping: height)), .integer(Int64(clamping: limit))) { row in
        blocks.append(
          StoredBlock(
            height: row.number(0), time: row.number(1), hash: row.digest(2), appHash: row.digest(3),
            header: row.isNull(4) ? nil : row.blob(4), transactionCount: Int(row.integer(5))))
      }
      return blocks
    }
  }

  /// The block at a height.
  package func block(at height: UInt64) throws(LedgerStoreError) -> StoredBlock? {
    guard height < UInt64(Int64.max) else { return nil }
    return try blocks(below: height + 1, limit: 1).first { $0.height == height }
  }

  /// The transactions of a block, in order.
  package func transactions(at height: UInt64) throws(LedgerStoreError) -> [StoredTransaction] {
    try transactions(
      """
      WHERE sequence >= (SELECT firstTransaction FROM block WHERE height = ?1)
      AND sequence < (SELECT firstTransaction + transactionCount FROM block WHERE height = ?1) ORDER BY sequence
      """, .integer(Int64(clamping: height)))
  }

  /// Where a transaction ended up. Bytes that came in several blocks applied at most once: that place is told first.
  package func transaction(_ id: Digest) throws(LedgerStoreError) -> StoredTransaction? {
    try transactions("WHERE id = ? ORDER BY code = 0 DESC, sequence DESC LIMIT 1", .digest(id)).first
  }

  private func transactions(_ condition: String, _ value: SQLValue) throws(LedgerStoreError) -> [StoredTransaction] {
    try read { database in
      var found: [StoredTransaction] = []
      try SQLStatement(
        "SELECT id, height, position, code, detail, gas, bytes FROM blockTransaction \(condition)", in: database
      ).forEachRow(value) { row in
        found.append(
          StoredTransaction(
            id: row.digest(0), height: row.number(1), position: Int(row.integer(2)),
            code: UInt32(clamping: row.integer(3)), detail: row.text(4), gas: row.number(5), bytes: row.blob(6)))
      }
      return found
    }
  }

  /// Events after a sequence number, in order.
  package func events(after sequence: UInt64, limit: Int) throws(LedgerStoreError) -> [PlacedEvent] {
    try read { database in
      var events: [PlacedEvent] = []
      try SQLStatement(
        "SELECT sequence, height, kind, attributes FROM event WHERE sequence > ? ORDER BY sequence LIMIT ?",
        in: database
      ).forEachRow(.integer(Int64(clamping: sequence)), .integer(Int64(clamping: limit))) { row in
        guard let attributes = try? EventAttributes.decoded(row.blob(3)) else {
          throw Self.corrupt("event \(row.number(0)) is not one")
        }
        events.append(
          PlacedEvent(sequence: row.number(0), height: row.number(1), event: LedgerEvent(row.text(2), attributes)))
      }
      return events
    }
  }

  /// Keys and values of a table after a key, in the order of keys, as of the last commit.
  package func list(
    _ table: StateTable, after cursor: [UInt8] = [], limit: Int
  ) throws(LedgerStoreError) -> [(key: [UInt8], value: [UInt8])] {
    let first = [table.rawValue]
    let start = first.lexicographicallyPrecedes(cursor) ? cursor : []
    return try read { database in
      var found: [(key: [UInt8], value: [UInt8])] = []
      try SQLStatement(
        "SELECT key, value FROM state WHERE key >= ? AND key < ? AND key > ? ORDER BY key LIMIT ?", in: database
      ).forEachRow(
        .blob(first), .blob([table.rawValue + 1]), .blob(start), .integer(Int64(clamping: limit))
      ) { row in
        found.append((row.blob(0), row.blob(1)))
      }
      return found
    }
  }
}
