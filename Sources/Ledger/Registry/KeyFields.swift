import Hashing
import Receipts

extension ByteReader {
  /// Reads 32 bytes as a key; whether they are one shows when a signature is checked.
  mutating func readPublicKey() throws(ByteReaderError) -> PublicKey {
    guard let key = PublicKey(try readBytes(32)) else { throw failure("a key") }
    return key
  }

  /// Reads 64 bytes as a signature.
  mutating func readSignature() throws(ByteReaderError) -> Signature {
    guard let signature = Signature(try readBytes(64)) else { throw failure("a signature") }
    return signature
  }

  /// Reads a statement of the receipts' layouts with its signature: always the same number of bytes.
  mutating func readSigned<Body>(_ type: Body.Type = Body.self) throws(ByteReaderError) -> Signed<Body> {
    let bytes = try readBytes(Signed<Body>.byteCount)
    do { return try Signed<Body>(decoding: bytes) } catch { throw failure("\(error)") }
  }

  /// Reads a Merkle path of at most 32 hashes.
  mutating func readPath() throws(ByteReaderError) -> [Digest] {
    try readList(limit: Merkle.pathLimit, "hashes of a path") { reader throws(ByteReaderError) in
      try reader.readDigest()
    }
  }
}

extension ByteWriter {
  /// Writes a key's 32 bytes.
  mutating func write(_ key: PublicKey) { write(contentsOf: key.bytes) }

  /// Writes a signature's 64 bytes.
  mutating func write(_ signature: Signature) { write(contentsOf: signature.bytes) }

  /// Writes a u32 count and the hashes.
  mutating func writePath(_ path: [Digest]) { writeList(path) { writer, hash in writer.write(hash) } }
}
