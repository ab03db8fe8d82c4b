import FileMapping

/// Reads the fields of one protocol-buffer message, in the order they stand.
/// - Source: protobuf.dev, "Encoding".
struct ONNXMessage {
  /// One field.
  struct Field {
    let number: UInt64
    let value: Value
    /// Of the field's key, for messages.
    let offset: Int
  }

  /// A field's value, by its wire type.
  enum Value {
    case variable(UInt64)
    case fixed32(UInt32)
    case fixed64(UInt64)
    /// Where the bytes of a string, of packed numbers, or of a message inside stand.
    case bytes(Range<Int>)
  }

  let file: MappedFile
  private(set) var position: Int
  private let end: Int

  /// - Precondition: `range` lies within the file.
  init(_ file: MappedFile, _ range: Range<Int>) {
    precondition(range.lowerBound >= 0 && range.upperBound <= file.count)
    self.file = file
    position = range.lowerBound
    end = range.upperBound
  }

  func failure(_ reason: ONNXError.Reason, at offset: Int) -> ONNXError {
    ONNXError(file: file.path, place: .offset(offset), reason: reason)
  }

  /// The next field, or `nil` at the end.
  /// - Throws: for truncated fields and wire types that are no more in use.
  mutating func next() throws(ONNXError) -> Field? {
    guard position < end else { return nil }
    let start = position
    let key = try variable()
    let value: Value
    switch key & 7 {
    case 0: value = .variable(try variable())
    case 1: value = .fixed64(try fixed(UInt64.self))
    case 2:
      let count = try variable()
      guard count <= UInt64(end - position) else { throw failure(.malformed("the length of a field"), at: start) }
      value = .bytes(position..<position + Int(count))
      position += Int(count)
    case 5: value = .fixed32(try fixed(UInt32.self))
    default: throw failure(.malformed("the kind of a field"), at: start)
    }
    return Field(number: key >> 3, value: value, offset: start)
  }

  mutating func variable() throws(ONNXError) -> UInt64 {
    let start = position
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 70, by: 7) {
      guard position < end else { break }
      let byte = UInt64(file.integer(at: position, as: UInt8.self))
      position += 1
      guard shift < 63 || byte <= 1 else { break }
      value |= (byte & 0x7F) << shift
      if byte < 0x80 { return value }
    }
    throw failure(.malformed("a variable-length integer"), at: start)
  }

  private mutating func fixed<Integer: FixedWidthInteger & BitwiseCopyable>(
    _ type: Integer.Type
  ) throws(ONNXError) -> Integer {
    let count = MemoryLayout<Integer>.size
    guard end - position >= count else { throw failure(.malformed("a fixed-width integer"), at: position) }
    defer { position += count }
    return file.integer(at: position, as: type)
  }
}

extension ONNXMessage {
  /// The message in a field.
  func message(_ field: Field) throws(ONNXError) -> ONNXMessage { ONNXMessage(file, try bytes(field)) }

  func bytes(_ field: Field) throws(ONNXError) -> Range<Int> {
    guard case .bytes(let range) = field.value else { throw failure(.malformed("a field of bytes"), at: field.offset) }
    return range
  }

  func integer(_ field: Field) throws(ONNXError) -> Int64 {
    guard case .variable(let bits) = field.value else {
      throw failure(.malformed("a field of an integer"), at: field.offset)
    }
    return Int64(bitPattern: bits)
  }

  func float(_ field: Field) throws(ONNXError) -> Float {
    guard case .fixed32(let bits) = field.value else {
      throw failure(.malformed("a field of a number"), at: field.offset)
    }
    return Float(bitPattern: bits)
  }

  /// A name: printable ASCII, so that equal names have equal bytes; it may be empty.
  func name(_ field: Field) throws(ONNXError) -> String {
    let range = try bytes(field)
    let bytes = file.bytes(range)
    guard bytes.count <= ONNXLimits.nameLength, bytes.allSatisfy({ (0x20...0x7E).contains($0) }) else {
      throw failure(.unsupported("a name that is not short printable ASCII"), at: field.offset)
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Repeated integers, packed or one by one.
  func integers(_ field: Field, into values: inout [Int64]) throws(ONNXError) {
    guard case .bytes(let range) = field.value else {
      values.append(try integer(field))
      return
    }
    var packed = ONNXMessage(file, range)
    while packed.position < range.upperBound { values.append(Int64(bitPattern: try packed.variable())) }
  }

  /// Repeated binary32 numbers, packed or one by one, as their bits.
  func floats(_ field: Field, into patterns: inout [UInt32]) throws(ONNXError) {
    guard case .bytes(let range) = field.value else {
      patterns.append(try float(field).bitPattern)
      return
    }
    guard range.count.isMultiple(of: 4) else { throw failure(.malformed("a list of numbers"), at: field.offset) }
    patterns += file.integers(at: range.lowerBound, count: range.count / 4, as: UInt32.self)
  }

  /// Repeated binary64 numbers, packed or one by one, as their bits.
  func doubles(_ field: Field, into patterns: inout [UInt64]) throws(ONNXError) {
    switch field.value {
    case .fixed64(let bits): patterns.append(bits)
    case .bytes(let range) where range.count.isMultiple(of: 8):
      patterns += file.integers(at: range.lowerBound, count: range.count / 8, as: UInt64.self)
    default: throw failure(.malformed("a list of numbers"), at: field.offset)
    }
  }
}

/// What a model may claim.
package enum ONNXLimits {
  package static let nodeCount = 1 << 14
  package static let tensorCount = 1 << 14
  /// Names that one node or graph lists, and attributes of one node.
  package static let listLength = 1 << 12
  package static let rank = 8
  /// Elements of one tensor.
  package static let tensorSize = 1 << 28
  /// Bytes of a name.
  package static let nameLength = 1 << 12
}
