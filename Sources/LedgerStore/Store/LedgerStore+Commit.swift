import GRDB
import GRDBSQLite
import Hashing
import Ledger

extension LedgerStore {
  /// Makes a block durable: all of it or nothing, and returns when it is on the disk.
  ///
  /// Block 0 is the genesis: it clears what was there, which must be no more than another genesis.
  /// - Parameters:
  ///   - blockHash: the engine's name of the block, by which others know it.
  ///   - header: the embedded ledger's signed header.
  /// - Throws: `outOfStep`, `otherChain`; `full`, `readOnly`, `unusable`. Nothing has changed then.
  package func commit(
    _ result: BlockResult, chainID: String, blockHash: Digest, header: [UInt8]? = nil
  ) throws(LedgerStoreError) {
    try write { database in
      if result.block.height == 0 {
        try clear(database, chainID: chainID)
      } else {
        try advance(database, from: result.block.height - 1, chainID: chainID)
      }
      try Self.writeMeta(
        database, chainID: chainID, height: result.block.height, time: result.block.time, blockHash: blockHash,
        appHash: result.appHash)
      try Self.writeState(database, result.changes)
      var history = try HistoryWriter(database, block: result.block)
      try history.write(result, blockHash: blockHash, header: header)
    }
    checkpoint(above: Self.checkpointPageCount)
  }

  /// Puts a whole state, whose root was compared with a trusted app hash, in the place of what is there.
  package func replace(
    with state: CommittedState, chainID: String, height: UInt64, time: UInt64, blockHash: Digest
  ) throws(LedgerStoreError) {
    try write { database in
      try Self.erase(database)
      try Self.writeMeta(
        database, chainID: chainID, height: height, time: time, blockHash: blockHash, appHash: state.root)
      let insertion = try SQLStatement("INSERT INTO state (key, value) VALUES (?, ?)", in: database)
      for (key, value) in state.records { try insertion.run(.blob(key), .blob(value)) }
    }
  }

  /// Makes room for a genesis.
  private func clear(_ database: Database, chainID: String) throws {
    guard let meta = try StoredMeta.read(database) else { return }
    guard meta.chainID == chainID else {
      throw LedgerStoreError.otherChain(path: path, stored: meta.chainID, wanted: chainID)
    }
    guard meta.height == 0 else { throw LedgerStoreError.outOfStep(path: path, height: 0) }
    try Self.erase(database)
  }

  /// Makes sure that nobody else has written a block meanwhile.
  private func advance(_ database: Database, from height: UInt64, chainID: String) throws {
    guard let meta = try StoredMeta.read(database), meta.height == height else {
      throw LedgerStoreError.outOfStep(path: path, height: height + 1)
    }
    guard meta.chainID == chainID else {
      throw LedgerStoreError.otherChain(path: path, stored: meta.chainID, wanted: chainID)
    }
  }

  private static func erase(_ database: Database) throws {
    for table in ["meta", "state", "block", "blockTransaction", "entry", "event"] {
      try database.execute(sql: "DELETE FROM \(table)")
    }
  }

  private static func writeMeta(
    _ database: Database, chainID: String, height: UInt64, time: UInt64, blockHash: Digest, appHash: Digest
  ) throws {
    try SQLStatement(
      "INSERT OR REPLACE INTO meta (only, chain, height, time, blockHash, appHash) VALUES (0, ?, ?, ?, ?, ?)",
      in: database
    ).run(.text(chainID), .number(height), .number(time), .digest(blockHash), .digest(appHash))
  }

  private static func writeState(_ database: Database, _ changes: [(key: [UInt8], value: [UInt8]?)]) throws {
    let write = try SQLStatement(
      "INSERT INTO state (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
      in: database)
    let removal = try SQLStatement("DELETE FROM state WHERE key = ?", in: database)
    for (key, value) in changes {
      if let value { try write.run(.blob(key), .blob(value)) } else { try removal.run(.blob(key)) }
    }
  }
}

extension CommittedState {
  /// Every record in order of key hash.
  var records: [(key: [UInt8], value: [UInt8])] {
    var records: [(key: [UInt8], value: [UInt8])] = []
    records.reserveCapacity(count)
    tree.visit { _, key, value in records.append((key, value)) }
    return records
  }
}
