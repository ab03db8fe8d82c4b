import Foundation
import GRDB
import Hashing
import Wallet

/// Bundles and reports on disk, by request id and in the order they came: SQLite in WAL mode, every write flushed
/// before it counts (synchronous FULL), so that what was stored survives a killed process and a lost power supply.
///
/// Bytes are stored as they came; nothing in here decides whether they verify.
package struct ReceiptStore: Sendable {
  package let path: String
  private let pool: DatabasePool

  /// Opens or creates the store.
  /// - Parameters:
  ///   - path: the database file; SQLite keeps two more files beside it.
  ///   - maximumByteCount: the file grows no further than this; writes beyond fail with `StoreError.full`.
  /// - Throws: `StoreError`.
  package init(path: String, maximumByteCount: Int? = nil) throws(StoreError) {
    self.path = path
    // SQLite gives the files that it makes beside it the same mode.
    PrivateFile.reserve(path)
    do {
      pool = try DatabasePool(path: path, configuration: Self.configuration(maximumByteCount))
      // The pool itself chooses NORMAL for WAL, which may lose the last writes with the power.
      try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
      let migrator = StoreSchema.migrator
      let isTooNew = try pool.read { try migrator.hasBeenSuperseded($0) }
      guard !isTooNew else { throw StoreError.tooNew(path: path) }
      try migrator.migrate(pool)
    } catch {
      throw StoreError(error, path: path)
    }
  }

  private static func configuration(_ maximumByteCount: Int?) -> Configuration {
    var configuration = Configuration()
    configuration.maximumReaderCount = 4
    configuration.busyMode = .timeout(5)
    configuration.prepareDatabase { database in
      if let maximumByteCount {
        let pageSize = try Int.fetchOne(database, sql: "PRAGMA page_size") ?? 4_096
        try database.execute(sql: "PRAGMA max_page_count = \(max(1, maximumByteCount / pageSize))")
      }
    }
    return configuration
  }

  /// Brings everything into the one file and closes it. Reads and writes fail from now on.
  package func close() throws(StoreError) {
    do {
      _ = try pool.writeWithoutTransaction { try $0.checkpoint(.truncate) }
      try pool.close()
    } catch {
      throw StoreError(error, path: path)
    }
  }

  func write<Value>(_ body: (Database) throws -> Value) throws(StoreError) -> Value {
    do { return try pool.write(body) } catch { throw StoreError(error, path: path) }
  }

  func read<Value>(_ body: (Database) throws -> Value) throws(StoreError) -> Value {
    do { return try pool.read(body) } catch { throw StoreError(error, path: path) }
  }
}

/// The tables, one migration for each version that ever wrote them.
enum StoreSchema {
  static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1") { database in
      try database.execute(
        sql: """
          CREATE TABLE bundle (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT,
            requestID BLOB NOT NULL UNIQUE CHECK (length(requestID) = 16),
            provider BLOB NOT NULL CHECK (length(provider) = 32),
            program BLOB NOT NULL CHECK (length(program) = 32),
            storedAt INTEGER NOT NULL,
            isPartial INTEGER NOT NULL,
            bytes BLOB NOT NULL
          ) STRICT;
          CREATE TABLE report (
            sequence INTEGER PRIMARY KEY AUTOINCREMENT,
            requestID BLOB NOT NULL CHECK (length(requestID) = 16),
            provider BLOB NOT NULL CHECK (length(provider) = 32),
            auditor BLOB NOT NULL CHECK (length(auditor) = 32),
            storedAt INTEGER NOT NULL,
            bytes BLOB NOT NULL,
            UNIQUE (requestID, auditor)
          ) STRICT;
          """)
    }
    return migrator
  }
}

/// The two settings that durability hangs on, as the writer sees them.
package struct StoreSettings: Equatable, Sendable {
  /// `wal`.
  package var journalMode: String
  /// 2 is FULL: flushed before a write counts.
  package var synchronous: Int

  package init(journalMode: String, synchronous: Int) {
    self.journalMode = journalMode
    self.synchronous = synchronous
  }
}

extension ReceiptStore {
  /// How the database is written.
  package func settings() throws(StoreError) -> StoreSettings {
    try write { database in
      StoreSettings(
        journalMode: try String.fetchOne(database, sql: "PRAGMA journal_mode") ?? "",
        synchronous: try Int.fetchOne(database, sql: "PRAGMA synchronous") ?? 0)
    }
  }
}
