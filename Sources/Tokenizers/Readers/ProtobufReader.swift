/// Reads the fields of a protocol-buffer message, in the order they stand.
/// - Source: protobuf.dev, "Encoding".
struct ProtobufReader {
  /// One field.
  struct Field: Equatable {
    let number: UInt64
    let value: Value
  }

  /// A field's value, by its wire type.
  enum Value: Equatable {
    case variable(UInt64)
    case fixed32(UInt32)
    case fixed64(UInt64)
    /// Where the bytes of a string or of a message inside stand.
    case bytes(Range<Int>)
  }

  let bytes: [UInt8]
  private(set) var position: Int
  private let end: Int

  init(_ bytes: [UInt8]) {
    self.init(bytes, 0..<bytes.count)
  }

  /// - Precondition: `range` lies within `bytes`.
  init(_ bytes: [UInt8], _ range: Range<Int>) {
    self.bytes = bytes
    position = range.lowerBound
    end = range.upperBound
  }

  /// The next field, or `nil` at the end.
  /// - Throws: `malformed` for truncated fields and wire types that are no more in use.
  mutating func next() throws(TokenizerFileError) -> Field? {
    guard position < end else { return nil }
    let start = position
    let key = try variable()
    let value: Value
    switch key & 7 {
    case 0: value = .variable(try variable())
    case 1: value = .fixed64(try fixed(UInt64.self))
    case 2:
      let count = try variable()
      guard count <= UInt64(end - position) else { throw .malformed("field length", offset: start) }
      value = .bytes(position..<position + Int(count))
      position += Int(count)
    case 5: value = .fixed32(try fixed(UInt32.self))
    default: throw .malformed("wire type", offset: start)
    }
    return Field(number: key >> 3, value: value)
  }

  private mutating func variable() throws(TokenizerFileError) -> UInt64 {
    let start = position
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 70, by: 7) {
      guard position < end else { throw .malformed("variable-length integer", offset: start) }
      let byte = UInt64(bytes[position])
      position += 1
      guard shift < 63 || byte <= 1 else { break }
      value |= (byte & 0x7F) << shift
      if byte < 0x80 { return value }
    }
    throw .malformed("variable-length integer", offset: start)
  }

  private mutating func fixed<Integer: FixedWidthInteger & UnsignedInteger>(
    _: Integer.Type
  ) throws(TokenizerFileError) -> Integer {
    let count = Integer.bitWidth / 8
    guard end - position >= count else { throw .malformed("fixed-width integer", offset: position) }
    var value: Integer = 0
    for index in 0..<count { value |= Integer(bytes[position + index]) << Integer(8 * index) }
    position += count
    return value
  }
}
