/// Reads little-endian values from bytes, never beyond their end.
struct ByteCursor {
  let bytes: [UInt8]
  private(set) var offset = 0

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  var remaining: Int { bytes.count - offset }

  /// The next integer, or `nil` when fewer bytes remain; nothing is consumed then.
  mutating func integer<Integer: FixedWidthInteger & UnsignedInteger>(_: Integer.Type) -> Integer? {
    let count = Integer.bitWidth / 8
    guard remaining >= count else { return nil }
    var value: Integer = 0
    for index in (0..<count).reversed() { value = Self.shifted(value) | Integer(bytes[offset + index]) }
    offset += count
    return value
  }

  /// One byte further; a single byte has nowhere to go.
  private static func shifted<Integer: FixedWidthInteger>(_ value: Integer) -> Integer { value << 8 }

  /// The next bytes, or `nil` when fewer remain or the count is negative.
  mutating func slice(_ count: Int) -> ArraySlice<UInt8>? {
    guard count >= 0, count <= remaining else { return nil }
    defer { offset += count }
    return bytes[offset..<offset + count]
  }
}
