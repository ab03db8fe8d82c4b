import Testing

@testable import ABCI

@Suite struct FrameDecoderTests {
  private func first(_ bytes: [UInt8], limit: Int = 1_000) throws -> [UInt8]? {
    var decoder = FrameDecoder(limit: limit)
    decoder.append(bytes)
    return try decoder.next()
  }

  @Test func aFrameMayArriveByteByByte() throws {
    let body = [UInt8](repeating: 7, count: 300)
    var decoder = FrameDecoder()
    for byte in [0xac, 0x02] + body.dropLast() {
      decoder.append([byte])
      #expect(try decoder.next() == nil)
    }
    decoder.append([7])
    #expect(try decoder.next() == body)
    #expect(try decoder.next() == nil)
    #expect(decoder.pendingByteCount == 0)
  }

  @Test func severalFramesMayArriveAtOnce() throws {
    var decoder = FrameDecoder()
    decoder.append([1, 0x0a, 0, 2, 0x0b, 0x0c, 3, 0x0d])
    #expect(try decoder.next() == [0x0a])
    #expect(try decoder.next() == [])
    #expect(try decoder.next() == [0x0b, 0x0c])
    #expect(try decoder.next() == nil)
    #expect(decoder.pendingByteCount == 2)
  }

  @Test func anOversizeFrameIsRefusedByItsLengthAlone() {
    #expect(throws: ABCIError.frameTooLong(length: 1_001, limit: 1_000)) { try first([0xe9, 0x07]) }
    #expect(throws: ABCIError.frameTooLong(length: .max, limit: 1_000)) {
      try first([UInt8](repeating: 0xff, count: 9) + [0x01])
    }
    #expect(throws: ABCIError.frameTooLong(length: 128 << 20 + 1, limit: 128 << 20)) {
      try first([0x81, 0x80, 0x80, 0x40], limit: FrameDecoder.defaultLimit)
    }
  }

  @Test func aFrameOfTheLimitIsAccepted() throws {
    #expect(try first([0xe8, 0x07] + [UInt8](repeating: 1, count: 1_000))?.count == 1_000)
  }

  @Test func lengthsOfMoreThanSixtyFourBitsAreRefused() {
    #expect(throws: ABCIError.malformedLength) { try first([UInt8](repeating: 0xff, count: 10)) }
    #expect(throws: ABCIError.malformedLength) { try first([UInt8](repeating: 0x80, count: 9) + [0x02]) }
    #expect(throws: Never.self) { try first([UInt8](repeating: 0x80, count: 9)) }
  }

  @Test func theZigZagLengthsOfOlderVersionsMakeNoMessage() throws {
    // ABCI before 0.37 wrote twice the length: the frame swallows the next one and is no envelope.
    let old: [UInt8] = [0x04, 0x1a, 0x00, 0x04, 0x1a, 0x00]
    let message = try #require(try first(old))
    #expect(throws: ABCIError.self) { try ABCIRequest(decoding: message) }
  }
}
