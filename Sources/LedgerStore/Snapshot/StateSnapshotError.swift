import Hashing

/// Why a snapshot, or a part of one, is not taken.
package enum StateSnapshotError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The metadata is not one canonical encoding.
  case malformed(ByteReaderError)
  /// It was cut by another format.
  case format(UInt32)
  /// It says that it leads to another state than the trusted one.
  case otherAppHash(stated: Digest, trusted: Digest)
  /// There is no chunk of this number.
  case index(Int, count: Int)
  /// A chunk's bytes are not those that the metadata names.
  case chunkHash(index: Int)
  /// A chunk is what its hash says, and not a chunk: who made the snapshot lied.
  case chunk(index: Int, ByteReaderError)
  /// Chunks are missing.
  case incomplete(missing: Int)
  /// The records are not those that the metadata counts, or one comes twice.
  case records
  /// The records do not make the trusted state.
  case otherState(rebuilt: Digest, trusted: Digest)
  /// A file could not be read or written.
  case file(path: String, reason: String)

  package var description: String {
    switch self {
    case .malformed(let error): "not a snapshot's metadata: \(error)"
    case .format(let format): "a snapshot of format \(format), where \(StateSnapshot.format) is known"
    case .otherAppHash(let stated, let trusted): "a snapshot of the state \(stated), where \(trusted) is trusted"
    case .index(let index, let count): "the snapshot has \(count) chunks and none of number \(index)"
    case .chunkHash(let index): "chunk \(index) is not the one that the snapshot names"
    case .chunk(let index, let error): "chunk \(index) cannot be read: \(error)"
    case .incomplete(let missing): "\(missing) chunks of the snapshot are missing"
    case .records: "the snapshot's records are not as many as it says, or one comes twice"
    case .otherState(let rebuilt, let trusted): "the snapshot makes the state \(rebuilt), where \(trusted) is trusted"
    case .file(let path, let reason): "the snapshot file \(path) cannot be used: \(reason)"
    }
  }
}
