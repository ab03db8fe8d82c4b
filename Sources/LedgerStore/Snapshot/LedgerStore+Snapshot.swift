import GRDB
import Hashing

/// The committed state as it was at one moment, whatever is written afterwards.
package struct FrozenState: Sendable {
  let view: DatabaseSnapshot
}

extension LedgerStore {
  /// The state as it is committed now: a view of the file that later blocks do not change.
  package func freeze() throws(LedgerStoreError) -> FrozenState {
    do { return FrozenState(view: try pool.makeSnapshot()) } catch { throw LedgerStoreError(error, path: path) }
  }
}

extension FrozenState {
  /// Cuts the state into chunks while blocks may be written on.
  /// - Parameter take: gets each chunk with its number, in order.
  /// - Returns: the metadata; nil before the genesis.
  /// - Throws: `LedgerStoreError`, and what `take` throws.
  package func snapshot(
    take: (_ index: Int, _ chunk: [UInt8]) throws(StateSnapshotError) -> Void
  ) throws -> StateSnapshot? {
    try view.read { database in
      guard let meta = try StoredMeta.read(database) else { return nil }
      var cutter = ChunkCutter()
      try SQLStatement("SELECT key, value FROM state ORDER BY key", in: database).forEachRow { row in
        let (key, value) = (row.blob(0), row.blob(1))
        if let (index, chunk) = cutter.append(key: key, value: value) { try take(index, chunk) }
      }
      let (index, last) = cutter.finish()
      try take(index, last)
      return StateSnapshot(
        chainID: Array(meta.chainID.utf8), height: meta.height, time: meta.time, appHash: meta.appHash,
        recordCount: cutter.recordCount, chunkHashes: cutter.hashes)
    }
  }
}

/// Fills one chunk after the other.
private struct ChunkCutter {
  private var chunk = SnapshotChunk()
  private(set) var hashes: [Digest] = []
  private(set) var recordCount: UInt64 = 0

  /// - Returns: the chunk that is full now.
  mutating func append(key: [UInt8], value: [UInt8]) -> (index: Int, chunk: [UInt8])? {
    let full = chunk.hasRoom(key: key, value: value) ? nil : finish()
    chunk.append(key: key, value: value)
    recordCount += 1
    return full
  }

  mutating func finish() -> (index: Int, chunk: [UInt8]) {
    let bytes = chunk.encoded()
    hashes.append(SHA256.hash(bytes))
    chunk = SnapshotChunk()
    return (hashes.count - 1, bytes)
  }
}
