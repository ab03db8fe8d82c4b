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

  /// All reports' bytes, oldest first, at most `limit`.
  package func reports(limit: Int = 10_000) throws(StoreError) -> [[UInt8]] {
    try read { database in
      try Data.fetchAll(database, sql: "SELECT bytes FROM report ORDER BY sequence LIMIT ?", arguments: [limit])
    }.map { [UInt8]($0) }
  }
}

extension [UInt8] {
  var data: Data { Data(self) }
}

extension RequestID {
  var data: Data { bytes.data }
}
