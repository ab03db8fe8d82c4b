import Hashing

/// The canonical bytes of a proof, integers little-endian:
///
/// ```
/// "RAZAOSP1"                     8
/// depth                          u16, 0…256
/// bitmap                         ⌈depth / 8⌉; bit i % 8 of byte i / 8 is 1 when sibling i is not zero; the rest is 0
/// siblings that are not zero     32 each, from the root down
/// terminal                       u8: 0 empty, 1 leaf, 2 other leaf
/// leaf                           u32 length, key ‖ u32 length, value
/// other leaf                     key hash 32 ‖ SHA-256 of its value 32
/// ```
extension StateProof {
  static let magic = Array("RAZAOSP1".utf8)
  /// Bytes that a key of a proof may have.
  package static let maximumKeyByteCount = 1_024
  /// Bytes that a value of a proof may have.
  package static let maximumValueByteCount = 1 << 24

  package func encoded() -> [UInt8] {
    var writer = ByteWriter()
    writer.write(contentsOf: Self.magic)
    writer.write(UInt16(siblings.count))
    var bitmap = [UInt8](repeating: 0, count: (siblings.count + 7) / 8)
    for (index, sibling) in siblings.enumerated() where sibling != .zero { bitmap[index / 8] |= 1 << (index % 8) }
    writer.write(contentsOf: bitmap)
    for sibling in siblings where sibling != .zero { writer.write(sibling) }
    switch terminal {
    case .empty: writer.write(UInt8(0))
    case .leaf(let key, let value):
      writer.write(UInt8(1))
      writer.write(UInt32(key.count))
      writer.write(contentsOf: key)
      writer.write(UInt32(value.count))
      writer.write(contentsOf: value)
    case .otherLeaf(let keyHash, let valueHash):
      writer.write(UInt8(2))
      writer.write(keyHash)
      writer.write(valueHash)
    }
    return writer.bytes
  }

  /// Reads a proof; exactly what `encoded` writes is accepted.
  /// - Throws: `StateProofError.malformed`; nothing is allocated beyond the bytes that are there.
  package init(decoding bytes: [UInt8]) throws(StateProofError) {
    do throws(ByteReaderError) {
      var reader = ByteReader(bytes)
      guard try reader.readBytes(Self.magic.count) == Self.magic else {
        throw ByteReaderError(.invalid("no state proof begins so"), offset: 0)
      }
      let siblings = try Self.readSiblings(&reader)
      let terminal = try Self.readTerminal(&reader)
      try reader.finish()
      self.init(siblings: siblings, terminal: terminal)
    } catch {
      throw .malformed(error)
    }
  }

  private static func readSiblings(_ reader: inout ByteReader) throws(ByteReaderError) -> [Digest] {
    let depth = Int(try reader.read(UInt16.self))
    guard depth <= KeyHash.bitCount else { throw reader.failure("a depth of \(depth)") }
    let bitmap = try reader.readBytes((depth + 7) / 8)
    if depth % 8 != 0, let last = bitmap.last, last >> (depth % 8) != 0 {
      throw reader.failure("a bit for a sibling that is not there")
    }
    var siblings: [Digest] = []
    siblings.reserveCapacity(depth)
    for index in 0..<depth {
      guard bitmap[index / 8] >> (index % 8) & 1 == 1 else {
        siblings.append(.zero)
        continue
      }
      let sibling = try reader.readDigest()
      guard sibling != .zero else { throw reader.failure("a sibling of zeros that is written out") }
      siblings.append(sibling)
    }
    guard siblings.last != .zero else { throw reader.failure("a last sibling of zeros") }
    return siblings
  }

  private static func readTerminal(_ reader: inout ByteReader) throws(ByteReaderError) -> Terminal {
    switch try reader.read(UInt8.self) {
    case 0: return .empty
    case 1:
      let key = try readBlob(&reader, limit: maximumKeyByteCount)
      return .leaf(key: key, value: try readBlob(&reader, limit: maximumValueByteCount))
    case 2: return .otherLeaf(keyHash: try reader.readDigest(), valueHash: try reader.readDigest())
    case let kind: throw reader.failure("a terminal of kind \(kind)")
    }
  }

  private static func readBlob(_ reader: inout ByteReader, limit: Int) throws(ByteReaderError) -> [UInt8] {
    let count = try reader.read(UInt32.self)
    guard count <= limit else { throw reader.failure("\(count) bytes where \(limit) are the most") }
    return try reader.readBytes(Int(count))
  }
}
