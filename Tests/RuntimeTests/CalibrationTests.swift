import Program
import ProgramTestSupport
import Testing

@testable import Runtime

struct CalibrationTests {
  /// Statistics do not depend on blocks and threads, and watching changes nothing.
  @Test(arguments: [1, 7, 32])
  func watchingIsIndependentOfBlocks(blockSize: Int) throws {
    let model = try Model(.wide(seed: 70))
    let tokens = [UInt32].random(40, below: 300, seed: 9)
    func watched(_ blockSize: Int, threads: Int) throws -> (Calibration, [[Int32]]) {
      let sequence = TokenSequence(model, parallel: Parallel(threadCount: threads), blockSize: blockSize)
      let calibration = Calibration(model)
      sequence.calibration = calibration
      return (calibration, try sequence.prefill(tokens))
    }
    let (one, oneLogits) = try watched(1, threads: 1)
    let (other, otherLogits) = try watched(blockSize, threads: 4)
    #expect(one.layers == other.layers && oneLogits == otherLogits)
    #expect(try oneLogits == TokenSequence(model).prefill(tokens))
    for layer in one.layers { #expect(layer.count == 40 && layer.greatestValue > 0) }
  }

  /// At position 0 nothing turns: sums, minima and maxima are the keys themselves, 15 bits up.
  @Test func theFirstPositionsKeysAreSeenBeforeTheOffset() throws {
    var recipe = ProgramRecipe(seed: 71)
    recipe.hasRotation = false
    recipe.hasKeyOffsets = true
    recipe.layerCount = 1
    let model = try Model(recipe)
    let sequence = TokenSequence(model)
    let calibration = Calibration(model)
    sequence.calibration = calibration
    _ = try sequence.prefill([3])
    let graph = model.graph
    let embedding = ReferenceMatrix(model.program.weights(of: graph.embedding)).embed(3)
    let attention = graph.layers[0].attention
    let (row, scale) = attention.norm.quantized(embedding, site: attention.inputSite)
    let keys = ReferenceMatrix(model.program.weights(of: attention.key)).apply(row.values, scale: scale)
    let values = ReferenceMatrix(model.program.weights(of: attention.value)).apply(row.values, scale: scale)
    let layer = calibration.layers[0]
    #expect(layer.keyMinima == keys.map { $0 << 15 } && layer.keyMaxima == layer.keyMinima)
    #expect(layer.keySums == layer.keyMinima.map { Int128($0) })
    #expect(layer.greatestValue == values.map { abs($0) }.max())
  }
}
