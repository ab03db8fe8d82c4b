/// One field as it was found: its number and a value still to be understood.
package struct ProtobufField: Sendable {
  /// What the wire type tells of a value.
  package enum Value: Sendable, Equatable {
    case varint(UInt64)
    case fixed64(UInt64)
    case fixed32(UInt32)
    /// Bytes, text, an embedded message or packed numbers; a view of the buffer.
    case bytes(ArraySlice<UInt8>)
  }

  package let number: UInt32
  package let value: Value
  let limits: ProtobufLimits
  let depth: Int

  /// - Throws: `wrongWireType` unless the value is a varint.
  package func uint64() throws(ProtobufError) -> UInt64 {
    guard case .varint(let value) = value else { throw .wrongWireType(field: number) }
    return value
  }

  /// - Throws: also `outOfRange` for values above 2³² − 1.
  package func uint32() throws(ProtobufError) -> UInt32 {
    guard let value = UInt32(exactly: try uint64()) else { throw .outOfRange(field: number) }
    return value
  }

  /// The varint as two's complement of 64 bits.
  package func int64() throws(ProtobufError) -> Int64 {
    Int64(bitPattern: try uint64())
  }

  /// - Throws: also `outOfRange` when the 64-bit number exceeds 32 bits.
  package func int32() throws(ProtobufError) -> Int32 {
    guard let value = Int32(exactly: try int64()) else { throw .outOfRange(field: number) }
    return value
  }

  /// True for every varint but zero, as other decoders have it.
  package func bool() throws(ProtobufError) -> Bool {
    try uint64() != 0
  }

  package func fixed64() throws(ProtobufError) -> UInt64 {
    guard case .fixed64(let value) = value else { throw .wrongWireType(field: number) }
    return value
  }

  package func sfixed64() throws(ProtobufError) -> Int64 {
    Int64(bitPattern: try fixed64())
  }

  /// A view of a length-delimited value.
  package func slice() throws(ProtobufError) -> ArraySlice<UInt8> {
    guard case .bytes(let value) = value else { throw .wrongWireType(field: number) }
    return value
  }

  /// A copy of a length-delimited value.
  package func bytes() throws(ProtobufError) -> [UInt8] {
    Array(try slice())
  }

  /// - Throws: also `invalidUTF8`.
  package func string() throws(ProtobufError) -> String {
    guard let text = String(validating: try slice(), as: UTF8.self) else { throw .invalidUTF8(field: number) }
    return text
  }

  /// A reader of the embedded message.
  /// - Throws: also `tooDeep`.
  package func reader() throws(ProtobufError) -> ProtobufReader {
    guard depth < limits.depth else { throw .tooDeep(limit: limits.depth) }
    return ProtobufReader(try slice(), limits: limits, depth: depth + 1)
  }

  /// Adds what this field holds of a repeated uint32: one number, or a packed list of them.
  /// - Throws: `tooManyFields` before the list grows beyond the limit.
  package func append(to list: inout [UInt32]) throws(ProtobufError) {
    if case .varint = value {
      guard list.count < limits.fields else { throw .tooManyFields(limit: limits.fields) }
      return list.append(try uint32())
    }
    var reader = ProtobufReader(try slice(), limits: limits, depth: depth)
    while !reader.isAtEnd {
      guard let element = UInt32(exactly: try reader.varint()) else { throw .outOfRange(field: number) }
      guard list.count < limits.fields else { throw .tooManyFields(limit: limits.fields) }
      list.append(element)
    }
  }
}
