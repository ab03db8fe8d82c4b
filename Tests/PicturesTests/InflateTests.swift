import Testing

@testable import Pictures

@Suite("deflate")
struct InflateTests {
  private func inflate(_ bytes: [UInt8], size: Int) throws(Inflater.Failure) -> [UInt8] {
    try Inflater.inflate(bytes, from: 0, size: size).bytes
  }

  @Test("stored blocks, one after another")
  func stored() throws {
    let bytes: [UInt8] = [0, 2, 0, 0xFD, 0xFF, 7, 8, 1, 1, 0, 0xFE, 0xFF, 9]
    #expect(try inflate(bytes, size: 3) == [7, 8, 9])
  }

  @Test("a block of fixed codes: literals and a copy that overlaps itself")
  func fixedCodes() throws {
    // Python: zlib.compressobj(9, DEFLATED, -15, 9, Z_FIXED) on b"abcabcabcabcabc".
    #expect(try inflate([0x4B, 0x4C, 0x4A, 0x4E, 0x44, 0x42, 0x00], size: 15) == Array("abcabcabcabcabc".utf8))
  }

  @Test(
    "damaged blocks",
    arguments: [
      [0x07], [0, 2, 0, 0xFD, 0xFE, 7, 8], [0x01, 5, 0, 0xFA, 0xFF, 1], [], [0x05, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF],
      [0x03, 0x02], [0x63, 0x00, 0x02],
    ] as [[UInt8]])
  func damaged(bytes: [UInt8]) {
    #expect(throws: Inflater.Failure.self) { try inflate(bytes, size: 4) }
  }

  @Test("fewer or more bytes than were asked for")
  func wrongSize() {
    let bytes: [UInt8] = [1, 2, 0, 0xFD, 0xFF, 7, 8]
    for size in [0, 1, 3] { #expect(throws: Inflater.Failure.self) { try inflate(bytes, size: size) } }
    // No deflate data of this length can make as much.
    #expect(throws: Inflater.Failure.self) { try inflate(bytes, size: 1 << 40) }
  }

  @Test("codes: complete, too many, too few, and one alone")
  func prefixCodes() throws {
    let code = try #require(PrefixCode(lengths: [2, 1, 3, 3]))
    // Codes 10, 0, 110, 111, whose first bit comes first.
    for (bits, symbol, length) in [(UInt64(0b01), 0, 2), (0b0, 1, 1), (0b011, 2, 3), (0b111, 3, 3)] {
      #expect(code.symbol(bits)?.symbol == symbol && code.symbol(bits)?.length == length)
    }
    #expect(PrefixCode(lengths: [1, 1, 1]) == nil)
    #expect(PrefixCode(lengths: [2, 2, 2]) == nil)
    #expect(PrefixCode(lengths: [2]) == nil)
    let single = try #require(PrefixCode(lengths: [0, 1]))
    #expect(single.symbol(0)?.symbol == 1 && single.symbol(1) == nil)
    #expect(try #require(PrefixCode(lengths: [0, 0])).symbol(0) == nil)
  }

  @Test("codes longer than the table's nine bits")
  func longCodes() throws {
    let code = try #require(PrefixCode(lengths: (1...15).map { UInt8($0) } + [15]))
    for length in 1...15 {
      // The code of length n is n − 1 ones and a zero.
      let bits = UInt64(1) << UInt64(length - 1) - 1
      #expect(code.symbol(bits)?.symbol == length - 1 && code.symbol(bits)?.length == length)
    }
    #expect(code.symbol(0x7FFF)?.symbol == 15)
  }

  @Test("checksums of known texts")
  func checksums() {
    #expect(CRC32.checksum(Array("123456789".utf8)[...]) == 0xCBF4_3926)
    #expect(Adler32.checksum(Array("Wikipedia".utf8)) == 0x11E6_0398)
    #expect(Adler32.checksum([UInt8](repeating: 255, count: 1 << 20)) == 0x8E88_EF11)
  }
}
