import Hashing

/// A run of records, at most 8 MiB; keys strictly rise within a snapshot.
///
/// ```
/// "RAZAOSC1"          8
/// records             u32 count
/// each                u32 length, key ‖ u32 length, value
/// ```
struct SnapshotChunk {
  private static let magic = Array("RAZAOSC1".utf8)
  static let keyLimit = 1_024
  static let valueLimit = 4 << 20

  private var writer = ByteWriter()
  private(set) var count: UInt32 = 0

  /// Whether a record fits beside what is there.
  func hasRoom(key: [UInt8], value: [UInt8]) -> Bool {
    count == 0 || Self.magic.count + 4 + writer.bytes.count + 8 + key.count + value.count <= StateSnapshot.chunkLimit
  }

  mutating func append(key: [UInt8], value: [UInt8]) {
    writer.write(UInt32(clamping: key.count))
    writer.write(contentsOf: key)
    writer.write(UInt32(clamping: value.count))
    writer.write(contentsOf: value)
    count += 1
  }

  func encoded() -> [UInt8] {
    var head = ByteWriter()
    head.write(contentsOf: Self.magic)
    head.write(count)
    return head.bytes + writer.bytes
  }

  /// Reads the records of a chunk.
  /// - Throws: for bytes that are no chunk, and keys that do not rise.
  static func records(of bytes: [UInt8]) throws(ByteReaderError) -> [(key: [UInt8], value: [UInt8])] {
    var reader = ByteReader(bytes)
    guard try reader.readBytes(magic.count) == magic else { throw reader.failure("no chunk begins so") }
    let count = try reader.read(UInt32.self)
    guard Int(count) <= reader.left / 8 else { throw reader.failure("\(count) records in \(reader.left) bytes") }
    var records: [(key: [UInt8], value: [UInt8])] = []
    records.reserveCapacity(Int(count))
    for _ in 0..<count {
      let key = try readBlob(&reader, limit: keyLimit)
      if let last = records.last, !last.key.lexicographicallyPrecedes(key) {
        throw reader.failure("a key that does not follow the one before")
      }
      records.append((key, try readBlob(&reader, limit: valueLimit)))
    }
    try reader.finish()
    return records
  }

  private static func readBlob(_ reader: inout ByteReader, limit: Int) throws(ByteReaderError) -> [UInt8] {
    let count = try reader.read(UInt32.self)
    guard count <= limit else { throw reader.failure("\(count) bytes where \(limit) are the most") }
    return try reader.readBytes(Int(count))
  }
}
