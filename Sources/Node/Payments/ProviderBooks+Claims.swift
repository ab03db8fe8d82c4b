import Foundation
import GRDB
import Hashing
import Receipts

extension ProviderBooks {
  /// The receipt of an accept, if its job was answered.
  package func receipt(ofAccept hash: Digest) throws(StoreError) -> SignedReceipt? {
    try read { database in
      let bytes = try Data.fetchOne(
        database, sql: "SELECT bytes FROM receipt WHERE acceptHash = ? ORDER BY sequence DESC LIMIT 1",
        arguments: [Data(hash.bytes)])
      return bytes.flatMap { try? SignedReceipt(decoding: [UInt8]($0)) }
    }
  }

  /// The request whose receipt has this hash.
  package func request(ofReceipt hash: Digest) throws(StoreError) -> RequestID? {
    try read { database in
      try Data.fetchOne(
        database, sql: "SELECT requestID FROM receipt WHERE hash = ?", arguments: [Data(hash.bytes)]
      ).flatMap { RequestID($0) }
    }
  }

  /// How far events were read; 0 at first.
  package func cursor(_ name: String) throws(StoreError) -> UInt64 {
    try read { database in
      let value = try Int64.fetchOne(database, sql: "SELECT value FROM cursor WHERE name = ?", arguments: [name])
      return UInt64(bitPattern: value ?? 0)
    }
  }

  package func setCursor(_ name: String, _ value: UInt64) throws(StoreError) {
    try write { database in
      try database.execute(
        sql: "INSERT INTO cursor (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        arguments: [name, Int64(bitPattern: value)])
    }
  }
}
