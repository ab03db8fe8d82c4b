import Hashing

/// What a snapshot of the state says of itself: the metadata that peers offer each other.
///
/// Canonical bytes, integers little-endian:
///
/// ```
/// "RAZAOSS1"          8
/// format              u32, 1
/// chain id            u8 length 1…50, bytes
/// height, time        u64, u64 milliseconds since 1970
/// app hash            32
/// records             u64
/// chunks              u32 count 1…4,096, then SHA-256 of each, 32
/// ```
///
/// Nothing in it is to be believed before the state that its chunks make was compared with an app hash that is trusted
/// for another reason; `SnapshotRestoration` does that.
package struct StateSnapshot: Equatable, Sendable {
  /// How the state is cut into chunks; peers with another number refuse each other's.
  package static let format: UInt32 = 1
  /// Bytes that a chunk may have.
  package static let chunkLimit = 8 << 20
  /// Chunks that a snapshot may have.
  package static let chunkCountLimit = 4_096

  package var chainID: [UInt8]
  package var height: UInt64
  /// Milliseconds since 1970, of the block.
  package var time: UInt64
  package var appHash: Digest
  package var recordCount: UInt64
  /// SHA-256 of each chunk, in order.
  package var chunkHashes: [Digest]

  package init(
    chainID: [UInt8], height: UInt64, time: UInt64, appHash: Digest, recordCount: UInt64, chunkHashes: [Digest]
  ) {
    self.chainID = chainID
    self.height = height
    self.time = time
    self.appHash = appHash
    self.recordCount = recordCount
    self.chunkHashes = chunkHashes
  }

  /// Names the snapshot: SHA-256 of its encoding.
  package var hash: Digest { SHA256.hash(encoded()) }

  private static let magic = Array("RAZAOSS1".utf8)

  package func encoded() -> [UInt8] {
    var writer = ByteWriter()
    writer.write(contentsOf: Self.magic)
    writer.write(Self.format)
    writer.write(UInt8(truncatingIfNeeded: chainID.count))
    writer.write(contentsOf: chainID)
    writer.write([height, time])
    writer.write(appHash)
    writer.write(recordCount)
    writer.write(UInt32(clamping: chunkHashes.count))
    for hash in chunkHashes { writer.write(hash) }
    return writer.bytes
  }

  /// Reads metadata; exactly what `encoded` writes is accepted.
  /// - Throws: `malformed`, `format`; nothing is allocated beyond the bytes that are there.
  package init(decoding bytes: [UInt8]) throws(StateSnapshotError) {
    var format = Self.format
    do throws(ByteReaderError) {
      var reader = ByteReader(bytes)
      guard try reader.readBytes(Self.magic.count) == Self.magic else { throw reader.failure("no snapshot begins so") }
      format = try reader.read()
      if format == Self.format {
        self = try Self(reading: &reader)
        return
      }
    } catch {
      throw .malformed(error)
    }
    throw .format(format)
  }

  private init(reading reader: inout ByteReader) throws(ByteReaderError) {
    let length = try reader.read(UInt8.self)
    guard (1...50).contains(length) else { throw reader.failure("a chain id of \(length) bytes") }
    chainID = try reader.readBytes(Int(length))
    (height, time) = (try reader.read(), try reader.read())
    appHash = try reader.readDigest()
    recordCount = try reader.read()
    let count = try reader.read(UInt32.self)
    guard (1...UInt32(Self.chunkCountLimit)).contains(count) else { throw reader.failure("\(count) chunks") }
    guard reader.left == 32 * Int(count) else { throw reader.failure("\(count) chunks in \(reader.left) bytes") }
    chunkHashes = []
    for _ in 0..<count { chunkHashes.append(try reader.readDigest()) }
    try reader.finish()
  }
}
