import FileMapping
import StrictJSON

/// A safetensors file: a JSON table of tensors, then their bytes.
///
/// ```
/// header length u64 · header {"name": {"dtype", "shape", "data_offsets": [begin, end]}, …} · data
/// ```
/// - Source: huggingface/safetensors, README, "Format".
package struct SafetensorsFile: Sendable {
  package let file: MappedFile
  /// In the order of the header; together they cover the data exactly, without gap or overlap.
  package let tensors: [StoredTensor]

  /// The longest header that is read, in bytes; the format's own limit is 100 MB.
  package static let maximumHeaderByteCount = 100 << 20

  /// Maps and reads a file.
  package init(path: String) throws(CheckpointError) {
    try self.init(MappedFile.open(path))
  }

  /// Reads the table; no weights.
  /// - Throws: `CheckpointError` with the byte or the tensor; never traps, whatever the bytes. A tensor that
  ///   is neither F32, F16, BF16 nor the bytes of a pair is refused by name.
  package init(_ file: MappedFile) throws(CheckpointError) {
    var reader = ByteReader(file)
    let length = try reader.integer(UInt64.self)
    guard length <= Self.maximumHeaderByteCount else {
      throw CheckpointError(
        file: file.path, place: .field("header length"),
        reason: .outOfRange(value: "\(length)", allowed: "0...\(Self.maximumHeaderByteCount)"))
    }
    let bytes = try reader.bytes(count: Int(length))
    let header = try JSON.checkpointObject(bytes, file: file.path, baseOffset: 8)
    let dataStart = reader.position
    var tensors: [StoredTensor] = []
    for member in header.members where member.name != "__metadata__" {
      let entry = SafetensorsEntry(file: file.path, name: member.name, value: member.value)
      tensors.append(try entry.tensor(dataStart: dataStart, dataCount: reader.remaining))
    }
    try Self.requireCoverage(tensors, from: dataStart, file: file)
    self.file = file
    self.tensors = tensors
  }

  private static func requireCoverage(
    _ tensors: [StoredTensor], from dataStart: Int, file: MappedFile
  ) throws(CheckpointError) {
    try StoredTensor.requireDisjoint(tensors, file: file.path)
    var end = dataStart
    for tensor in tensors.sorted(by: { $0.byteRange.lowerBound < $1.byteRange.lowerBound })
    where !tensor.byteRange.isEmpty {
      guard tensor.byteRange.lowerBound == end else {
        throw CheckpointError(
          file: file.path, place: .tensor(tensor.name),
          reason: .misplacedData("\(tensor.byteRange.lowerBound - end) bytes before its data belong to no tensor"))
      }
      end = tensor.byteRange.upperBound
    }
    guard end == file.count else {
      throw CheckpointError(file: file.path, place: .offset(end), reason: .trailingBytes(file.count - end))
    }
  }
}

/// One member of the header.
private struct SafetensorsEntry {
  let file: String
  let name: String
  let value: JSON

  private func failure(_ reason: CheckpointError.Reason) -> CheckpointError {
    CheckpointError(file: file, place: .tensor(name), reason: reason)
  }

  func tensor(dataStart: Int, dataCount: Int) throws(CheckpointError) -> StoredTensor {
    guard StoredTensor.isAcceptableName(name.utf8) else {
      throw failure(.wrongKind(expected: "a name in printable ASCII"))
    }
    guard let typeName = value["dtype"]?.string else { throw failure(.wrongKind(expected: "an entry with a dtype")) }
    guard let elementType = ElementType(rawValue: typeName), elementType.isSafetensors else {
      throw failure(.unsupportedElementType(typeName))
    }
    let shape = try sizes("shape")
    let offsets = try sizes("data_offsets")
    guard shape.count <= 8 else { throw failure(.outOfRange(value: "\(shape.count)", allowed: "0...8 (dimensions)")) }
    guard offsets.count == 2, offsets[0] <= offsets[1] else {
      throw failure(.wrongKind(expected: "an entry with data_offsets [begin, end]"))
    }
    guard offsets[1] <= dataCount else { throw failure(.truncated(needed: offsets[1], available: dataCount)) }
    guard let byteCount = elementType.byteCount(ofShape: shape), byteCount == offsets[1] - offsets[0] else {
      throw failure(.misplacedData("\(offsets[1] - offsets[0]) bytes do not hold \(typeName) of shape \(shape)"))
    }
    return StoredTensor(
      name: name, elementType: elementType, shape: shape, byteRange: dataStart + offsets[0]..<dataStart + offsets[1])
  }

  /// A short array of non-negative integers.
  private func sizes(_ member: String) throws(CheckpointError) -> [Int] {
    guard let elements = value[member]?.array else { throw failure(.wrongKind(expected: "an entry with \(member)")) }
    var sizes: [Int] = []
    for element in elements {
      guard let size = element.integer, size >= 0 else {
        throw failure(.wrongKind(expected: "an entry whose \(member) are counts"))
      }
      sizes.append(size)
    }
    return sizes
  }
}

extension JSON {
  /// Parses JSON of a model file.
  /// - Throws: `CheckpointError` with the offset in the file.
  static func checkpointValue(
    _ bytes: [UInt8], file: String, baseOffset: Int = 0
  ) throws(CheckpointError) -> JSON {
    do {
      return try parse(bytes, limits: JSONLimits(byteCount: SafetensorsFile.maximumHeaderByteCount, depth: 32))
    } catch {
      throw CheckpointError(file: file, place: .offset(baseOffset + error.offset), reason: .invalidJSON(error.reason))
    }
  }

  /// Parses one JSON object of a model file.
  /// - Throws: `CheckpointError` with the offset in the file.
  static func checkpointObject(
    _ bytes: [UInt8], file: String, baseOffset: Int = 0
  ) throws(CheckpointError) -> JSONObject {
    guard let object = try checkpointValue(bytes, file: file, baseOffset: baseOffset).object else {
      throw CheckpointError(file: file, place: .offset(baseOffset), reason: .wrongKind(expected: "a JSON object"))
    }
    return object
  }
}
