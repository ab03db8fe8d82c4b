import Testing

@testable import Protobuf

@Suite struct ProtobufReaderTests {
  private func only(_ bytes: [UInt8]) throws -> ProtobufField {
    var reader = ProtobufReader(bytes)
    let field = try #require(try reader.next())
    #expect(reader.isAtEnd)
    return field
  }

  @Test func everyKindOfScalarIsRead() throws {
    #expect(try only([0x08, 0xac, 0x02]).uint64() == 300)
    #expect(try only([0x08, 0xac, 0x02]).uint32() == 300)
    #expect(try only([0x08] + [UInt8](repeating: 0xff, count: 9) + [1]).int64() == -1)
    #expect(try only([0x08] + [UInt8](repeating: 0xff, count: 9) + [1]).int32() == -1)
    #expect(try only([0x08, 0x02]).bool())
    #expect(try only([0x09, 8, 7, 6, 5, 4, 3, 2, 1]).fixed64() == 0x0102_0304_0506_0708)
    #expect(try only([0x09, 0xfe] + [UInt8](repeating: 0xff, count: 7)).sfixed64() == -2)
    #expect(try only([0x0a, 0x02, 1, 2]).bytes() == [1, 2])
    #expect(try only([0x0a, 0x02, 0xc3, 0xa9]).string() == "é")
    #expect(try only([0x0d, 1, 0, 0, 0]).value == .fixed32(1))
  }

  @Test func unknownFieldsOfEveryWireTypeArePassedOver() throws {
    let bytes: [UInt8] = [0x50, 0x01, 0x59, 1, 2, 3, 4, 5, 6, 7, 8, 0x62, 0x01, 0xff, 0x6d, 1, 2, 3, 4, 0x08, 0x05]
    var reader = ProtobufReader(bytes)
    var found: UInt64 = 0
    while let field = try reader.next() {
      if field.number == 1 { found = try field.uint64() }
    }
    #expect(found == 5)
  }

  @Test func listsOfNumbersMayBePackedOrNot() throws {
    let packed: [UInt8] = [0x12, 0x03, 0x01, 0xac, 0x02]
    let unpacked: [UInt8] = [0x10, 0x01, 0x10, 0xac, 0x02]
    for bytes in [packed, unpacked] {
      var list: [UInt32] = []
      var reader = ProtobufReader(bytes)
      while let field = try reader.next() { try field.append(to: &list) }
      #expect(list == [1, 300])
    }
  }

  @Test func nestedMessagesAreRead() throws {
    var reader = ProtobufReader([0x0a, 0x04, 0x12, 0x02, 0x08, 0x07, 0x12, 0x00])
    var outer = try #require(try reader.next()).reader()
    var inner = try #require(try outer.next()).reader()
    #expect(try inner.next()?.uint64() == 7)
    var empty = try #require(try reader.next()).reader()
    #expect(try empty.next() == nil)
  }

  @Test func writerAndReaderAgreeOnRandomNumbers() throws {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<2_000 {
      let number = UInt64.random(in: 1...UInt64.max, using: &generator) >> UInt64.random(in: 0..<63, using: &generator)
      var writer = ProtobufWriter()
      writer.uint64(number | 1, field: 3)
      writer.int64(Int64(bitPattern: number | 1), field: 4)
      var reader = ProtobufReader(writer.bytes)
      #expect(try reader.next()?.uint64() == number | 1)
      #expect(try reader.next()?.int64() == Int64(bitPattern: number | 1))
    }
  }
}
