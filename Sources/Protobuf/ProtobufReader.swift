/// Reads the fields of one protocol-buffers message in the order they were written. Fields that the caller does
/// not know are passed over; nothing is copied until the caller asks for it; no input makes it trap.
///
/// ```
/// while let field = try reader.next() {
///   switch field.number {
///   case 1: height = try field.int64()
///   case 2: hash = try field.bytes()
///   default: break
///   }
/// }
/// ```
package struct ProtobufReader: Sendable {
  private let buffer: ArraySlice<UInt8>
  private var position: Int
  private var fieldCount = 0
  private let depth: Int
  package let limits: ProtobufLimits

  /// A reader of a whole message.
  package init(_ bytes: [UInt8], limits: ProtobufLimits = ProtobufLimits()) {
    self.init(bytes[...], limits: limits, depth: 1)
  }

  init(_ bytes: ArraySlice<UInt8>, limits: ProtobufLimits, depth: Int) {
    buffer = bytes
    position = bytes.startIndex
    self.limits = limits
    self.depth = depth
  }

  /// Whether all fields were read.
  package var isAtEnd: Bool { position == buffer.endIndex }

  /// The next field, or `nil` after the last.
  /// - Throws: when key or value are cut short, malformed, of a refused wire type, or too many.
  package mutating func next() throws(ProtobufError) -> ProtobufField? {
    guard !isAtEnd else { return nil }
    fieldCount += 1
    guard fieldCount <= limits.fields else { throw .tooManyFields(limit: limits.fields) }
    let start = position
    let key = try varint()
    guard let number = UInt32(exactly: key >> 3), number > 0, number <= ProtobufWireType.largestField else {
      throw .invalidFieldNumber(offset: start)
    }
    let code = UInt8(truncatingIfNeeded: key & 7)
    guard let wireType = ProtobufWireType(rawValue: code) else {
      throw .unsupportedWireType(field: number, wireType: code)
    }
    return ProtobufField(number: number, value: try value(wireType), limits: limits, depth: depth)
  }

  /// An unsigned LEB128 number of at most ten bytes and 64 bits; longer forms than needed are accepted.
  package mutating func varint() throws(ProtobufError) -> UInt64 {
    let start = position
    var result: UInt64 = 0
    var shift: UInt64 = 0
    while true {
      guard position < buffer.endIndex else { throw .truncated(offset: start) }
      let byte = buffer[position]
      position += 1
      guard shift < 63 || byte <= 1 else { throw .varintOverflow(offset: start) }
      result |= UInt64(byte & 0x7f) << shift
      if byte < 0x80 { return result }
      shift += 7
    }
  }

  private mutating func value(_ wireType: ProtobufWireType) throws(ProtobufError) -> ProtobufField.Value {
    switch wireType {
    case .varint: return .varint(try varint())
    case .fixed64: return .fixed64(Self.littleEndian(try take(8)))
    case .fixed32: return .fixed32(UInt32(truncatingIfNeeded: Self.littleEndian(try take(4))))
    case .lengthDelimited:
      let start = position
      let length = try varint()
      guard length <= UInt64(buffer.endIndex - position) else { throw .truncated(offset: start) }
      return .bytes(try take(Int(length)))
    }
  }

  private mutating func take(_ count: Int) throws(ProtobufError) -> ArraySlice<UInt8> {
    guard count <= buffer.endIndex - position else { throw .truncated(offset: position) }
    defer { position += count }
    return buffer[position..<position + count]
  }

  private static func littleEndian(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }
}
