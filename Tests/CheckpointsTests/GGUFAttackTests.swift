import Testing

@testable import Checkpoints
@testable import FileMapping

@Suite struct GGUFAttackTests {
  private func failure(_ writer: GGUFWriter) -> CheckpointError? { failure(writer.bytes()) }

  private func failure(_ bytes: [UInt8]) -> CheckpointError? {
    checkpointError { _ = try GGUFFile(MappedFile(name: "a.gguf", bytes: bytes)) }
  }

  private func tensor(
    _ name: String = "a", dimensions: [Int] = [8], kind: UInt32 = 0, byteCount: Int = 32, offset: UInt64? = nil
  ) -> GGUFWriter.Tensor {
    .init(
      name: name, kind: kind, dimensions: dimensions, data: [UInt8](repeating: 0, count: byteCount), offset: offset)
  }

  @Test func everyKindOfValueIsRead() throws {
    let keys: [(String, GGUFValue)] = [
      ("u8", .uint8(1)), ("i8", .int8(-1)), ("u16", .uint16(2)), ("i16", .int16(-2)), ("u32", .uint32(3)),
      ("i32", .int32(-3)), ("f32", .float32(0.5)), ("bool", .bool(true)), ("text", .string([0xFF, 0x00])),
      ("u64", .uint64(.max)), ("i64", .int64(.min)), ("f64", .float64(0.25)),
      ("array.u8", .array(.uint8([1, 2]))), ("array.i8", .array(.int8([-1]))), ("array.u16", .array(.uint16([1]))),
      ("array.i16", .array(.int16([-1, 1]))), ("array.u32", .array(.uint32([7]))), ("array.i32", .array(.int32([-7]))),
      ("array.f32", .array(.float32([1, 2]))), ("array.bool", .array(.bool([true, false]))),
      ("array.text", .array(.string([[1], [], [2, 3]]))), ("array.u64", .array(.uint64([.max]))),
      ("array.i64", .array(.int64([.min]))), ("array.f64", .array(.float64([1]))),
      ("array.nested", .array(.array([.uint8([1]), .array([.array([.uint8([])])])]))),
    ]
    for version: UInt32 in [2, 3] {
      let bytes = GGUFWriter(version: version, keys: keys, tensors: []).bytes()
      let file = try GGUFFile(MappedFile(name: "a.gguf", bytes: bytes))
      #expect(file.metadata.entries.map(\.key) == keys.map(\.0))
      for (key, value) in keys { #expect(file.metadata[key] == value) }
    }
  }

  @Test func valuesConvertOnlyWhereTheyFit() {
    #expect(GGUFValue.uint64(.max).integer == nil)
    #expect(GGUFValue.int64(-5).integer == -5)
    #expect(GGUFValue.float32(2).integer == nil)
    #expect(GGUFValue.float64(0.1).float == 0.1)
    #expect(GGUFValue.string([0xFF]).text == nil)
    #expect(GGUFArray.uint64([1, .max]).integers == nil)
    #expect(GGUFArray.int8([-1]).integers == [-1])
    #expect(GGUFArray.float32([1]).integers == nil)
    #expect(GGUFArray.string([[1]]).strings == [[1]])
  }

  @Test func otherVersionsAndByteOrdersAreRefused() {
    #expect(failure(GGUFWriter(version: 1, keys: [], tensors: []))?.reason == .unsupported("GGUF version 1"))
    #expect(failure(GGUFWriter(version: 4, keys: [], tensors: []))?.reason == .unsupported("GGUF version 4"))
    let swapped = GGUFWriter(version: UInt32(3).byteSwapped, keys: [], tensors: [])
    #expect(failure(swapped)?.reason == .unsupported("big-endian GGUF"))
    #expect(failure(Array("GGUX".utf8))?.reason == .notACheckpoint)
  }

  @Test(arguments: [1 << 20, 1 << 40, .max] as [UInt64]) func lyingCountsAllocateNothing(count: UInt64) {
    let isTruncated: (CheckpointError?) -> Bool = {
      guard case .truncated = $0?.reason else { return false }
      return true
    }
    #expect(isTruncated(failure(GGUFWriter(keys: [], tensors: [], tensorCount: count))))
    #expect(isTruncated(failure(GGUFWriter(keys: [("a", .uint8(1))], tensors: [], keyCount: count))))
    for kind: UInt32 in 0...12 {
      let prefix = GGUFWriter(keys: [], tensors: [], keyCount: 1).bytes() + GGUFWriter.string([0x61])
      let array = littleEndian(UInt32(9)) + littleEndian(kind) + littleEndian(count)
      #expect(isTruncated(failure(prefix + array + [0, 0, 0, 0])))
    }
    let text = littleEndian(UInt32(8)) + littleEndian(count)
    #expect(
      isTruncated(failure(GGUFWriter(keys: [], tensors: [], keyCount: 1).bytes() + GGUFWriter.string([0x61]) + text)))
  }

