import Testing

@testable import Checkpoints
@testable import FileMapping

@Suite struct WideningTests {
  @Test func everyBinary16ValueWidensAsTheHardwareDoes() {
    var mismatches = 0
    for bits in UInt16.min...UInt16.max {
      let expected = Float(Float16(bitPattern: bits))
      let actual = Float(bitPattern: Widening.binary16(bits))
      if expected.isNaN ? !actual.isNaN : actual.bitPattern != expected.bitPattern { mismatches += 1 }
    }
    #expect(mismatches == 0)
  }

  @Test func everyBrain16ValueIsTheUpperHalf() {
    var mismatches = 0
    for bits in UInt16.min...UInt16.max where Widening.brain16(bits) != UInt32(bits) * 65_536 { mismatches += 1 }
    #expect(mismatches == 0)
  }

  @Test(arguments: [ElementType.binary32, .binary16, .brain16], [Float.nan, .infinity, -.infinity])
  func weightThatIsNotFiniteIsNamed(type: ElementType, value: Float) throws {
    let data = encoded([1, 2, 3, value, 5, value], type)
    let bytes = SafetensorsWriter(entries: [.init(name: "w", type: type.rawValue, shape: [2, 3], data: data)]).bytes()
    let file = try SafetensorsFile(MappedFile(name: "w.safetensors", bytes: bytes))
    #expect(try file.tensors[0].elements(0..<3, of: file.file) == [1, 2, 3])
    let expected = CheckpointError(
      file: "w.safetensors", place: .element(tensor: "w", index: 3), reason: .nonFinite)
    #expect(throws: expected) { try file.tensors[0].elements(2..<6, of: file.file) }
  }

  @Test func brokenWeightOfAModelIsNamedInStoredOrder() throws {
    var tensors = TinyModel().ggufTensors()
    let index = try #require(tensors.firstIndex { $0.name == "blk.1.attn_q.weight" })
    tensors[index].data.replaceSubrange(4 * 9..<4 * 10, with: littleEndian(Float.nan.bitPattern))
    let bytes = GGUFWriter(keys: TinyModel().ggufKeys(), tensors: tensors).bytes()
    let gguf = try GGUFCheckpoint(GGUFFile(MappedFile(name: "t.gguf", bytes: bytes)))
    // Stored row 1 is the second half's first row: row 2 in the common order.
    #expect(try gguf.rows(.layer(1, .query), 0..<2).count == 16)
    let expected = CheckpointError(
      file: "t.gguf", place: .element(tensor: "blk.1.attn_q.weight", index: 9), reason: .nonFinite)
    #expect(throws: expected) { try gguf.rows(.layer(1, .query), 0..<3) }
  }
}
