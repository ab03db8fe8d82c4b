import GRDB
import GRDBSQLite
import Hashing

/// A value as SQLite stores it.
enum SQLValue {
  case null
  case integer(Int64)
  case text(String)
  case blob([UInt8])

  /// A number whose 64 bits are stored; heights, times and counts never reach the sign.
  static func number(_ value: UInt64) -> SQLValue { .integer(Int64(bitPattern: value)) }

  static func digest(_ digest: Digest) -> SQLValue { .blob(digest.bytes) }
}

/// A statement that is run for many rows: bytes go to SQLite as they are, without a boxed value for each.
///
/// Sits on the handle of GRDB's cached statement, which lives as long as the connection does.
struct SQLStatement {
  private let statement: Statement
  private let handle: OpaquePointer

  init(_ sql: String, in database: Database) throws {
    statement = try database.cachedStatement(sql: sql)
    handle = statement.sqliteStatement
  }

  /// Runs a statement that returns no row.
  func run(_ values: SQLValue...) throws {
    try bind(values)
    defer { sqlite3_reset(handle) }
    try check(sqlite3_step(handle), SQLITE_DONE)
  }

  /// Calls `body` for each row.
  func forEachRow(_ values: SQLValue..., body: (SQLRow) throws -> Void) throws {
    try bind(values)
    defer { sqlite3_reset(handle) }
    while true {
      let code = sqlite3_step(handle)
      if code == SQLITE_DONE { return }
      try check(code, SQLITE_ROW)
      try body(SQLRow(handle: handle))
    }
  }

  private func bind(_ values: [SQLValue]) throws {
    for (index, value) in values.enumerated() {
      let place = Int32(index + 1)
      let code =
        switch value {
        case .null: sqlite3_bind_null(handle, place)
        case .integer(let number): sqlite3_bind_int64(handle, place, number)
        case .text(let text): sqlite3_bind_text(handle, place, text, -1, Self.copied)
        case .blob(let bytes): Self.bind(bytes, to: handle, place)
        }
      try check(code, SQLITE_OK)
    }
  }

  private static func bind(_ bytes: [UInt8], to handle: OpaquePointer, _ place: Int32) -> Int32 {
    guard !bytes.isEmpty else { return sqlite3_bind_zeroblob(handle, place, 0) }
    return bytes.withUnsafeBytes { sqlite3_bind_blob64(handle, place, $0.baseAddress, UInt64($0.count), copied) }
  }

  private func check(_ code: Int32, _ expected: Int32) throws {
    guard code != expected else { return }
    let message = sqlite3_errmsg(sqlite3_db_handle(handle)).map { String(cString: $0) }
    throw DatabaseError(
      resultCode: ResultCode(rawValue: sqlite3_extended_errcode(sqlite3_db_handle(handle))), message: message)
  }

  /// Tells SQLite to take its own copy of what is bound.
  private static var copied: sqlite3_destructor_type { unsafeBitCast(-1, to: sqlite3_destructor_type.self) }
}

/// The row that a statement stands on.
struct SQLRow {
  fileprivate let handle: OpaquePointer

  func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(handle, column) }

  func number(_ column: Int32) -> UInt64 { UInt64(bitPattern: integer(column)) }

  func isNull(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_NULL }

  func isInteger(_ column: Int32) -> Bool { sqlite3_column_type(handle, column) == SQLITE_INTEGER }

  /// The bytes of a blob or a text; empty for NULL.
  func blob(_ column: Int32) -> [UInt8] {
    guard let start = sqlite3_column_blob(handle, column) else { return [] }
    return Array(UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, column))))
  }

  func text(_ column: Int32) -> String { String(decoding: blob(column), as: UTF8.self) }

  /// `Digest.zero` unless there are 32 bytes.
  func digest(_ column: Int32) -> Digest { Digest(blob(column)) ?? .zero }
}
