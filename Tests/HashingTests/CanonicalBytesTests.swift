import Hashing
import Testing

@Suite struct CanonicalBytesTests {
  @Test func integersRoundTripLittleEndian() throws {
    var writer = ByteWriter()
    writer.write(UInt8(1))
    writer.write(Int16(-2))
    writer.write(UInt32(0x0403_0201))
    writer.write(Int64.min)
    writer.write(true)
    writer.write([Int16(5), -5])
    #expect(Array(writer.bytes[3..<7]) == [1, 2, 3, 4])
    var reader = ByteReader(writer.bytes)
    #expect(try reader.read(UInt8.self) == 1)
    #expect(try reader.read(Int16.self) == -2)
    #expect(try reader.read(UInt32.self) == 0x0403_0201)
    #expect(try reader.read(Int64.self) == .min)
    #expect(try reader.readFlag())
    #expect(try reader.read(count: 2, Int16.self) == [5, -5])
    try reader.finish()
  }

  @Test func truncationIsRefusedWithItsPlace() {
    var reader = ByteReader([1, 2, 3])
    #expect(throws: ByteReaderError(.truncated(needed: 4, left: 3), offset: 0)) { try reader.read(UInt32.self) }
  }

  @Test func countsBeyondTheBytesAreRefusedBeforeAllocation() {
    var reader = ByteReader([0, 0])
    #expect(throws: ByteReaderError.self) { try reader.read(count: .max, UInt64.self) }
    #expect(throws: ByteReaderError.self) { try reader.read(count: 1 << 40, UInt8.self) }
    #expect(throws: ByteReaderError.self) { try reader.read(count: -1, UInt8.self) }
    #expect(throws: ByteReaderError.self) { try reader.readBytes(-1) }
  }

  @Test func flagsAndPaddingAreCanonical() {
    var flag = ByteReader([2])
    #expect(throws: ByteReaderError.self) { try flag.readFlag() }
    var padding = ByteReader([0, 1])
    #expect(throws: ByteReaderError.self) { try padding.readZeros(2) }
  }

  @Test func trailingBytesAreRefused() {
    let reader = ByteReader([0])
    #expect(throws: ByteReaderError(.trailing(1), offset: 0)) { try reader.finish() }
  }
}
