import Foundation
import GRDB
import Hashing
import Receipts

/// One stored bundle, without its bytes.
package struct StoredBundle: Equatable, Sendable {
  /// Grows by at least one with every bundle; never reused.
  package var sequence: Int64
  package var requestID: RequestID
  package var provider: Digest
  package var program: Digest
  /// Unix milliseconds.
  package var storedAt: UInt64
  /// The answer was cut short.
  package var isPartial: Bool
}

extension ReceiptStore {
  /// Stores a bundle durably. The same bytes may be stored again.
  /// - Returns: its sequence number.
  /// - Throws: `StoreError.conflict` when other bytes are stored under this id.
  @discardableResult
  package func insert(
    bundle bytes: [UInt8], requestID: RequestID, provider: Digest, program: Digest, isPartial: Bool, now: UInt64
  ) throws(StoreError) -> Int64 {
    try write { database in
      let stored = try Row.fetchOne(
        database, sql: "SELECT sequence, bytes FROM bundle WHERE requestID = ?", arguments: [requestID.data])
      if let stored {
        guard stored["bytes"] == bytes.data else { throw StoreError.conflict(requestID: requestID.description) }
        return stored["sequence"]
      }
      try database.execute(
        sql: "INSERT INTO bundle (requestID, provider, program, storedAt, isPartial, bytes) VALUES (?, ?, ?, ?, ?, ?)",
        arguments: [
          requestID.data, provider.bytes.data, program.bytes.data, Int64(clamping: now), isPartial, bytes.data,
        ])
      return database.lastInsertedRowID
    }
  }

  /// The bytes of a bundle, or `nil`.
  package func bundle(_ requestID: RequestID) throws(StoreError) -> [UInt8]? {
    try read { database in
      try Data.fetchOne(database, sql: "SELECT bytes FROM bundle WHERE requestID = ?", arguments: [requestID.data])
    }.map { [UInt8]($0) }
  }

  /// Bundles that came after a sequence number, oldest first, at most `limit`.
  package func bundles(after sequence: Int64, limit: Int) throws(StoreError) -> [StoredBundle] {
    try read { database in
      try Row.fetchAll(
        database,
        sql: """
          SELECT sequence, requestID, provider, program, storedAt, isPartial FROM bundle
          WHERE sequence > ? ORDER BY sequence LIMIT ?
          """, arguments: [sequence, limit]
      ).compactMap(StoredBundle.init(row:))
    }
  }

  /// How many bundles there are.
  package func bundleCount() throws(StoreError) -> Int {
    try read { try Int.fetchOne($0, sql: "SELECT count(*) FROM bundle") } ?? 0
  }
}

extension StoredBundle {
  init?(row: Row) {
    let (id, owner, root): (Data, Data, Data) = (row["requestID"], row["provider"], row["program"])
    guard let requestID = RequestID(id), let provider = Digest(owner), let program = Digest(root) else { return nil }
    self.init(
      sequence: row["sequence"], requestID: requestID, provider: provider, program: program,
      storedAt: UInt64(clamping: row["storedAt"] as Int64), isPartial: row["isPartial"])
  }
}
