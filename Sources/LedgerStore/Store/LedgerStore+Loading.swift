import GRDB
import Hashing
import Ledger
import StateTree

/// Where a stored ledger stands.
package struct StoredMeta: Equatable, Sendable {
  package var chainID: String
  package var height: UInt64
  /// Milliseconds since 1970, of the last block.
  package var time: UInt64
  package var blockHash: Digest
  package var appHash: Digest

  static func read(_ database: Database) throws -> StoredMeta? {
    var meta: StoredMeta?
    try SQLStatement("SELECT chain, height, time, blockHash, appHash FROM meta", in: database).forEachRow { row in
      meta = StoredMeta(
        chainID: row.text(0), height: row.number(1), time: row.number(2), blockHash: row.digest(3),
        appHash: row.digest(4))
    }
    return meta
  }
}

/// A ledger as it was committed last, with its state in memory.
package struct StoredLedger: Sendable {
  package let meta: StoredMeta
  package let state: CommittedState

  /// A machine that goes on from here.
  package var machine: LedgerMachine {
    LedgerMachine(chainID: meta.chainID, height: meta.height, time: meta.time, committed: state)
  }
}

extension LedgerStore {
  /// Where the ledger stands; nil before its genesis.
  package func meta() throws(LedgerStoreError) -> StoredMeta? {
    try read { try StoredMeta.read($0) }
  }

  /// Reads the whole state and compares it with the app hash that was committed with it.
  /// - Returns: nil before the genesis.
  /// - Throws: `otherState` when the records are not those of the last block.
  /// - Complexity: every key, value and branch is hashed, on two threads while a third reads.
  package func load() throws(LedgerStoreError) -> StoredLedger? {
    let loaded = try read { database -> (StoredMeta, StateTree?)? in
      guard let meta = try StoredMeta.read(database) else { return nil }
      let loading = StateLoading()
      try SQLStatement("SELECT key, value FROM state", in: database).forEachRow { row in
        loading.append(key: row.blob(0), value: row.blob(1))
      }
      return (meta, loading.finish())
    }
    guard let (meta, tree) = loaded else { return nil }
    guard let tree, tree.root == meta.appHash else {
      throw .otherState(path: path, height: meta.height, stored: meta.appHash, rebuilt: tree?.root ?? .zero)
    }
    return StoredLedger(meta: meta, state: CommittedState(tree: tree))
  }
}
