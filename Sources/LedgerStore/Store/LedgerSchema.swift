import GRDB

/// The tables. A file tells its version in `user_version`; 0 is a file that was just made.
enum LedgerSchema {
  static let version = 1

  /// Makes the tables of a new file, and refuses one that this program does not know.
  static func prepare(_ database: Database, path: String) throws {
    switch try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0 {
    case version: return
    case 0:
      guard try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_schema") == 0 else {
        throw LedgerStoreError.foreign(path: path, version: 0)
      }
      try database.execute(sql: tables)
      try database.execute(sql: "PRAGMA user_version = \(version)")
    case let other: throw LedgerStoreError.foreign(path: path, version: other)
    }
  }

  /// `state` is ordered by key, which is what listings need; the tree's own order, by key hash, is made at the start,
  /// where every key is hashed anyhow. Sequences count from 1 over the whole ledger. A position is the index of a
  /// transaction in its block, or −1 for what the block's own rules did. An account's entries form a chain from the newest
  /// to the first, whose head lies in the account's own row: that page is written in the block anyhow, while an index by
  /// account would be written at as many more places all over the file.
  private static let tables = """
    CREATE TABLE meta (
      only INTEGER PRIMARY KEY CHECK (only = 0),
      chain TEXT NOT NULL,
      height INTEGER NOT NULL,
      time INTEGER NOT NULL,
      blockHash BLOB NOT NULL CHECK (length(blockHash) = 32),
      appHash BLOB NOT NULL CHECK (length(appHash) = 32)
    );
    CREATE TABLE state (
      key BLOB PRIMARY KEY,
      value BLOB NOT NULL,
      lastEntry INTEGER NOT NULL DEFAULT 0
    ) WITHOUT ROWID;
    CREATE TABLE block (
      height INTEGER PRIMARY KEY,
      time INTEGER NOT NULL,
      hash BLOB NOT NULL,
      appHash BLOB NOT NULL,
      header BLOB,
      firstTransaction INTEGER NOT NULL,
      transactionCount INTEGER NOT NULL
    );
    CREATE TABLE blockTransaction (
      sequence INTEGER PRIMARY KEY,
      id BLOB NOT NULL,
      height INTEGER NOT NULL,
      position INTEGER NOT NULL,
      code INTEGER NOT NULL,
      detail TEXT NOT NULL,
      gas INTEGER NOT NULL,
      bytes BLOB NOT NULL
    );
    CREATE INDEX blockTransactionID ON blockTransaction (id);
    CREATE TABLE entry (
      sequence INTEGER PRIMARY KEY,
      previous INTEGER NOT NULL,
      account BLOB NOT NULL,
      height INTEGER NOT NULL,
      position INTEGER NOT NULL,
      token INTEGER NOT NULL,
      amount NOT NULL,
      cause TEXT NOT NULL,
      reference BLOB NOT NULL
    );
    CREATE TABLE event (
      sequence INTEGER PRIMARY KEY,
      height INTEGER NOT NULL,
      position INTEGER NOT NULL,
      kind TEXT NOT NULL,
      attributes BLOB NOT NULL
    );
    """
}
