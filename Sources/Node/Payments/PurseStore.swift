import Foundation
import GRDB
import Hashing
import Receipts
import Wallet

/// A payer's channels on disk: what was promised is written before the voucher leaves, so that nothing is paid twice
/// after a crash, and nothing that is owed is forgotten.
struct PurseStore: Sendable {
  private let path: String
  private let pool: DatabasePool

  init(path: String) throws(StoreError) {
    self.path = path
    PrivateFile.reserve(path)
    do {
      var configuration = Configuration()
      configuration.busyMode = .timeout(5)
      pool = try DatabasePool(path: path, configuration: configuration)
      try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
      var migrator = DatabaseMigrator()
      migrator.registerMigration("1") { database in
        try database.execute(
          sql: """
            CREATE TABLE channel (
              id BLOB PRIMARY KEY CHECK (length(id) = 32),
              provider BLOB NOT NULL CHECK (length(provider) = 32),
              chain BLOB NOT NULL CHECK (length(chain) = 32),
              capacity INTEGER NOT NULL,
              owed INTEGER NOT NULL DEFAULT 0,
              promised INTEGER NOT NULL DEFAULT 0,
              isAbandoned INTEGER NOT NULL DEFAULT 0
            ) STRICT;
            CREATE TABLE job (
              requestID BLOB PRIMARY KEY CHECK (length(requestID) = 16),
              channel BLOB NOT NULL,
              noted INTEGER NOT NULL DEFAULT 0
            ) STRICT;
            """)
      }
      migrator.registerMigration("2") { database in
        try database.execute(
          sql: """
            ALTER TABLE job ADD COLUMN most INTEGER NOT NULL DEFAULT -1;
            ALTER TABLE job ADD COLUMN asked INTEGER NOT NULL DEFAULT 0;
            """)
      }
      try migrator.migrate(pool)
    } catch {
      throw StoreError(error, path: path)
    }
  }

  private func write<Value>(_ body: (Database) throws -> Value) throws(StoreError) -> Value {
    do { return try pool.write(body) } catch { throw StoreError(error, path: path) }
  }

  private func read<Value>(_ body: (Database) throws -> Value) throws(StoreError) -> Value {
    do { return try pool.read(body) } catch { throw StoreError(error, path: path) }
  }

  /// The channel that pays a provider on a chain, if one is in use.
  func channel(provider: Digest, chain: Digest, key: PublicKey) throws(StoreError) -> PayerChannel? {
    try read { database in
      let row = try Row.fetchOne(
        database,
        sql: "SELECT * FROM channel WHERE provider = ? AND chain = ? AND isAbandoned = 0 ORDER BY rowid DESC LIMIT 1",
        arguments: [Data(provider.bytes), Data(chain.bytes)])
      return row.flatMap { row in
        PayerChannel(
          terms: ChannelTerms(
            chain: chain, channel: row.digest("id"), payerKey: key, capacity: row.unsigned("capacity")),
          owed: row.unsigned("owed"), promised: row.unsigned("promised"))
      }
    }
  }

  /// Writes a channel down, new or as it is now.
  func put(_ channel: PayerChannel, provider: Digest) throws(StoreError) {
    try write { database in
      try database.execute(
        sql: """
          INSERT INTO channel (id, provider, chain, capacity, owed, promised) VALUES (?, ?, ?, ?, ?, ?)
          ON CONFLICT (id) DO UPDATE SET capacity = excluded.capacity, owed = excluded.owed, promised = excluded.promised
          """,
        arguments: [
          Data(channel.terms.channel.bytes), Data(provider.bytes), Data(channel.terms.chain.bytes),
          Int64(bitPattern: channel.terms.capacity), Int64(bitPattern: channel.owed),
          Int64(bitPattern: channel.promised),
        ])
    }
  }

  /// No more is paid through a channel whose provider claims what is not owed.
  func abandon(_ channel: Digest) throws(StoreError) {
    try write { database in
      try database.execute(sql: "UPDATE channel SET isAbandoned = 1 WHERE id = ?", arguments: [Data(channel.bytes)])
      try database.execute(sql: "DELETE FROM job WHERE channel = ?", arguments: [Data(channel.bytes)])
    }
  }

  /// A job begins.
  /// - Parameter most: what it can cost at most.
  func begin(_ id: RequestID, channel: Digest, most: UInt64) throws(StoreError) {
    try write { database in
      try database.execute(
        sql: "INSERT OR IGNORE INTO job (requestID, channel, most) VALUES (?, ?, ?)",
        arguments: [Data(id.bytes), Data(channel.bytes), Int64(bitPattern: most)])
    }
  }

  /// Counts what a job has cost since it was last looked at: channel and job in one transaction, so that a crash counts
  /// nothing twice.
  /// - Returns: what the channel owes in all; `nil` when it cannot pay so much, or the job is closed, and nothing is
  ///   counted then.
  func owe(_ amount: UInt64, of id: RequestID, channel: Digest) throws(StoreError) -> UInt64? {
    try write { database in
      guard
        let row = try Row.fetchOne(
          database,
          sql: """
            SELECT job.noted AS noted, channel.owed AS owed, channel.capacity AS capacity
            FROM job JOIN channel ON channel.id = job.channel WHERE job.requestID = ? AND job.channel = ?
            """, arguments: [Data(id.bytes), Data(channel.bytes)])
      else { return nil }
      let (noted, owed) = (row.unsigned("noted"), row.unsigned("owed"))
      guard amount > noted else { return owed }
      let sum = owed.addingSaturating(amount - noted)
      guard sum <= row.unsigned("capacity") else { return nil }
      try database.execute(
        sql: "UPDATE channel SET owed = ? WHERE id = ?", arguments: [Int64(bitPattern: sum), Data(channel.bytes)])
      try database.execute(
        sql: "UPDATE job SET noted = ? WHERE requestID = ?",
        arguments: [Int64(bitPattern: amount), Data(id.bytes)])
      return sum
    }
  }

  /// What a job can cost at most.
  func most(_ id: RequestID) throws(StoreError) -> UInt64 {
    try read { database in
      let value = try Int64.fetchOne(
        database, sql: "SELECT most FROM job WHERE requestID = ?", arguments: [Data(id.bytes)])
      return UInt64(bitPattern: value ?? 0)
    }
  }

  /// A job's receipt was asked for in vain.
  /// - Returns: how often by now.
  func missed(_ id: RequestID) throws(StoreError) -> Int {
    try write { database in
      try database.execute(
        sql: "UPDATE job SET asked = asked + 1 WHERE requestID = ?", arguments: [Data(id.bytes)])
      return try Int.fetchOne(
        database, sql: "SELECT asked FROM job WHERE requestID = ?", arguments: [Data(id.bytes)]) ?? 0
    }
  }

  /// A job whose receipt is paid is closed.
  func close(_ id: RequestID) throws(StoreError) {
    try write { database in
      try database.execute(sql: "DELETE FROM job WHERE requestID = ?", arguments: [Data(id.bytes)])
    }
  }

  /// Jobs that were begun and whose end was not seen.
  func openJobs(channel: Digest) throws(StoreError) -> [RequestID] {
    try read { database in
      try Data.fetchAll(
        database, sql: "SELECT requestID FROM job WHERE channel = ? ORDER BY rowid", arguments: [Data(channel.bytes)]
      ).compactMap { RequestID($0) }
    }
  }
}
