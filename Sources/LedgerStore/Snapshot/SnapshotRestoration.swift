import Hashing
import Ledger
import StateTree

/// A state that is being put together from chunks, in any order, against an app hash that is trusted already.
///
/// **Soundness.** A chunk is taken only when its hash is the metadata's, so a peer that sends another one is found out
/// at once; the state is handed out only when its root is the trusted app hash, so metadata that lies yields nothing.
/// Time is the one thing of the metadata that the app hash does not cover.
package struct SnapshotRestoration: Sendable {
  package let snapshot: StateSnapshot
  private var chunks: [[(key: [UInt8], value: [UInt8])]?]

  /// - Parameter appHash: the app hash of the snapshot's height, known from a verified header.
  /// - Throws: `otherAppHash`.
  package init(_ snapshot: StateSnapshot, trusting appHash: Digest) throws(StateSnapshotError) {
    guard snapshot.appHash == appHash else {
      throw .otherAppHash(stated: snapshot.appHash, trusted: appHash)
    }
    self.snapshot = snapshot
    chunks = Array(repeating: nil, count: snapshot.chunkHashes.count)
  }

  /// Numbers of the chunks that are not there yet.
  package var missing: [Int] { chunks.indices.filter { chunks[$0] == nil } }

  /// Takes a chunk; one that came before changes nothing.
  /// - Throws: `index`, `chunkHash`, `chunk`; nothing is taken then.
  package mutating func apply(index: Int, chunk: [UInt8]) throws(StateSnapshotError) {
    guard chunks.indices.contains(index) else { throw .index(index, count: chunks.count) }
    guard chunk.count <= StateSnapshot.chunkLimit, SHA256.hash(chunk) == snapshot.chunkHashes[index] else {
      throw .chunkHash(index: index)
    }
    do { chunks[index] = try SnapshotChunk.records(of: chunk) } catch { throw .chunk(index: index, error) }
  }

  /// The state.
  /// - Throws: `incomplete`, `records`, `otherState`.
  package consuming func finish() throws(StateSnapshotError) -> CommittedState {
    let missing = missing.count
    guard missing == 0 else { throw .incomplete(missing: missing) }
    var builder = StateTreeBuilder()
    for chunk in chunks {
      for (key, value) in chunk ?? [] { builder.append(key: key, value: value) }
    }
    guard let tree = builder.finish(), UInt64(tree.count) == snapshot.recordCount else { throw .records }
    guard tree.root == snapshot.appHash else { throw .otherState(rebuilt: tree.root, trusted: snapshot.appHash) }
    return CommittedState(tree: tree)
  }
}