  @Test func deepArraysAreRefused() {
    var array = GGUFArray.uint8([1])
    for _ in 0..<4 { array = .array([array]) }
    #expect(failure(GGUFWriter(keys: [("a", .array(array))], tensors: []))?.reason == .tooDeep(limit: 4))
    var bytes =
      GGUFWriter(keys: [], tensors: [], keyCount: 1).bytes() + GGUFWriter.string([0x61]) + littleEndian(UInt32(9))
    for _ in 0..<100_000 { bytes += littleEndian(UInt32(9)) + littleEndian(UInt64(1)) }
    #expect(failure(bytes)?.reason == .tooDeep(limit: 4))
  }

  @Test func repeatedKeysAndTensorsAreRefused() {
    #expect(failure(GGUFWriter(keys: [("a", .uint8(1)), ("a", .uint8(1))], tensors: []))?.reason == .duplicate)
    #expect(failure(GGUFWriter(keys: [], tensors: [tensor(), tensor()]))?.reason == .duplicate)
    #expect(failure(GGUFWriter(keys: [("", .uint8(1))], tensors: []))?.reason != nil)
    #expect(failure(GGUFWriter(keys: [("ä", .uint8(1))], tensors: []))?.reason != nil)
  }

  @Test func overlappingTensorsAreRefused() {
    let shared = failure(GGUFWriter(keys: [], tensors: [tensor("a"), tensor("b", offset: 0)]))
    #expect(shared?.place == .tensor("b"))
    #expect(shared?.reason == .misplacedData("its bytes overlap those of a"))
    let inner = failure(
      GGUFWriter(keys: [], tensors: [tensor("a", dimensions: [16], byteCount: 64), tensor("b", offset: 32)]))
    #expect(inner?.reason == .misplacedData("its bytes overlap those of a"))
  }

  @Test func dataOutsideTheFileIsRefused() {
    #expect(
      failure(GGUFWriter(keys: [], tensors: [tensor(offset: 32)]))?.reason == .truncated(needed: 32, available: 0))
    #expect(
      failure(GGUFWriter(keys: [], tensors: [tensor(dimensions: [9])]))?.reason == .truncated(needed: 36, available: 32)
    )
    let far = failure(GGUFWriter(keys: [], tensors: [tensor(offset: .max - 31)]))
    #expect(far?.reason == .truncated(needed: 32, available: 0))
    #expect(
      failure(GGUFWriter(keys: [], tensors: [tensor(offset: 4)]))?.reason
        == .misplacedData("its data does not start at a multiple of 32"))
  }

  @Test func shapesThatOverflowAreRefused() {
    #expect(failure(GGUFWriter(keys: [], tensors: [tensor(dimensions: [1 << 40, 1 << 40])])) != nil)
    #expect(failure(GGUFWriter(keys: [], tensors: [tensor(dimensions: [-1])])) != nil)
    #expect(failure(GGUFWriter(keys: [], tensors: [tensor(dimensions: [0, 1 << 40, 1 << 40], byteCount: 0)])) == nil)
    #expect(failure(GGUFWriter(keys: [], tensors: [tensor(dimensions: [])])) != nil)
    #expect(failure(GGUFWriter(keys: [], tensors: [tensor(dimensions: [1, 1, 1, 1, 1])])) != nil)
  }

  @Test(arguments: [(UInt32(16), "IQ2_XXS"), (9, "Q8_1"), (28, "F64"), (31, "number 31"), (.max, "number 4294967295")])
  func otherElementTypesAreNamed(kind: UInt32, name: String) {
    let error = failure(GGUFWriter(keys: [], tensors: [tensor("blk.0.attn_q.weight", kind: kind)]))
    #expect(error?.place == .tensor("blk.0.attn_q.weight"))
    #expect(error?.reason == .unsupportedElementType(name))
  }

  @Test func alignmentIsReadAndChecked() throws {
    // 97 bytes of table, so that alignment to 8 puts the data at 104 and alignment to 32 at 128.
    var bytes = GGUFWriter(keys: [("general.alignment", .uint32(8))], tensors: [tensor("abcdefgh")]).bytes()
    bytes.removeSubrange(104..<128)
    let file = try GGUFFile(MappedFile(name: "a.gguf", bytes: bytes))
    #expect(file.tensors.first?.byteRange == 104..<136)
    for value in [GGUFValue.uint32(0), .uint32(24), .uint32(4), .string([]), .uint64(.max)] {
      let error = failure(GGUFWriter(keys: [("general.alignment", value)], tensors: []))
      #expect(error?.place == .field("general.alignment"))
    }
  }

  @Test func truthValuesAreZeroOrOne() {
    var bytes = GGUFWriter(keys: [("a", .bool(true))], tensors: []).bytes()
    bytes[bytes.count - 1] = 2
    #expect(failure(bytes)?.reason == .outOfRange(value: "2", allowed: "0...1 (a truth value)"))
  }
}
