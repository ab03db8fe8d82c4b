import GRDB
import GRDBSQLite
import Synchronization

/// How long SQLite's log has become: the hook that reports it stands where SQLite's own automatic copying would.
final class WriteAheadLog: Sendable {
  private let pages = Atomic(0)

  /// Pages in the log at the last commit.
  var pageCount: Int { pages.load(ordering: .relaxed) }

  /// Hears of every commit of a connection, which this object must outlive.
  func watch(_ database: Database) {
    let log = Unmanaged.passUnretained(self).toOpaque()
    sqlite3_wal_hook(
      database.sqliteConnection,
      { log, _, _, pageCount in
        if let log {
          Unmanaged<WriteAheadLog>.fromOpaque(log).takeUnretainedValue().pages
            .store(Int(pageCount), ordering: .relaxed)
        }
        return SQLITE_OK
      }, log)
  }

  /// The pages are in the file now.
  func wasCopied() { pages.store(0, ordering: .relaxed) }
}
