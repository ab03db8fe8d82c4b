import Foundation
import GRDB
import Hashing
import Receipts
import Synchronization
import Wallet

/// What a provider is owed and what it has anchored: SQLite beside its bundles, every write flushed before it counts.
///
/// A receipt is in the books before it leaves the house; so whatever a user can show, the provider can anchor.
package final class ProviderBooks: Sendable {
  private let path: String
  private let pool: DatabasePool
  /// One receipt after another: the amount that a channel owes is part of what is signed.
  private let signing = Mutex(())

  /// Opens or creates the books.
  package init(path: String) throws(StoreError) {
    self.path = path
    PrivateFile.reserve(path)
    do {
      var configuration = Configuration()
      configuration.busyMode = .timeout(5)
      pool = try DatabasePool(path: path, configuration: configuration)
      try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
      try Self.migrator.migrate(pool)
    } catch {
      throw StoreError(error, path: path)
    }
  }

  private static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1") { database in
      try database.execute(
        sql: """
          CREATE TABLE receipt (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT,
            requestID BLOB NOT NULL UNIQUE CHECK (length(requestID) = 16),
            hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),
            acceptHash BLOB NOT NULL CHECK (length(acceptHash) = 32),
            bytes BLOB NOT NULL,
            channel BLOB NOT NULL CHECK (length(channel) = 32),
            program BLOB NOT NULL CHECK (length(program) = 32),
            amount INTEGER NOT NULL,
            channelOwed INTEGER NOT NULL,
            expiry INTEGER NOT NULL,
            batch INTEGER,
            place INTEGER,
            redeemed INTEGER NOT NULL DEFAULT 0
          ) STRICT;
          CREATE INDEX receiptBatch ON receipt (batch, place);
          CREATE INDEX receiptChannel ON receipt (channel, sequence);
          CREATE INDEX receiptAccept ON receipt (acceptHash);
          CREATE TABLE batch (
            number INTEGER PRIMARY KEY,
            root BLOB NOT NULL,
            count INTEGER NOT NULL,
            height INTEGER
          ) STRICT;
          CREATE TABLE cursor (
            name TEXT PRIMARY KEY,
            value INTEGER NOT NULL
          ) STRICT;
          CREATE TABLE voucher (
            channel BLOB NOT NULL,
            cumulative INTEGER NOT NULL,
            bytes BLOB NOT NULL,
            PRIMARY KEY (channel, cumulative)
          ) STRICT;
          """)
    }
    migrator.registerMigration("2") { database in
      try database.execute(sql: "CREATE INDEX receiptOwed ON receipt (channel, channelOwed)")
    }
    return migrator
  }

  func write<Value>(_ body: (Database) throws -> Value) throws(StoreError) -> Value {
    do { return try pool.write(body) } catch { throw StoreError(error, path: path) }
  }

  func read<Value>(_ body: (Database) throws -> Value) throws(StoreError) -> Value {
    do { return try pool.read(body) } catch { throw StoreError(error, path: path) }
  }

  package func close() throws(StoreError) {
    do { try pool.close() } catch { throw StoreError(error, path: path) }
  }

  /// Signs a receipt that says what its channel owes with it, and keeps it; in one piece, so that no two receipts state
  /// the same sum.
  /// - Parameter sign: takes what the channel owes in all, this answer included; 0 without a channel.
  package func enter(
    channel: Digest, amount: UInt64, sign: (_ channelOwed: UInt64) throws -> SignedReceipt
  ) throws -> SignedReceipt {
    try signing.withLock { _ in
      let owed = channel == .zero ? 0 : try owed(channel).addingSaturating(amount)
      let receipt = try sign(owed)
      try insert(receipt)
      return receipt
    }
  }

  /// What a channel owes for finished answers in all.
  package func owed(_ channel: Digest) throws(StoreError) -> UInt64 {
    try read { database in
      let value = try Int64.fetchOne(
        database, sql: "SELECT channelOwed FROM receipt WHERE channel = ? ORDER BY sequence DESC LIMIT 1",
        arguments: [Data(channel.bytes)])
      return UInt64(bitPattern: value ?? 0)
    }
  }

  private func insert(_ receipt: SignedReceipt) throws(StoreError) {
    let body = receipt.body
    try write { database in
      try database.execute(
        sql: """
          INSERT INTO receipt (requestID, hash, acceptHash, bytes, channel, program, amount, channelOwed, expiry)
          VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
          """,
        arguments: [
          Data(body.requestID.bytes), Data(receipt.hash.bytes), Data(body.acceptHash.bytes), Data(receipt.encoded()),
          Data(body.channel.bytes), Data(body.programRoot.bytes),
          Int64(bitPattern: body.amountOwed), Int64(bitPattern: body.channelOwed), Int64(bitPattern: body.expiry),
        ])
    }
  }
}

extension Row {
  /// A column of 32 bytes.
  func digest(_ column: String) -> Digest {
    let data: Data = self[column]
    return Digest(data) ?? .zero
  }

  /// A column that holds an unsigned number.
  func unsigned(_ column: String) -> UInt64 {
    let value: Int64 = self[column]
    return UInt64(bitPattern: value)
  }
}
