import GRDB
import GRDBSQLite
import Glibc
import Hashing
import Ledger

/// A ledger on disk: the state after the last block, the blocks, and what explains every balance.
///
/// SQLite in WAL mode, every commit flushed before it counts (synchronous FULL). A block's records, transactions,
/// entries and events go into the file in one transaction together with (height, app hash), so a process that dies at
/// any moment leaves the last committed block or the one before, never a mixture.
package struct LedgerStore: Sendable {
  package let path: String
  let pool: DatabasePool
  private let log = WriteAheadLog()

  /// Opens or creates the file.
  /// - Throws: `unusable`, `readOnly`, `full`, `corrupt`, `foreign`.
  package init(path: String) throws(LedgerStoreError) {
    self.path = path
    do {
      try Self.reserve(path)
      pool = try DatabasePool(path: path, configuration: Self.configuration)
      try pool.writeWithoutTransaction { database in
        try database.execute(sql: "PRAGMA synchronous = FULL")
        log.watch(database)
        try database.execute(sql: "PRAGMA cache_size = -\(Self.cacheKilobytes)")
      }
      try pool.write { try LedgerSchema.prepare($0, path: path) }
    } catch {
      throw LedgerStoreError(error, path: path)
    }
  }

  /// Pages of the log from which a commit copies them into the file itself, should nobody have done it before.
  static let checkpointPageCount = 16_384
  private static let cacheKilobytes = 65_536

  /// Makes the file its owner's alone, and so those that SQLite makes beside it. One that exists is not opened: closing
  /// it would take away the locks that SQLite holds on it in this process.
  private static func reserve(_ path: String) throws {
    let descriptor = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    if descriptor >= 0 {
      Glibc.close(descriptor)
    } else if errno != EEXIST || access(path, R_OK | W_OK) != 0 {
      let code = errno
      throw LedgerStoreError.named(code, path)
        ?? LedgerStoreError.unusable(path: path, reason: String(cString: strerror(code)))
    }
  }

  private static var configuration: Configuration {
    var configuration = Configuration()
    configuration.maximumReaderCount = 4
    configuration.busyMode = .timeout(5)
    return configuration
  }

  /// Brings everything into the one file and closes it. Reads and writes fail from now on.
  package func close() throws(LedgerStoreError) {
    do {
      _ = try pool.writeWithoutTransaction { try $0.checkpoint(.truncate) }
      try pool.close()
    } catch {
      throw LedgerStoreError(error, path: path)
    }
  }

  /// Copies the log's pages into the file when there are more than so many; pages that many blocks changed are copied
  /// once for all of them. What was committed is safe either way: a failure only leaves the work to the next time.
  package func checkpoint(above pageCount: Int) {
    guard log.pageCount > pageCount else { return }
    _ = try? pool.writeWithoutTransaction { try $0.checkpoint(.passive) }
    log.wasCopied()
  }

  func write<Value>(_ body: (Database) throws -> Value) throws(LedgerStoreError) -> Value {
    do { return try pool.write(body) } catch { throw LedgerStoreError(error, path: path) }
  }

  func read<Value>(_ body: (Database) throws -> Value) throws(LedgerStoreError) -> Value {
    do { return try pool.read(body) } catch { throw LedgerStoreError(error, path: path) }
  }
}
