/// Why bytes are no protocol-buffers message of the expected shape. Offsets count from the start of
/// the outermost buffer.
package enum ProtobufError: Error, Equatable, Sendable {
  /// The buffer ends inside a value that starts at `offset`.
  case truncated(offset: Int)
  /// A varint has more than ten bytes or more than 64 bits.
  case varintOverflow(offset: Int)
  /// A key has field number 0 or one above 2²⁹ − 1.
  case invalidFieldNumber(offset: Int)
  /// Groups (wire types 3 and 4) and the types 6 and 7 are refused.
  case unsupportedWireType(field: UInt32, wireType: UInt8)
  /// A known field carries a wire type that its declaration does not have.
  case wrongWireType(field: UInt32)
  /// A varint does not fit the declared 32 bits.
  case outOfRange(field: UInt32)
  /// A string field is no UTF-8.
  case invalidUTF8(field: UInt32)
  /// One message holds more fields than the limit allows.
  case tooManyFields(limit: Int)
  /// Messages lie deeper in one another than the limit allows.
  case tooDeep(limit: Int)
  /// The message's own rules are broken; the sentence says how.
  case invalid(String)
}

extension ProtobufError: CustomStringConvertible {
  package var description: String {
    switch self {
    case .truncated(let offset): "the bytes end inside the value at offset \(offset)"
    case .varintOverflow(let offset): "the varint at offset \(offset) exceeds 64 bits"
    case .invalidFieldNumber(let offset): "the key at offset \(offset) has an invalid field number"
    case .unsupportedWireType(let field, let wireType): "field \(field) has the unsupported wire type \(wireType)"
    case .wrongWireType(let field): "field \(field) has another wire type than declared"
    case .outOfRange(let field): "field \(field) holds a number beyond its 32 bits"
    case .invalidUTF8(let field): "field \(field) is not UTF-8"
    case .tooManyFields(let limit): "a message has more than \(limit) fields"
    case .tooDeep(let limit): "messages are nested more than \(limit) deep"
    case .invalid(let sentence): sentence
    }
  }
}
