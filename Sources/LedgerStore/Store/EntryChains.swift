import GRDB
import GRDBSQLite
import Hashing
import Ledger

/// Hangs a block's entries on the chains of their accounts.
struct EntryChains {
  private let database: Database
  private let height: UInt64
  private let head: SQLStatement
  private let insertion: SQLStatement
  private let newHead: SQLStatement
  /// The last entry of each account that the block has moved.
  private var heads: [Digest: Int64] = [:]

  init(_ database: Database, height: UInt64) throws {
    self.database = database
    self.height = height
    head = try SQLStatement("SELECT lastEntry FROM state WHERE key = ?", in: database)
    insertion = try SQLStatement(
      """
      INSERT INTO entry (previous, account, height, position, token, amount, cause, reference)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?)
      """, in: database)
    newHead = try SQLStatement("UPDATE state SET lastEntry = ? WHERE key = ?", in: database)
  }

  mutating func append(_ entry: Entry, position: Int64) throws {
    let previous = try heads[entry.account] ?? last(of: entry.account)
    try insertion.run(
      .integer(previous), .digest(entry.account), .number(height), .integer(position),
      .integer(Int64(entry.token.rawValue)),
      // More than 63 bits are written out in decimals, which SQLite keeps as they are.
      Int64(exactly: entry.amount).map { .integer($0) } ?? .text(String(entry.amount)), .text(entry.cause.rawValue),
      .digest(entry.reference))
    heads[entry.account] = database.lastInsertedRowID
  }

  /// Writes the new heads into the accounts' rows, in the order in which these lie in the file.
  func finish() throws {
    for (account, sequence) in heads.sorted(by: { $0.key < $1.key }) {
      try newHead.run(.integer(sequence), .blob(StateKey<Account>.account(account).bytes))
    }
  }

  private func last(of account: Digest) throws -> Int64 { try Self.last(of: account, head) }

  /// - Returns: 0 for an account that never moved anything.
  static func last(of account: Digest, in database: Database) throws -> Int64 {
    try last(of: account, SQLStatement("SELECT lastEntry FROM state WHERE key = ?", in: database))
  }

  private static func last(of account: Digest, _ statement: SQLStatement) throws -> Int64 {
    var found: Int64 = 0
    try statement.forEachRow(.blob(StateKey<Account>.account(account).bytes)) { found = $0.integer(0) }
    return found
  }
}
