import Testing

@testable import Checkpoints
@testable import FileMapping

@Suite struct QuantizedAttackTests {
  private static let numbers: [(UInt32, ElementType)] = [
    (2, .q40), (3, .q41), (6, .q50), (7, .q51), (8, .q80), (10, .q2K), (11, .q3K), (12, .q4K), (13, .q5K), (14, .q6K),
    (39, .mxfp4),
  ]

  private func file(_ kind: UInt32, _ dimensions: [Int], byteCount: Int) throws -> GGUFFile {
    let data = [UInt8](repeating: 0, count: byteCount)
    let writer = GGUFWriter(
      keys: [], tensors: [.init(name: "w", kind: kind, dimensions: dimensions, data: data)])
    return try GGUFFile(MappedFile(name: "a.gguf", bytes: writer.bytes()))
  }

  @Test(arguments: numbers) func rowThatIsNoMultipleOfTheBlockIsNamed(kind: UInt32, type: ElementType) {
    for length in [1, type.blockLength - 1, type.blockLength + 16] {
      let error = checkpointError { _ = try file(kind, [length, type.blockLength], byteCount: 1 << 16) }
      #expect(error?.place == .tensor("w"))
      let text = "rows of \(length) elements are no whole blocks of \(type.blockLength) (\(type.rawValue))"
      #expect(error?.reason == .misplacedData(text))
    }
  }

  @Test(arguments: numbers) func truncatedBlockIsRefused(kind: UInt32, type: ElementType) throws {
    let size = 3 * type.blockByteCount
    let tensor = try #require(try file(kind, [type.blockLength, 3], byteCount: size).tensors.first)
    #expect(tensor.elementType == type && tensor.elementCount == 3 * type.blockLength)
    // Data is padded to 32 bytes, so the cut is by that much.
    let error = checkpointError { _ = try file(kind, [type.blockLength, 3], byteCount: size - 32) }
    let available = (size - 32 + 31) / 32 * 32
    #expect(error?.reason == .truncated(needed: size, available: available))
  }

  @Test(arguments: numbers) func countThatOverflowsIsRefused(kind: UInt32, type: ElementType) {
    for dimensions in [[1 << 40, 1 << 40], [1 << 62, 4], [type.blockLength, .max]] {
      #expect(checkpointError { _ = try file(kind, dimensions, byteCount: 64) } != nil)
    }
  }

  @Test(arguments: [UInt32(2), 3, 6, 7, 8, 12, 13], [UInt16(0x7C00), 0xFC00, 0x7E00])
  func scaleThatIsNotFiniteIsNamed(kind: UInt32, bits: UInt16) throws {
    let type = try #require(ElementType(ggmlType: kind))
    var data = [UInt8](repeating: 1, count: 2 * type.blockByteCount)
    data.replaceSubrange(type.blockByteCount..<type.blockByteCount + 2, with: littleEndian(bits))
    let writer = GGUFWriter(
      keys: [], tensors: [.init(name: "w", kind: kind, dimensions: [2 * type.blockLength], data: data)])
    let file = try GGUFFile(MappedFile(name: "a.gguf", bytes: writer.bytes()))
    #expect(try file.tensors[0].elements(0..<type.blockLength, of: file.file).count == type.blockLength)
    let expected = CheckpointError(
      file: "a.gguf", place: .element(tensor: "w", index: type.blockLength), reason: .nonFinite)
    #expect(throws: expected) { try file.tensors[0].elements(0..<2 * type.blockLength, of: file.file) }
  }

  @Test func microscalingScaleOf255IsNotANumber() throws {
    let data = [UInt8](repeating: 0, count: 17) + [255] + [UInt8](repeating: 0, count: 16)
    let writer = GGUFWriter(keys: [], tensors: [.init(name: "w", kind: 39, dimensions: [64], data: data)])
    let file = try GGUFFile(MappedFile(name: "a.gguf", bytes: writer.bytes()))
    let error = checkpointError { _ = try file.tensors[0].elements(0..<64, of: file.file) }
    #expect(error?.place == .element(tensor: "w", index: 32) && error?.reason == .nonFinite)
  }

  @Test func microscaledValueBeyondBinary32IsRefused() throws {
    // 12 · 2^126.
    let data = [254, 0x07] + [UInt8](repeating: 0, count: 15)
    let writer = GGUFWriter(keys: [], tensors: [.init(name: "w", kind: 39, dimensions: [32], data: data)])
    let file = try GGUFFile(MappedFile(name: "a.gguf", bytes: writer.bytes()))
    #expect(checkpointError { _ = try file.tensors[0].elements(0..<32, of: file.file) }?.reason == .nonFinite)
  }
}
