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

  /// Configurations that together have every role.
  private static let configurations: [(TransformerConfiguration, any TensorNaming)] = {
    var llama = TinyModel().configuration
    llama.layerBiases = LayerTensor.biases
    llama.hasQueryKeyNorm = true
    var mixed = TinyModel().configuration
    mixed.experts = ExpertsConfiguration(
      count: 3, chosenCount: 2, size: 4, weighting: .sigmoid, sharedSize: 4, denseLayers: [0])
    var bert = TinyModel().configuration
    bert.becomeAbsolute()
    var gpt2 = bert
    gpt2.family = "gpt2"
    bert.family = "bert"
    bert.becomeEncoder(.mean, tokenTypeCount: 2)
    return [
      (llama, LlamaNames(llama)), (llama, GGUFNames(llama)), (mixed, LlamaNames(mixed)), (bert, GGUFNames(bert)),
      (bert, BERTNames(bert, prefix: "bert.")), (gpt2, GGUFNames(gpt2)), (gpt2, GPT2Names(gpt2, prefix: "")),
    ]
  }()

  @Test func everyRoleHasAPlaceOfItsOwn() {
    for (configuration, names) in Self.configurations {
      let roles = configuration.tensorRoles
      #expect(Set(roles).count == roles.count)
      let places = roles.map { role -> String in
        let location = names.location(role)
        return "\(location.name) from \(location.start)"
      }
      #expect(Set(places).count == roles.count)
      #expect(roles.allSatisfy { !names.isHarmless(names.location($0).name) })
    }
  }

  @Test func rolesFollowTheFamily() {
    let counts = Self.configurations.map { $0.0.tensorRoles.count }
    // Llama: embedding, final norm, head, and 18 in each layer.
    #expect(counts[0] == 39)
    // A dense layer of 9, one of 7 with 3 · 3 + 3 matrices of experts.
    #expect(counts[2] == 3 + 9 + 7 + 12)
    // Embedding, positions, types, norm of two; 16 in each layer; neither final norm nor head.
    #expect(counts[3] == 5 + 32)
    // Embedding, positions, final norm of two, head; 16 in each layer.
    #expect(counts[5] == 5 + 32)
  }

  @Test func shapesFollowTheConfiguration() {
    var configuration = TransformerConfiguration(
      family: "qwen3", hiddenSize: 10, layerCount: 1, headCount: 6, keyValueHeadCount: 2, headSize: 4,
      feedForwardSize: 7, vocabularyCount: 11, contextLength: 5)
    configuration.experts = ExpertsConfiguration(
      count: 3, chosenCount: 1, size: 9, weighting: .softmaxOfAll, sharedSize: 8)
    configuration.tokenTypeCount = 2
    let expected: [(LayerTensor, [Int])] = [
      (.attentionNorm, [10]), (.attentionNormBias, [10]), (.query, [24, 10]), (.key, [8, 10]), (.value, [8, 10]),
      (.output, [10, 24]), (.queryBias, [24]), (.keyBias, [8]), (.valueBias, [8]), (.outputBias, [10]),
      (.queryNorm, [4]), (.keyNorm, [4]), (.feedForwardNorm, [10]), (.feedForwardNormBias, [10]), (.gate, [7, 10]),
      (.up, [7, 10]), (.down, [10, 7]), (.gateBias, [7]), (.upBias, [7]), (.downBias, [10]), (.router, [3, 10]),
    ]
    #expect(expected.map(\.0) == LayerTensor.allCases)
    for (tensor, shape) in expected { #expect(configuration.shape(of: .layer(0, tensor)) == shape) }
    let others: [(TensorRole, [Int])] = [
      (.embedding, [11, 10]), (.head, [11, 10]), (.finalNorm, [10]), (.finalNormBias, [10]), (.positions, [5, 10]),
      (.tokenTypes, [2, 10]), (.embeddingNorm, [10]), (.embeddingNormBias, [10]),
      (.expert(layer: 0, expert: 2, .gate), [9, 10]), (.expert(layer: 0, expert: 2, .down), [10, 9]),
      (.sharedExpert(layer: 0, .up), [8, 10]), (.sharedExpert(layer: 0, .down), [10, 8]),
    ]
    for (role, shape) in others { #expect(configuration.shape(of: role) == shape) }
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
    let largest = TransformerConfiguration(
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
