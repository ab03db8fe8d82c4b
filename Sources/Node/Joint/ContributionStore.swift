import Foundation
import GRDB
import Hashing
import Receipts
import Wallet

/// A provider's epochs on disk: their secrets, whether they are anchored, and the first slot that was never given out.
///
/// A slot is taken from the file before anybody learns of it, each in a transaction of its own that is flushed before it
/// counts, so that neither a crash nor a second process can give it out again. A copy of the file that is put back later
/// could: two accepts for one slot convict the provider, and the epochs of an old copy must not be used.
package struct ContributionStore: Sendable {
  /// One epoch as it is stored.
  package struct Epoch: Equatable, Sendable {
    package var number: UInt64
    package var secret: Digest
    /// The first slot that was never given out.
    package var next: UInt32
    package var isAnchored: Bool
  }

  static let fileName = "contributions.sqlite"

  package let path: String
  private let queue: DatabaseQueue

  /// Opens or creates the store in a provider's home.
  package init(home: String) throws(StoreError) {
    path = "\(home)/\(Self.fileName)"
    PrivateFile.reserve(path)
    do {
      var configuration = Configuration()
      configuration.busyMode = .timeout(5)
      // EXTRA flushes the folder too, without which a power loss may take back what was committed.
      configuration.prepareDatabase { try $0.execute(sql: "PRAGMA synchronous = EXTRA") }
      queue = try DatabaseQueue(path: path, configuration: configuration)
      let migrator = Self.migrator
      let isTooNew = try queue.read { try migrator.hasBeenSuperseded($0) }
      guard !isTooNew else { throw StoreError.tooNew(path: path) }
      try migrator.migrate(queue)
    } catch {
      throw StoreError(error, path: path)
    }
  }

  private static var migrator: DatabaseMigrator {
    var migrator = DatabaseMigrator()
    migrator.registerMigration("1") { database in
      try database.execute(
        sql: """
          CREATE TABLE epoch (
            number INTEGER PRIMARY KEY CHECK (number > 0),
            secret BLOB NOT NULL CHECK (length(secret) = 32),
            next INTEGER NOT NULL DEFAULT 0 CHECK (next BETWEEN 0 AND 4096),
            isAnchored INTEGER NOT NULL DEFAULT 0
          ) STRICT;
          """ + jobTable)
    }
    return migrator
  }

  /// The epoch with the highest number.
  package func latest() throws(StoreError) -> Epoch? {
    try run { try Row.fetchOne($0, sql: "SELECT * FROM epoch ORDER BY number DESC LIMIT 1").flatMap(Self.epoch) }
  }

  /// The epoch with a number.
  package func epoch(_ number: UInt64) throws(StoreError) -> Epoch? {
    try run {
      try Row.fetchOne($0, sql: "SELECT * FROM epoch WHERE number = ?", arguments: [Int64(clamping: number)])
        .flatMap(Self.epoch)
    }
  }

  /// Slots of anchored epochs that were never given out.
  package func freeSlots() throws(StoreError) -> Int {
    try run { try Int.fetchOne($0, sql: "SELECT coalesce(sum(4096 - next), 0) FROM epoch WHERE isAnchored = 1") ?? 0 }
  }

  /// Adds an epoch, not anchored yet.
  /// - Throws: `StoreError.unusable` for a number that is taken or beyond 2^63 − 1.
  package func add(_ number: UInt64, secret: Digest) throws(StoreError) {
    guard let number = Int64(exactly: number) else {
      throw .unusable(path: path, reason: "an epoch beyond 63 bits")
    }
    try run {
      try $0.execute(sql: "INSERT INTO epoch (number, secret) VALUES (?, ?)", arguments: [number, secret.data])
    }
  }

  /// Notes that the ledger has an epoch's root: its slots may be given out.
  package func markAnchored(_ number: UInt64) throws(StoreError) {
    try run {
      try $0.execute(sql: "UPDATE epoch SET isAnchored = 1 WHERE number = ?", arguments: [Int64(clamping: number)])
    }
  }

  /// Gives up an epoch: none of its slots is given out any more.
  package func close(_ number: UInt64) throws(StoreError) {
    try run {
      try $0.execute(sql: "UPDATE epoch SET next = 4096 WHERE number = ?", arguments: [Int64(clamping: number)])
    }
  }

  /// Takes the next slot of the oldest anchored epoch that has one; nobody gets it again.
  /// - Returns: the epoch as it was, its `next` the slot; `nil` when there is none.
  package func take() throws(StoreError) -> Epoch? {
    try run { database in
      let found = try Row.fetchOne(
        database, sql: "SELECT * FROM epoch WHERE isAnchored = 1 AND next < 4096 ORDER BY number LIMIT 1")
      guard let epoch = found.flatMap(Self.epoch) else { return nil }
      try database.execute(
        sql: "UPDATE epoch SET next = next + 1 WHERE number = ?", arguments: [Int64(clamping: epoch.number)])
      return epoch
    }
  }

  private static func epoch(_ row: Row) -> Epoch? {
    guard let number = UInt64(exactly: row["number"] as Int64), let next = UInt32(exactly: row["next"] as Int64),
      let secret = Digest([UInt8](row["secret"] as Data))
    else { return nil }
    return Epoch(number: number, secret: secret, next: next, isAnchored: row["isAnchored"])
  }

  /// Everything is one immediate transaction: reading first and writing then is safe beside another process.
  func run<Value>(_ body: (Database) throws -> Value) throws(StoreError) -> Value {
    do { return try queue.write(body) } catch { throw StoreError(error, path: path) }
  }
}

extension Digest {
  fileprivate var data: Data { Data(bytes) }
}
