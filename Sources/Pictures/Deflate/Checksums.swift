/// The cyclic redundancy check of PNG chunks.
/// - Source: W3C PNG (third edition), annex D.
enum CRC32 {
  private static let table: [UInt32] = (0..<256).map { index in
    (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? 0xEDB8_8320 ^ value >> 1 : value >> 1 }
  }

  static func checksum(_ bytes: ArraySlice<UInt8>) -> UInt32 {
    var value: UInt32 = 0xFFFF_FFFF
    for byte in bytes { value = table[Int((value ^ UInt32(byte)) & 0xFF)] ^ value >> 8 }
    return ~value
  }
}

/// The checksum at the end of zlib data.
/// - Source: RFC 1950, section 8.2.
enum Adler32 {
  static func checksum(_ bytes: [UInt8]) -> UInt32 {
    var (a, b): (UInt32, UInt32) = (1, 0)
    // 5,552 bytes are the most that keep both sums below 2^32.
    for start in stride(from: 0, to: bytes.count, by: 5_552) {
      for byte in bytes[start..<min(start + 5_552, bytes.count)] {
        a += UInt32(byte)
        b += a
      }
      a %= 65_521
      b %= 65_521
    }
    return b << 16 | a
  }
}
