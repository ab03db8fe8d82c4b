import Testing

@testable import Checkpoints

@Suite struct LayoutTests {
  @Test(arguments: [2, 4, 6, 64, 128]) func rowOrderIsAPermutationWithinEachHead(headSize: Int) {
    let order = TensorTable.RowOrder.interleavedPairs(headSize: headSize)
    let stored = (0..<3 * headSize).map { order.storedRow($0) }
    #expect(stored.sorted() == Array(0..<3 * headSize))
    for (row, place) in stored.enumerated() { #expect(row / headSize == place / headSize) }
    for pair in 0..<headSize / 2 {
      #expect(stored[pair] == 2 * pair)
      #expect(stored[pair + headSize / 2] == 2 * pair + 1)
    }
    #expect((0..<10).map { TensorTable.RowOrder.asStored.storedRow($0) } == Array(0..<10))
  }

  @Test func everyRoleHasItsOwnNameInEveryForm() {
    var configuration = TinyModel().configuration
    configuration.layerBiases = LayerTensor.biases
    configuration.hasQueryKeyNorm = true
    let roles = configuration.tensorRoles
    #expect(roles.count == 3 + 2 * LayerTensor.allCases.count)
    #expect(Set(roles).count == roles.count)
    #expect(Set(roles.map(HuggingFaceDirectory.name)).count == roles.count)
    #expect(Set(roles.map(GGUFCheckpoint.name)).count == roles.count)
  }

  @Test func shapesFollowTheConfiguration() {
    let configuration = DecoderConfiguration(
      family: "qwen3", hiddenSize: 10, layerCount: 1, headCount: 6, keyValueHeadCount: 2, headSize: 4,
      feedForwardSize: 7, vocabularyCount: 11, contextLength: 5)
    let expected: [(LayerTensor, [Int])] = [
      (.attentionNorm, [10]), (.query, [24, 10]), (.key, [8, 10]), (.value, [8, 10]), (.output, [10, 24]),
      (.queryBias, [24]), (.keyBias, [8]), (.valueBias, [8]), (.outputBias, [10]), (.queryNorm, [4]),
      (.keyNorm, [4]), (.feedForwardNorm, [10]), (.gate, [7, 10]), (.up, [7, 10]), (.down, [10, 7]),
      (.gateBias, [7]), (.upBias, [7]), (.downBias, [10]),
    ]
    #expect(expected.map(\.0) == LayerTensor.allCases)
    for (tensor, shape) in expected { #expect(configuration.shape(of: .layer(0, tensor)) == shape) }
    #expect(configuration.shape(of: .embedding) == [11, 10])
    #expect(configuration.shape(of: .head) == [11, 10])
    #expect(configuration.shape(of: .finalNorm) == [10])
  }

  @Test func tiedModelHasNoHeadRole() {
    var configuration = TinyModel().configuration
    #expect(configuration.tensorRoles.contains(.head))
    configuration.isHeadTied = true
    #expect(!configuration.tensorRoles.contains(.head))
  }

  @Test func productsOfShapesNeverOverflowSilently() {
    #expect(Int.product([]) == 1)
    #expect(Int.product([3, 4]) == 12)
    #expect(Int.product([1 << 62, 2]) == nil)
    #expect(Int.product([1 << 62, 2, 0]) == 0)
    #expect(Int.product([0, 1 << 62, 2]) == 0)
    #expect(Int.max.multipliedClamping(by: 2) == .max)
  }

  @Test func limitsKeepTheLargestModelCountable() {
    let largest = DecoderConfiguration(
      family: "llama", hiddenSize: ConfigurationLimits.hiddenSize.upperBound,
      layerCount: ConfigurationLimits.layerCount.upperBound, headCount: 65_536, keyValueHeadCount: 65_536,
      headSize: 64, feedForwardSize: ConfigurationLimits.feedForwardSize.upperBound,
      vocabularyCount: ConfigurationLimits.vocabularyCount.upperBound,
      contextLength: ConfigurationLimits.contextLength.upperBound)
    var total = 0
    for tensor in LayerTensor.allCases {
      let count = Int.product(largest.shape(of: .layer(0, tensor)) + [largest.layerCount, 4])
      total += count ?? .max / 32
    }
    #expect(total < 1 << 60)
  }
}
