import Testing

@testable import Protobuf

/// The writer's forms against bytes worked out by hand from the encoding's specification.
@Suite struct ProtobufWriterTests {
  private func written(_ body: (inout ProtobufWriter) -> Void) -> [UInt8] {
    var writer = ProtobufWriter()
    body(&writer)
    return writer.bytes
  }

  @Test(
    arguments: [
      (0, [0x00]), (1, [0x01]), (127, [0x7f]), (128, [0x80, 0x01]), (300, [0xac, 0x02]), (16_384, [0x80, 0x80, 0x01]),
      (UInt64.max, [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]),
    ] as [(UInt64, [UInt8])])
  func varintHasItsShortestForm(value: UInt64, bytes: [UInt8]) {
    #expect(written { $0.varint(value) } == bytes)
  }

  @Test func negativeNumbersTakeTenBytes() {
    let minusOne: [UInt8] = [0x08] + Array(repeating: 0xff, count: 9) + [0x01]
    #expect(written { $0.int64(-1, field: 1) } == minusOne)
    #expect(written { $0.int32(-1, field: 1) } == minusOne)
    // Go's zero time, as a client without a clock sends it: −62135596800.
    #expect(
      written { $0.int64(-62_135_596_800, field: 1) }
        == [0x08, 0x80, 0x92, 0xb8, 0xc3, 0x98, 0xfe, 0xff, 0xff, 0xff, 0x01])
  }

  @Test func zeroScalarsAndEmptyBytesAreLeftOut() {
    let bytes = written {
      $0.uint64(0, field: 1)
      $0.uint32(0, field: 2)
      $0.int64(0, field: 3)
      $0.int32(0, field: 4)
      $0.bool(false, field: 5)
      $0.fixed64(0, field: 6)
      $0.sfixed64(0, field: 7)
      $0.bytes([], field: 8)
      $0.string("", field: 9)
      $0.packed([], field: 10)
    }
    #expect(bytes.isEmpty)
  }

  @Test func emptyMessagesAndElementsAreWritten() {
    #expect(written { $0.message(field: 2) { _ in } } == [0x12, 0x00])
    #expect(written { $0.element([], field: 1) } == [0x0a, 0x00])
    #expect(written { $0.elements([[], [7]], field: 1) } == [0x0a, 0x00, 0x0a, 0x01, 0x07])
    #expect(written { $0.elements(["", "a"], field: 1) } == [0x0a, 0x00, 0x0a, 0x01, 0x61])
  }

  @Test func fixedNumbersAreLittleEndian() {
    #expect(written { $0.fixed64(0x0102_0304_0506_0708, field: 1) } == [0x09, 8, 7, 6, 5, 4, 3, 2, 1])
    #expect(written { $0.sfixed64(-2, field: 2) } == [0x11, 0xfe] + Array(repeating: 0xff, count: 7))
  }

  @Test func keysAboveFifteenTakeMoreBytes() {
    #expect(written { $0.uint64(1, field: 16) } == [0x80, 0x01, 0x01])
    #expect(written { $0.message(field: 20) { _ in } } == [0xa2, 0x01, 0x00])
    #expect(written { $0.bool(true, field: (1 << 29) - 1) } == [0xf8, 0xff, 0xff, 0xff, 0x0f, 0x01])
  }

  @Test func nestedMessagesCarryTheirLengths() {
    let bytes = written { writer in
      writer.message(field: 1) { outer in
        outer.message(field: 2) { $0.string("testing", field: 2) }
      }
    }
    #expect(bytes == [0x0a, 0x0b, 0x12, 0x09, 0x12, 0x07] + Array("testing".utf8))
  }

  @Test func aLongBodyHasALongLength() {
    let body = [UInt8](repeating: 9, count: 300)
    #expect(written { $0.bytes(body, field: 1) } == [0x0a, 0xac, 0x02] + body)
    #expect(written { $0.lengthPrefixed { $0.raw(body) } } == [0xac, 0x02] + body)
    #expect(written { $0.message(field: 1) { $0.raw(body) } } == [0x0a, 0xac, 0x02] + body)
  }

  @Test func packedNumbersShareOneEntry() {
    #expect(written { $0.packed([3, 270, 86_942], field: 4) } == [0x22, 0x06, 0x03, 0x8e, 0x02, 0x9e, 0xa7, 0x05])
  }
}
