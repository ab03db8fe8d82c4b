import Foundation
import GRDB
import Hashing
import Receipts

/// A batch that was put together and perhaps not anchored yet.
package struct PreparedBatch: Equatable, Sendable {
  package var number: UInt64
  package var root: Digest
  package var count: UInt32
  /// The latest expiry of its receipts, milliseconds.
  package var latestExpiry: UInt64
  /// Microcredits.
  package var total: UInt64
}

extension ProviderBooks {
  /// Puts receipts that are in no batch yet into one, durably, before anything of it is submitted: whoever comes back
  /// after a crash submits the very same batch.
  /// - Parameter number: the ledger's next.
  /// - Returns: the batch of that number, new or prepared before; `nil` when there is nothing to anchor.
  package func prepareBatch(_ number: UInt64, limit: Int = 4_096) throws(StoreError) -> PreparedBatch? {
    try write { database in
      let known = try Bool.fetchOne(
        database, sql: "SELECT EXISTS (SELECT 1 FROM batch WHERE number = ?)", arguments: [Int64(bitPattern: number)])
      if known != true {
        let hashes = try Data.fetchAll(
          database, sql: "SELECT hash FROM receipt WHERE batch IS NULL ORDER BY sequence LIMIT ?", arguments: [limit])
        guard let batch = ReceiptBatch(receipts: hashes.compactMap { Digest($0) }) else { return nil }
        for (place, hash) in hashes.enumerated() {
          try database.execute(
            sql: "UPDATE receipt SET batch = ?, place = ? WHERE hash = ?",
            arguments: [Int64(bitPattern: number), place, hash])
        }
        try database.execute(
          sql: "INSERT INTO batch (number, root, count) VALUES (?, ?, ?)",
          arguments: [Int64(bitPattern: number), Data(batch.root.bytes), Int64(batch.count)])
      }
      return try Self.batch(number, database)
    }
  }

  private static func batch(_ number: UInt64, _ database: Database) throws -> PreparedBatch? {
    let row = try Row.fetchOne(
      database,
      sql: """
        SELECT batch.root AS root, batch.count AS count, MAX(receipt.expiry) AS expiry, SUM(receipt.amount) AS total
        FROM batch JOIN receipt ON receipt.batch = batch.number WHERE batch.number = ? GROUP BY batch.number
        """,
      arguments: [Int64(bitPattern: number)])
    return row.map { row in
      PreparedBatch(
        number: number, root: row.digest("root"), count: UInt32(clamping: row.unsigned("count")),
        latestExpiry: row.unsigned("expiry"), total: row.unsigned("total"))
    }
  }

  /// The batch is in a block.
  package func anchored(_ number: UInt64, height: UInt64) throws(StoreError) {
    try write { database in
      try database.execute(
        sql: "UPDATE batch SET height = ? WHERE number = ?",
        arguments: [Int64(bitPattern: height), Int64(bitPattern: number)])
    }
  }

  /// Where a request's receipt is anchored; `nil` before it is.
  package func inclusion(of id: RequestID, chain: Digest, provider: Digest) throws(StoreError) -> Inclusion? {
    try read { database in
      guard
        let row = try Row.fetchOne(
          database,
          sql: """
            SELECT batch.number AS number, batch.height AS height, batch.count AS count, receipt.place AS place
            FROM receipt JOIN batch ON receipt.batch = batch.number
            WHERE receipt.requestID = ? AND batch.height IS NOT NULL
            """, arguments: [Data(id.bytes)])
      else { return nil }
      let number = row.unsigned("number")
      let hashes = try Data.fetchAll(
        database, sql: "SELECT hash FROM receipt WHERE batch = ? ORDER BY place", arguments: [Int64(bitPattern: number)]
      )
      let place = UInt32(clamping: row.unsigned("place"))
      guard let path = ReceiptBatch(receipts: hashes.compactMap { Digest($0) })?.path(to: place) else { return nil }
      return Inclusion(
        chain: chain, provider: provider, batch: number, height: row.unsigned("height"), index: place,
        count: UInt32(clamping: row.unsigned("count")), path: path)
    }
  }
}

extension ProviderBooks {
  /// Whether a batch was prepared and its block is not known.
  package func isUnanchored(_ number: UInt64) throws(StoreError) -> Bool {
    try read { database in
      try Bool.fetchOne(
        database, sql: "SELECT EXISTS (SELECT 1 FROM batch WHERE number = ? AND height IS NULL)",
        arguments: [Int64(bitPattern: number)]) ?? false
    }
  }
}
