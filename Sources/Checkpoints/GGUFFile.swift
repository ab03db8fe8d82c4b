import FileMapping

/// A GGUF file, versions 2 and 3, little-endian: metadata and a table of tensors.
///
/// ```
/// "GGUF" · version u32 · tensor count u64 · key count u64
/// keys:    name (u64 length, bytes) · kind u32 · value
/// tensors: name · dimension count u32 · dimensions u64…, innermost first · type u32 · offset u64
/// padding to general.alignment (32 unless said otherwise) · tensor data, offsets count from here
/// ```
/// - Source: ggml, docs/gguf.md.
package struct GGUFFile: Sendable {
  package let file: MappedFile
  /// 2 or 3.
  package let version: Int
  package let metadata: GGUFMetadata
  /// In the order of the file; the bytes of no two overlap.
  package let tensors: [StoredTensor]

  /// The four bytes at the start.
  package static let magic: [UInt8] = Array("GGUF".utf8)

  /// Maps and reads a file.
  package init(path: String) throws(CheckpointError) {
    try self.init(MappedFile.open(path))
  }

  /// Reads the header, metadata and tensor table; no weights.
  /// - Throws: `CheckpointError` with the byte, field or tensor; never traps, whatever the bytes. A tensor
  ///   of another type than `ElementType` knows is refused by name.
  /// - Complexity: O(metadata); memory is a small multiple of what the metadata occupies in the file.
  package init(_ file: MappedFile) throws(CheckpointError) {
    var reader = ByteReader(file)
    guard try reader.bytes(count: 4) == Self.magic else {
      throw CheckpointError(file: file.path, reason: .notACheckpoint)
    }
    let version = try reader.integer(UInt32.self)
    guard version == 2 || version == 3 else {
      let isSwapped = version.byteSwapped == 2 || version.byteSwapped == 3
      throw CheckpointError(
        file: file.path, place: .field("version"),
        reason: .unsupported(isSwapped ? "big-endian GGUF" : "GGUF version \(version)"))
    }
    // A tensor takes at least 33 bytes of the table, a key at least 14.
    let tensorCount = try reader.count(minimumSize: 33)
    let keyCount = try reader.count(minimumSize: 14)
    metadata = try reader.ggufMetadata(count: keyCount)
    tensors = try Self.tensors(count: tensorCount, alignment: Self.alignment(metadata, file.path), from: &reader)
    self.version = Int(version)
    self.file = file
  }

  private static func alignment(_ metadata: GGUFMetadata, _ path: String) throws(CheckpointError) -> Int {
    guard let value = metadata["general.alignment"] else { return 32 }
    guard let alignment = value.integer, alignment >= 8, alignment <= 1 << 20, alignment & (alignment - 1) == 0
    else {
      throw CheckpointError(
        file: path, place: .field("general.alignment"),
        reason: .wrongKind(expected: "a power of two from 8 to 1048576"))
    }
    return alignment
  }
}

extension GGUFFile {
  /// One line of the tensor table, before the place of the data is known.
  private struct Entry {
    var name: String
    var elementType: ElementType
    var shape: [Int]
    var byteCount: Int
    var offset: UInt64
  }

  private static func tensors(
    count: Int, alignment: Int, from reader: inout ByteReader
  ) throws(CheckpointError) -> [StoredTensor] {
    var entries: [Entry] = []
    var names: Set<String> = []
    for _ in 0..<count {
      let entry = try entry(from: &reader)
      guard names.insert(entry.name).inserted else {
        throw CheckpointError(file: reader.file.path, place: .tensor(entry.name), reason: .duplicate)
      }
      entries.append(entry)
    }
    let dataStart = (reader.position + alignment - 1) / alignment * alignment
    var tensors: [StoredTensor] = []
    for entry in entries {
      tensors.append(try place(entry, dataStart: dataStart, alignment: alignment, in: reader.file))
    }
    try StoredTensor.requireDisjoint(tensors, file: reader.file.path)
    return tensors
  }

  private static func entry(from reader: inout ByteReader) throws(CheckpointError) -> Entry {
    let name = try reader.ggufName()
    func failure(_ reason: CheckpointError.Reason) -> CheckpointError {
      CheckpointError(file: reader.file.path, place: .tensor(name), reason: reason)
    }
    let rank = try reader.integer(UInt32.self)
    guard (1...4).contains(rank) else {
      throw failure(.outOfRange(value: "\(rank)", allowed: "1...4 (dimensions)"))
    }
    let sizes = try reader.integers(UInt64.self, count: Int(rank)).map { Int(clamping: $0) }
    let kind = try reader.integer(UInt32.self)
    let offset = try reader.integer(UInt64.self)
    guard let elementType = ElementType(ggmlType: kind) else {
      throw failure(.unsupportedElementType(elementTypeName(kind)))
    }
    let rowLength = sizes.first ?? 1
    guard rowLength.isMultiple(of: elementType.blockLength) else {
      throw failure(
        .misplacedData(
          "rows of \(rowLength) elements are no whole blocks of \(elementType.blockLength) (\(elementType.rawValue))"))
    }
    guard let byteCount = elementType.byteCount(ofShape: sizes.reversed()) else {
      throw failure(.outOfRange(value: "\(sizes)", allowed: "what 64 bits can count"))
    }
    return Entry(
      name: name, elementType: elementType, shape: sizes.reversed(), byteCount: byteCount, offset: offset)
  }

  private static func place(
    _ entry: Entry, dataStart: Int, alignment: Int, in file: MappedFile
  ) throws(CheckpointError) -> StoredTensor {
    func failure(_ reason: CheckpointError.Reason) -> CheckpointError {
      CheckpointError(file: file.path, place: .tensor(entry.name), reason: reason)
    }
    guard entry.offset % UInt64(alignment) == 0 else {
      throw failure(.misplacedData("its data does not start at a multiple of \(alignment)"))
    }
    let available = max(0, file.count - dataStart)
    guard let offset = Int(exactly: entry.offset), offset <= available, entry.byteCount <= available - offset else {
      throw failure(.truncated(needed: entry.byteCount, available: max(0, available - Int(clamping: entry.offset))))
    }
    let start = dataStart + offset
    return StoredTensor(
      name: entry.name, elementType: entry.elementType, shape: entry.shape,
      byteRange: start..<start + entry.byteCount)
  }

  /// The names ggml gives to types that cannot be read, for messages.
  private static func elementTypeName(_ kind: UInt32) -> String {
    switch kind {
    case 9: "Q8_1"
    case 15: "Q8_K"
    case 16: "IQ2_XXS"
    case 17: "IQ2_XS"
    case 18: "IQ3_XXS"
    case 19: "IQ1_S"
    case 20: "IQ4_NL"
    case 21: "IQ3_S"
    case 22: "IQ2_S"
    case 23: "IQ4_XS"
    case 24: "I8"
    case 25: "I16"
    case 26: "I32"
    case 27: "I64"
    case 28: "F64"
    case 29: "IQ1_M"
    case 34: "TQ1_0"
    case 35: "TQ2_0"
    case 40: "NVFP4"
    default: "number \(kind)"
    }
  }
}
