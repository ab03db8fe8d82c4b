/// The metadata of a GGUF file: keys with values, in the order of the file.
package struct GGUFMetadata: Sendable {
  /// One key and its value.
  package struct Entry: Sendable, Equatable {
    /// Printable ASCII, unique.
    package let key: String
    package let value: GGUFValue
  }

  package private(set) var entries: [Entry] = []
  private var indices: [String: Int] = [:]

  /// Nested arrays are read to this depth; files in the wild have none.
  static let maximumDepth = 4

  package subscript(key: String) -> GGUFValue? { indices[key].map { entries[$0].value } }

  mutating func append(_ value: GGUFValue, for key: String) -> Bool {
    guard indices.updateValue(entries.count, forKey: key) == nil else { return false }
    entries.append(Entry(key: key, value: value))
    return true
  }
}

extension ByteReader {
  /// Reads `count` keys with their values.
  mutating func ggufMetadata(count: Int) throws(CheckpointError) -> GGUFMetadata {
    var metadata = GGUFMetadata()
    for _ in 0..<count {
      let start = position
      let key = try ggufName()
      let value = try ggufValue(kind: try integer(UInt32.self))
      guard metadata.append(value, for: key) else {
        throw CheckpointError(file: file.path, place: .offset(start), reason: .duplicate)
      }
    }
    return metadata
  }

  mutating func ggufName() throws(CheckpointError) -> String {
    let start = position
    let bytes = try ggufString()
    guard StoredTensor.isAcceptableName(bytes) else {
      throw CheckpointError(
        file: file.path, place: .offset(start), reason: .wrongKind(expected: "a name in printable ASCII"))
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private mutating func ggufString() throws(CheckpointError) -> [UInt8] {
    let count = try count(minimumSize: 1)
    return try bytes(count: count)
  }

  private mutating func ggufBool() throws(CheckpointError) -> Bool {
    let byte = try integer(UInt8.self)
    guard byte <= 1 else { throw failure(.outOfRange(value: "\(byte)", allowed: "0...1 (a truth value)")) }
    return byte == 1
  }

  private mutating func ggufValue(kind: UInt32) throws(CheckpointError) -> GGUFValue {
    switch kind {
    case 0: .uint8(try integer(UInt8.self))
    case 1: .int8(try integer(Int8.self))
    case 2: .uint16(try integer(UInt16.self))
    case 3: .int16(try integer(Int16.self))
    case 4: .uint32(try integer(UInt32.self))
    case 5: .int32(try integer(Int32.self))
    case 6: .float32(Float(bitPattern: try integer(UInt32.self)))
    case 7: .bool(try ggufBool())
    case 8: .string(try ggufString())
    case 9: .array(try ggufArray(depth: 1))
    case 10: .uint64(try integer(UInt64.self))
    case 11: .int64(try integer(Int64.self))
    case 12: .float64(Double(bitPattern: try integer(UInt64.self)))
    default: throw failure(.outOfRange(value: "\(kind)", allowed: "0...12 (kinds of metadata values)"))
    }
  }

  private mutating func ggufArray(depth: Int) throws(CheckpointError) -> GGUFArray {
    guard depth <= GGUFMetadata.maximumDepth else { throw failure(.tooDeep(limit: GGUFMetadata.maximumDepth)) }
    let kind = try integer(UInt32.self)
    let count = try count(minimumSize: Self.minimumSize(ofKind: kind))
    switch kind {
    case 0: return .uint8(try bytes(count: count))
    case 1: return .int8(try integers(Int8.self, count: count))
    case 2: return .uint16(try integers(UInt16.self, count: count))
    case 3: return .int16(try integers(Int16.self, count: count))
    case 4: return .uint32(try integers(UInt32.self, count: count))
    case 5: return .int32(try integers(Int32.self, count: count))
    case 6: return .float32(try integers(UInt32.self, count: count).map { Float(bitPattern: $0) })
    case 7: return .bool(try repeated(count) { reader throws(CheckpointError) in try reader.ggufBool() })
    case 8: return .string(try repeated(count) { reader throws(CheckpointError) in try reader.ggufString() })
    case 9:
      return .array(
        try repeated(count) { reader throws(CheckpointError) in try reader.ggufArray(depth: depth + 1) })
    case 10: return .uint64(try integers(UInt64.self, count: count))
    case 11: return .int64(try integers(Int64.self, count: count))
    case 12: return .float64(try integers(UInt64.self, count: count).map { Double(bitPattern: $0) })
    default: throw failure(.outOfRange(value: "\(kind)", allowed: "0...12 (kinds of metadata values)"))
    }
  }

  private mutating func repeated<Element>(
    _ count: Int, _ read: (inout ByteReader) throws(CheckpointError) -> Element
  ) throws(CheckpointError) -> [Element] {
    var elements: [Element] = []
    for _ in 0..<count { elements.append(try read(&self)) }
    return elements
  }

  private static func minimumSize(ofKind kind: UInt32) -> Int {
    switch kind {
    case 2, 3: 2
    case 4, 5, 6: 4
    case 8, 10, 11, 12: 8
    case 9: 12
    default: 1
    }
  }
}
