import Glibc
import Program
import Testing

@testable import Import

@Suite struct RandomModelTests {
  private func model(_ format: Matrix.Format, seed: UInt64 = 1) -> RandomModel {
    RandomModel(
      vocabularyCount: 300, hiddenSize: 128, layerCount: 2, headCount: 4, keyValueHeadCount: 2, feedForwardWidth: 320,
      contextLength: 64, format: format, seed: seed)
  }

  private func written(_ model: RandomModel) throws -> Program {
    let path = "/tmp/random-model-\(UInt64.random(in: 0...UInt64.max)).razao"
    defer { unlink(path) }
    return try model.write(to: path)
  }

  @Test(arguments: [Matrix.Format.int8, .int4]) func aRandomModelIsALegalProgram(_ format: Matrix.Format) throws {
    let program = try written(model(format))
    try program.checkContent()
    let graph = try program.graph
    #expect(graph.layers.count == 2 && graph.vocabularyCount == 300 && graph.embedding.format == .int8)
    #expect(graph.matrices.dropFirst().allSatisfy { $0.matrix.format == format })
  }

  @Test(arguments: [Matrix.Format.int8, .int4]) func theSameDescriptionIsTheSameProgram(_ format: Matrix.Format) throws
  {
    let first = try written(model(format))
    #expect(try written(model(format)).root == first.root)
    #expect(try written(model(format, seed: 2)).root != first.root)
  }

  /// The shapes that benchmarks use keep every bound; weights are not needed for the structure.
  @Test func largeShapesAreLegal() throws {
    let large = RandomModel(
      vocabularyCount: 32_000, hiddenSize: 2048, layerCount: 22, headCount: 32, keyValueHeadCount: 4,
      feedForwardWidth: 5632, contextLength: 1024)
    let graph = try large.graph()
    #expect(graph.matrices.count == 22 * 7 + 2)
    #expect(graph.matrices.allSatisfy { $0.matrix.accumulatorWidth == 4 })
  }

  @Test func sizesThatDoNotGoTogetherAreRefused() {
    var odd = model(.int8)
    odd.headCount = 3
    #expect(throws: ProgramError.self) { try odd.graph() }
    odd = model(.int8)
    odd.layerCount = 0
    #expect(throws: ProgramError.self) { try odd.graph() }
    odd = model(.int8)
    odd.feedForwardWidth = 1 << 40
    #expect(throws: ProgramError.self) { try odd.graph() }
  }

  @Test func weightsReachTheirLimitsAndNotBeyond() {
    var random = BlockRandom(seed: 3, stream: 0)
    let weights = random.weights(100_003)
    #expect(weights.count == 100_003)
    #expect(weights.min() == -127 && weights.max() == 127)
    #expect(Set(weights).count == 255)
  }
}
