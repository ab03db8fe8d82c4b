import Foundation
import Testing

@testable import Checkpoints
@testable import FileMapping

/// Block types of GGUF against the values that the PyPI package `gguf` gives (scripts/quantized-fixtures.py).
@Suite struct QuantizedBlocksTests {
  static let types: [ElementType] = [.q40, .q41, .q50, .q51, .q80, .q2K, .q3K, .q4K, .q5K, .q6K, .mxfp4]

  static func fixture(_ name: String) throws -> GGUFFile {
    let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    return try GGUFFile(path: package.appendingPathComponent("Fixtures/quantized/" + name).path)
  }

  @Test(arguments: types) func valuesAreThoseOfThePublishedReader(type: ElementType) throws {
    let file = try Self.fixture("blocks.gguf")
    let tensor = try #require(file.tensors.first { $0.name == type.rawValue })
    let expected = try #require(file.tensors.first { $0.name == type.rawValue + ".expected" })
    #expect(tensor.elementType == type && tensor.shape == expected.shape && tensor.shape == [3, 512])
    let values = try tensor.elements(0..<1536, of: file.file)
    let expectedValues = try expected.elements(0..<1536, of: file.file)
    // As numbers: −0 and 0 are one weight.
    #expect(values == expectedValues)
    #expect(values.contains { $0 != 0 })
  }

  @Test(arguments: types) func anyRangeOfElementsMayBeRead(type: ElementType) throws {
    let file = try Self.fixture("blocks.gguf")
    let tensor = try #require(file.tensors.first { $0.name == type.rawValue })
    let whole = try tensor.elements(0..<1536, of: file.file)
    for range in [0..<0, 0..<1, 31..<33, 255..<257, 100..<1000, 1535..<1536] {
      #expect(try tensor.elements(range, of: file.file) == Array(whole[range]))
    }
  }

  @Test func scalesOfMicroscalingArePowersOfTwo() {
    #expect(Microscaling.halfPower(0) == 0x1p-128 && Microscaling.halfPower(1) == 0x1p-127)
    for scale in UInt8(2)..<255 {
      let power = Microscaling.halfPower(scale)
      #expect(power.exponent == Int(scale) - 128 && power.significand == 1)
    }
    #expect(Microscaling.halfPower(255).isNaN)
  }

  @Test func blocksHoldTheWeightsOfAModel() throws {
    let model = try GGUFCheckpoint(Self.fixture("stories260K-mixed.gguf"))
    #expect(model.configuration.isHeadTied && model.configuration.layerCount == 5)
    let types = Set(model.gguf.tensors.map(\.elementType))
    #expect(types == [.binary32, .binary16, .q80, .q50, .q41, .q51, .q40])
    guard SharedData.isPresent else { return }
    let original = try openCheckpoint(SharedData.path("models/stories260K/stories260K-F32.gguf"))
    #expect(original.configuration == model.configuration)
    for role in model.configuration.tensorRoles {
      let count = try model.shape(of: role)[0]
      let (rounded, exact) = (try model.rows(role, 0..<count), try original.rows(role, 0..<count))
      let error = zip(rounded, exact).reduce(0.0) { $0 + Double(($1.0 - $1.1) * ($1.0 - $1.1)) }
      let power = exact.reduce(0.0) { $0 + Double($1 * $1) }
      #expect(error <= 0.01 * power, "\(role)")
    }
  }
}
