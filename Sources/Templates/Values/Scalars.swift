/// Reading UTF-8 bytes as Unicode scalars, the unit in which templates index and slice.
///
/// All functions take valid UTF-8: template text is checked when parsed, and context strings are `String`s.
enum Scalars {
  /// Offset of every scalar's first byte; one more for the end.
  static func offsets(_ bytes: [UInt8]) -> [Int] {
    var offsets: [Int] = []
    offsets.reserveCapacity(bytes.count + 1)
    for index in bytes.indices where bytes[index] & 0xC0 != 0x80 { offsets.append(index) }
    offsets.append(bytes.count)
    return offsets
  }

  static func count(_ bytes: [UInt8]) -> Int {
    bytes.reduce(0) { $0 + ($1 & 0xC0 != 0x80 ? 1 : 0) }
  }

  /// Length in bytes of the scalar whose first byte this is.
  static func length(first: UInt8) -> Int {
    first < 0xC0 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4
  }

  /// The scalar at a byte offset, and its length in bytes.
  static func scalar(_ bytes: [UInt8], at offset: Int) -> (value: UInt32, length: Int) {
    let first = bytes[offset]
    let length = min(length(first: first), bytes.count - offset)
    if length == 1 { return (UInt32(first), 1) }
    var value = UInt32(first) & (0x7F >> UInt32(length))
    for index in 1..<length { value = value << 6 | UInt32(bytes[offset + index] & 0x3F) }
    return (value, length)
  }

  static func append(_ scalar: Unicode.Scalar, to bytes: inout [UInt8]) {
    bytes.append(contentsOf: UTF8.encode(scalar)?.map { $0 } ?? [])
  }

  /// The scalars that Python's `str.isspace` accepts.
  static func isSpace(_ scalar: UInt32) -> Bool {
    switch scalar {
    case 0x09...0x0D, 0x1C...0x20, 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000: true
    default: false
    }
  }

  /// Offset of the first byte that is not white space, from `start`.
  static func skipSpace(_ bytes: [UInt8], from start: Int) -> Int {
    var index = start
    while index < bytes.count {
      let (value, length) = scalar(bytes, at: index)
      guard isSpace(value) else { break }
      index += length
    }
    return index
  }

  /// End of the text before trailing white space, not before `start`.
  static func trimmedEnd(_ bytes: [UInt8], from start: Int = 0) -> Int {
    var end = bytes.count
    while end > start {
      var first = end - 1
      while first > start, bytes[first] & 0xC0 == 0x80 { first -= 1 }
      guard isSpace(scalar(bytes, at: first).value) else { break }
      end = first
    }
    return end
  }

  static func isLetter(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
  }

  static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  static func isUpper(_ byte: UInt8) -> Bool { byte & 0x20 == 0 && isLetter(byte) }

  static func isLower(_ byte: UInt8) -> Bool { byte & 0x20 != 0 && isLetter(byte) }

  static func uppercased(_ byte: UInt8) -> UInt8 { isLower(byte) ? byte & ~0x20 : byte }

  static func lowercased(_ byte: UInt8) -> UInt8 { isUpper(byte) ? byte | 0x20 : byte }
}
