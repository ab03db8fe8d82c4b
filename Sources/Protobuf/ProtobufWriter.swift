/// Writes protocol-buffers messages in the one form that Go's generated code has: fields in the order of the
/// calls, scalars of value zero and empty bytes left out, embedded messages written even when empty.
///
/// ```
/// var writer = ProtobufWriter()
/// writer.int64(-1, field: 1)                    // 08 ff ff ff ff ff ff ff ff ff 01
/// writer.message(field: 2) { _ in }             // 12 00
/// ```
package struct ProtobufWriter: Sendable {
  /// All that was written so far.
  package private(set) var bytes: [UInt8] = []

  package init() {}

  /// An unsigned LEB128 number of 1…10 bytes, without a key.
  package mutating func varint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(truncatingIfNeeded: rest))
  }

  /// Bytes as they are, without key or length.
  package mutating func raw(_ value: some Sequence<UInt8>) {
    bytes.append(contentsOf: value)
  }

  /// A varint field of type uint64; zero is left out.
  package mutating func uint64(_ value: UInt64, field: UInt32) {
    guard value != 0 else { return }
    key(field, .varint)
    varint(value)
  }

  /// A varint field of type uint32; zero is left out.
  package mutating func uint32(_ value: UInt32, field: UInt32) {
    uint64(UInt64(value), field: field)
  }

  /// A varint field of type int64; zero is left out, negative numbers take ten bytes (two's complement).
  package mutating func int64(_ value: Int64, field: UInt32) {
    uint64(UInt64(bitPattern: value), field: field)
  }

  /// A varint field of type int32 (or an enumeration), sign-extended to 64 bits; zero is left out.
  package mutating func int32(_ value: Int32, field: UInt32) {
    int64(Int64(value), field: field)
  }

  /// A varint field of type bool; false is left out.
  package mutating func bool(_ value: Bool, field: UInt32) {
    uint64(value ? 1 : 0, field: field)
  }

  /// Eight bytes, least significant first; zero is left out.
  package mutating func fixed64(_ value: UInt64, field: UInt32) {
    guard value != 0 else { return }
    key(field, .fixed64)
    for shift in stride(from: 0, to: 64, by: 8) { bytes.append(UInt8(truncatingIfNeeded: value >> shift)) }
  }

  /// Eight bytes of two's complement, least significant first; zero is left out.
  package mutating func sfixed64(_ value: Int64, field: UInt32) {
    fixed64(UInt64(bitPattern: value), field: field)
  }

  /// A field of type bytes; empty is left out.
  package mutating func bytes(_ value: some Collection<UInt8>, field: UInt32) {
    guard !value.isEmpty else { return }
    element(value, field: field)
  }

  /// A field of type string; empty is left out.
  package mutating func string(_ value: String, field: UInt32) {
    bytes(value.utf8, field: field)
  }

  /// One element of a repeated bytes field: written even when empty.
  package mutating func element(_ value: some Collection<UInt8>, field: UInt32) {
    key(field, .lengthDelimited)
    varint(UInt64(value.count))
    bytes.append(contentsOf: value)
  }

  /// A repeated bytes field, one entry for each element.
  package mutating func elements(_ values: [[UInt8]], field: UInt32) {
    for value in values { element(value, field: field) }
  }

  /// A repeated string field, one entry for each element.
  package mutating func elements(_ values: [String], field: UInt32) {
    for value in values { element(value.utf8, field: field) }
  }

  /// A repeated uint32 field in the packed form; no entry without elements.
  package mutating func packed(_ values: [UInt32], field: UInt32) {
    guard !values.isEmpty else { return }
    message(field: field) { writer in
      for value in values { writer.varint(UInt64(value)) }
    }
  }

  /// An embedded message, written even when its body is empty.
  /// - Complexity: O(length of the body), for the length is put before it afterwards.
  package mutating func message(field: UInt32, _ body: (inout ProtobufWriter) -> Void) {
    key(field, .lengthDelimited)
    lengthPrefixed(body)
  }

  /// What `body` writes, preceded by its length as a varint, without a key.
  package mutating func lengthPrefixed(_ body: (inout ProtobufWriter) -> Void) {
    let start = bytes.count
    body(&self)
    var length = ProtobufWriter()
    length.varint(UInt64(bytes.count - start))
    bytes.insert(contentsOf: length.bytes, at: start)
  }

  private mutating func key(_ field: UInt32, _ wireType: ProtobufWireType) {
    precondition(field > 0 && field <= ProtobufWireType.largestField)
    varint(UInt64(field) << 3 | UInt64(wireType.rawValue))
  }
}
