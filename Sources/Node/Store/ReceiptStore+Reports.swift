import Foundation
import GRDB
import Hashing
import Receipts

extension ReceiptStore {
  /// Stores an auditor's report durably; one auditor's second report about the same request changes nothing.
  package func insert(
    report bytes: [UInt8], requestID: RequestID, provider: Digest, auditor: Digest, now: UInt64
  ) throws(StoreError) {
    try write { database in
      try database.execute(
        sql: """
          INSERT INTO report (requestID, provider, auditor, storedAt, bytes) VALUES (?, ?, ?, ?, ?)
          ON CONFLICT (requestID, auditor) DO NOTHING
          """,
        arguments: [requestID.data, provider.bytes.data, auditor.bytes.data, Int64(clamping: now), bytes.data])
    }
  }

  /// The oldest report after a sequence number, or `nil`: reports hold bundles, so they are read one at a time.
  package func report(after sequence: Int64) throws(StoreError) -> (sequence: Int64, bytes: [UInt8])? {
    try read { database in
      try Row.fetchOne(
        database, sql: "SELECT sequence, bytes FROM report WHERE sequence > ? ORDER BY sequence LIMIT 1",
        arguments: [sequence]
      ).map { row in (row["sequence"], [UInt8](row["bytes"] as Data)) }
    }
  }
}

extension [UInt8] {
  var data: Data { Data(self) }
}

extension RequestID {
  var data: Data { bytes.data }
}
