/// The shape and constants of a transformer, the same whichever file form said them.
///
/// Decimals are rounded to binary32 once, so that `1e-05` in JSON, GGUF's stored binary32 and the
/// constant of llama2.c are the same value.
package struct TransformerConfiguration: Sendable, Equatable {
  /// `llama`, `mistral`, `mixtral`, `qwen2`, `qwen3`, `qwen3_moe`, `llama4_text`, `gpt2` or `bert`; GGUF files of
  /// Mistral and Mixtral say `llama`.
  package var family: String
  package var hiddenSize: Int
  package var layerCount: Int
  package var headCount: Int
  /// Divides `headCount`.
  package var keyValueHeadCount: Int
  /// Even: rotary embedding turns pairs (i, i + headSize / 2).
  package var headSize: Int
  /// Of the layers that have one network instead of experts.
  package var feedForwardSize: Int
  package var vocabularyCount: Int
  package var contextLength: Int

  package var normKind = NormKind.rms
  /// Norms stand after the sum with the residual stream, not before the matrices.
  package var isNormAfter = false
  package var normEpsilon: Float
  package var activation = Activation.silu
  /// down(activation(gate) · up), or down(activation(up)).
  package var isGated = true
  /// Mixture of experts in the layers that are not among `experts.denseLayers`; `nil` for none.
  package var experts: ExpertsConfiguration?

  /// Learned positions: a matrix (context, hidden) is added to the embedding.
  package var hasPositions = false
  /// Rows of the matrix of token types, whose first row is added to every position; `nil` for none.
  package var tokenTypeCount: Int?
  /// A norm of embedding and positions together.
  package var hasEmbeddingNorm = false

  package var ropeTheta: Float
  package var ropeScaling: RopeScaling?
  /// Frequency divisors that the file holds as numbers (Llama 3.1 in GGUF), one per pair: angle i is
  /// position · theta^(−2i / headSize) / factor i. Never together with `ropeScaling`.
  package var ropeFrequencyFactors: [Float]?
  /// Layers without rotary embedding, ascending.
  package var unrotatedLayers: [Int] = []
  /// Tokens that attention sees, the newest included; `nil` for all.
  package var slidingWindow: Int?
  /// In layers with rotary embedding attention sees its own chunk of this many positions; `nil` for all.
  package var attentionChunk: Int?
  /// Queries of layers without rotary embedding grow with the position.
  package var temperature: TemperatureTuning?
  /// Weighted RMS norm of every query and key head before rotation.
  package var hasQueryKeyNorm: Bool
  /// RMS norm without weights of every query and key head, in layers with rotary embedding; it changes no angle, so
  /// that it may stand before rotation or after.
  package var hasWeightlessQueryKeyNorm = false
  /// The biases that every layer has, in the order of `LayerTensor.biases`.
  package var layerBiases: [LayerTensor]

  package var isHeadTied: Bool
  /// How an encoder's positions become one vector; `nil` for a decoder.
  package var pooling: Pooling?
  package var bosToken: Int?
  /// Tokens that end an answer, in the order of the file.
  package var eosTokens: [Int]

  package init(
    family: String, hiddenSize: Int, layerCount: Int, headCount: Int, keyValueHeadCount: Int, headSize: Int,
    feedForwardSize: Int, vocabularyCount: Int, contextLength: Int, normEpsilon: Float = 1e-5,
    ropeTheta: Float = 10_000, ropeScaling: RopeScaling? = nil, ropeFrequencyFactors: [Float]? = nil,
    slidingWindow: Int? = nil, isHeadTied: Bool = false, hasQueryKeyNorm: Bool = false,
    layerBiases: [LayerTensor] = [], bosToken: Int? = nil, eosTokens: [Int] = []
  ) {
    self.family = family
    self.hiddenSize = hiddenSize
    self.layerCount = layerCount
    self.headCount = headCount
    self.keyValueHeadCount = keyValueHeadCount
    self.headSize = headSize
    self.feedForwardSize = feedForwardSize
    self.vocabularyCount = vocabularyCount
    self.contextLength = contextLength
    self.normEpsilon = normEpsilon
    self.ropeTheta = ropeTheta
    self.ropeScaling = ropeScaling
    self.ropeFrequencyFactors = ropeFrequencyFactors
    self.slidingWindow = slidingWindow
    self.isHeadTied = isHeadTied
    self.hasQueryKeyNorm = hasQueryKeyNorm
    self.layerBiases = layerBiases
    self.bosToken = bosToken
    self.eosTokens = eosTokens
  }
}

extension TransformerConfiguration {
  package func isRotated(_ layer: Int) -> Bool { !unrotatedLayers.contains(layer) }

  /// The experts of a layer; `nil` where it has one network.
  package func experts(ofLayer layer: Int) -> ExpertsConfiguration? {
    experts.flatMap { $0.denseLayers.contains(layer) ? nil : $0 }
  }
}
