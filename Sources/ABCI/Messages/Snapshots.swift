import Protobuf

/// A copy of the state at one height, in numbered chunks.
package struct ABCISnapshot: ABCIMessage {
  package var height: UInt64 = 0
  package var format: UInt32 = 0
  package var chunkCount: UInt32 = 0
  package var hash: [UInt8] = []
  package var metadata: [UInt8] = []

  package init() {}

  package mutating func read(_ field: ProtobufField) throws(ProtobufError) {
    switch field.number {
    case 1: height = try field.uint64()
    case 2: format = try field.uint32()
    case 3: chunkCount = try field.uint32()
    case 4: hash = try field.bytes()
    case 5: metadata = try field.bytes()
    default: break
    }
  }

  package func write(to writer: inout ProtobufWriter) {
    writer.uint64(height, field: 1)
    writer.uint32(format, field: 2)
    writer.uint32(chunkCount, field: 3)
    writer.bytes(hash, field: 4)
    writer.bytes(metadata, field: 5)
  }
}

/// The snapshots that this node can hand out.
package struct ListSnapshotsResponse: ABCIMessage {
  package var snapshots: [ABCISnapshot] = []

  package init() {}

  package mutating func read(_ field: ProtobufField) throws(ProtobufError) {
    if field.number == 1 { snapshots.append(try field.message()) }
  }

  package func write(to writer: inout ProtobufWriter) {
    writer.messages(snapshots, field: 1)
  }
}

/// A peer's snapshot. Only the app hash is trusted: the light client has verified it.
package struct OfferSnapshotRequest: ABCIMessage {
  package var snapshot: ABCISnapshot?
  package var appHash: [UInt8] = []

  package init() {}

  package mutating func read(_ field: ProtobufField) throws(ProtobufError) {
    switch field.number {
    case 1: snapshot = try field.message()
    case 2: appHash = try field.bytes()
    default: break
    }
  }

  package func write(to writer: inout ProtobufWriter) {
    writer.message(snapshot, field: 1)
    writer.bytes(appHash, field: 2)
  }
}

/// Whether the offered snapshot is wanted.
package struct OfferSnapshotResponse: ABCIMessage {
  package static let accept: Int32 = 1
  package static let abort: Int32 = 2
  package static let reject: Int32 = 3
  package static let rejectFormat: Int32 = 4
  package static let rejectSender: Int32 = 5

  package var result: Int32 = 0

  package init() {}

  package mutating func read(_ field: ProtobufField) throws(ProtobufError) {
    if field.number == 1 { result = try field.int32() }
  }

  package func write(to writer: inout ProtobufWriter) {
    writer.int32(result, field: 1)
  }
}

/// Asks for one chunk of a listed snapshot.
package struct LoadSnapshotChunkRequest: ABCIMessage {
  package var height: UInt64 = 0
  package var format: UInt32 = 0
  package var index: UInt32 = 0

  package init() {}

  package mutating func read(_ field: ProtobufField) throws(ProtobufError) {
    switch field.number {
    case 1: height = try field.uint64()
    case 2: format = try field.uint32()
    case 3: index = try field.uint32()
    default: break
    }
  }

  package func write(to writer: inout ProtobufWriter) {
    writer.uint64(height, field: 1)
    writer.uint32(format, field: 2)
    writer.uint32(index, field: 3)
  }
}

/// One chunk, below 16 MB; empty when this node does not have it.
package struct LoadSnapshotChunkResponse: ABCIMessage {
  package var chunk: [UInt8] = []

  package init() {}

  package mutating func read(_ field: ProtobufField) throws(ProtobufError) {
    if field.number == 1 { chunk = try field.bytes() }
  }

  package func write(to writer: inout ProtobufWriter) {
    writer.bytes(chunk, field: 1)
  }
}

/// A chunk of the accepted snapshot, from a peer that is not trusted.
package struct ApplySnapshotChunkRequest: ABCIMessage {
  package var index: UInt32 = 0
  package var chunk: [UInt8] = []
  package var sender = ""

  package init() {}

  package mutating func read(_ field: ProtobufField) throws(ProtobufError) {
    switch field.number {
    case 1: index = try field.uint32()
    case 2: chunk = try field.bytes()
    case 3: sender = try field.string()
    default: break
    }
  }

  package func write(to writer: inout ProtobufWriter) {
    writer.uint32(index, field: 1)
    writer.bytes(chunk, field: 2)
    writer.string(sender, field: 3)
  }
}

/// What became of the chunk.
package struct ApplySnapshotChunkResponse: ABCIMessage {
  package static let accept: Int32 = 1
  package static let abort: Int32 = 2
  package static let retry: Int32 = 3
  package static let retrySnapshot: Int32 = 4
  package static let rejectSnapshot: Int32 = 5

  package var result: Int32 = 0
  /// Chunks to fetch again, whatever became of this one.
  package var refetchedChunks: [UInt32] = []
  package var rejectedSenders: [String] = []

  package init() {}

  package mutating func read(_ field: ProtobufField) throws(ProtobufError) {
    switch field.number {
    case 1: result = try field.int32()
    case 2: try field.append(to: &refetchedChunks)
    case 3: rejectedSenders.append(try field.string())
    default: break
    }
  }

  package func write(to writer: inout ProtobufWriter) {
    writer.int32(result, field: 1)
    writer.packed(refetchedChunks, field: 2)
    writer.elements(rejectedSenders, field: 3)
  }
}
