import Testing

@testable import Protobuf

/// Bytes that are no message: each is refused with the error that names the fault, and none traps.
@Suite struct ProtobufAttackTests {
  private func error(_ bytes: [UInt8], limits: ProtobufLimits = ProtobufLimits()) -> ProtobufError? {
    do throws(ProtobufError) {
      var reader = ProtobufReader(bytes, limits: limits)
      while try reader.next() != nil {}
      return nil
    } catch {
      return error
    }
  }

  private func misread<Value>(
    _ bytes: [UInt8], _ body: (ProtobufField) throws(ProtobufError) -> Value
  ) -> ProtobufError? {
    do throws(ProtobufError) {
      var reader = ProtobufReader(bytes)
      guard let field = try reader.next() else { return nil }
      _ = try body(field)
      return nil
    } catch {
      return error
    }
  }

  @Test func cutValuesAreRefused() {
    #expect(error([0x08]) == .truncated(offset: 1))
    #expect(error([0x08, 0x80]) == .truncated(offset: 1))
    #expect(error([0x80]) == .truncated(offset: 0))
    #expect(error([0x09, 1, 2, 3]) == .truncated(offset: 1))
    #expect(error([0x0d, 1, 2, 3]) == .truncated(offset: 1))
    #expect(error([0x0a, 0x05, 1, 2]) == .truncated(offset: 1))
  }

  @Test func aLengthOfAlmostTwoToTheSixtyFourIsRefusedBeforeAllocation() {
    #expect(error([0x0a] + [UInt8](repeating: 0xff, count: 9) + [0x01]) == .truncated(offset: 1))
    #expect(error([0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f]) == .truncated(offset: 1))
  }

  @Test func varintsOfMoreThanSixtyFourBitsAreRefused() {
    #expect(error([0x08] + [UInt8](repeating: 0xff, count: 9) + [0x02]) == .varintOverflow(offset: 1))
    #expect(error([0x08] + [UInt8](repeating: 0x80, count: 10) + [0x00]) == .varintOverflow(offset: 1))
    #expect(error([UInt8](repeating: 0xff, count: 30)) == .varintOverflow(offset: 0))
  }

  @Test func fieldNumbersOutOfRangeAreRefused() {
    #expect(error([0x00, 0x00]) == .invalidFieldNumber(offset: 0))
    #expect(error([0x80, 0x80, 0x80, 0x80, 0x10, 0x00]) == .invalidFieldNumber(offset: 0))
    #expect(error([UInt8](repeating: 0xf8, count: 1) + [UInt8](repeating: 0xff, count: 8) + [0x01, 0]) != nil)
  }

  @Test(arguments: [3, 4, 6, 7] as [UInt8])
  func groupsAndUnknownWireTypesAreRefused(code: UInt8) {
    #expect(error([0x08 | code, 0x00]) == .unsupportedWireType(field: 1, wireType: code))
  }

  @Test func knownFieldsOfAnotherWireTypeAreRefused() {
    #expect(misread([0x0a, 0x00]) { field throws(ProtobufError) in try field.uint64() } == .wrongWireType(field: 1))
    #expect(misread([0x08, 0x00]) { field throws(ProtobufError) in try field.bytes() } == .wrongWireType(field: 1))
    #expect(misread([0x08, 0x00]) { field throws(ProtobufError) in try field.sfixed64() } == .wrongWireType(field: 1))
    #expect(misread([0x08, 0x00]) { field throws(ProtobufError) in try field.reader() } == .wrongWireType(field: 1))
    #expect(
      misread([0x0d, 0, 0, 0, 0]) { field throws(ProtobufError) in try field.int32() } == .wrongWireType(field: 1))
  }

  @Test func numbersBeyondThirtyTwoBitsAreRefused() {
    let large: [UInt8] = [0x08, 0x80, 0x80, 0x80, 0x80, 0x10]
    #expect(misread(large) { field throws(ProtobufError) in try field.uint32() } == .outOfRange(field: 1))
    #expect(misread(large) { field throws(ProtobufError) in try field.int32() } == .outOfRange(field: 1))
  }

  @Test func textThatIsNoUTF8IsRefused() {
    #expect(
      misread([0x0a, 0x01, 0xff]) { field throws(ProtobufError) in try field.string() } == .invalidUTF8(field: 1))
    let surrogate: [UInt8] = [0x0a, 0x03, 0xed, 0xa0, 0x80]
    #expect(misread(surrogate) { field throws(ProtobufError) in try field.string() } == .invalidUTF8(field: 1))
  }

  @Test func moreFieldsThanTheLimitAreRefused() {
    let limits = ProtobufLimits(fields: 3)
    #expect(error([0x08, 1, 0x08, 1, 0x08, 1], limits: limits) == nil)
    #expect(error([0x08, 1, 0x08, 1, 0x08, 1, 0x08, 1], limits: limits) == .tooManyFields(limit: 3))
  }

  @Test func aPackedListLongerThanTheLimitIsRefused() throws {
    var reader = ProtobufReader([0x0a, 4, 1, 2, 3, 4], limits: ProtobufLimits(fields: 3))
    let field = try #require(try reader.next())
    var list: [UInt32] = []
    #expect(throws: ProtobufError.tooManyFields(limit: 3)) { try field.append(to: &list) }
  }

  @Test func endlessNestingEndsAtTheLimit() throws {
    var bytes: [UInt8] = []
    for _ in 0..<100 {
      var writer = ProtobufWriter()
      writer.element(bytes, field: 1)
      bytes = writer.bytes
    }
    var reader = ProtobufReader(bytes, limits: ProtobufLimits(depth: 16))
    #expect(throws: ProtobufError.tooDeep(limit: 16)) {
      while let field = try reader.next() { reader = try field.reader() }
    }
  }

  @Test func randomBytesNeverTrap() {
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<20_000 {
      let bytes = (0..<Int.random(in: 0..<40, using: &generator)).map { _ in
        UInt8.random(in: 0...255, using: &generator)
      }
      walk(ProtobufReader(bytes))
    }
  }

  private func walk(_ start: ProtobufReader) {
    var reader = start
    while let field = try? reader.next() {
      var list: [UInt32] = []
      try? field.append(to: &list)
      _ = try? field.string()
      _ = try? field.int32()
      if let inner = try? field.reader() { walk(inner) }
    }
  }
}
