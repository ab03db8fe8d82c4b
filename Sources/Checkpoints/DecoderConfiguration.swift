/// The shape and constants of a dense decoder, the same whichever file form said them.
///
/// Decimals are rounded to binary32 once, so that `1e-05` in JSON, GGUF's stored binary32 and the
/// constant of llama2.c are the same value.
package struct DecoderConfiguration: Sendable, Equatable {
  /// `llama`, `mistral`, `qwen2` or `qwen3`; GGUF files of Mistral say `llama`.
  package var family: String
  package var hiddenSize: Int
  package var layerCount: Int
  package var headCount: Int
  /// Divides `headCount`.
  package var keyValueHeadCount: Int
  /// Even: rotary embedding turns pairs (i, i + headSize / 2).
  package var headSize: Int
  package var feedForwardSize: Int
  package var vocabularyCount: Int
  package var contextLength: Int
  package var normEpsilon: Float
  package var ropeTheta: Float
  package var ropeScaling: RopeScaling?
  /// Frequency divisors that the file holds as numbers (Llama 3.1 in GGUF), one per pair: angle i is
  /// position · theta^(−2i / headSize) / factor i. Never together with `ropeScaling`.
  package var ropeFrequencyFactors: [Float]?
  /// Tokens that attention sees, the newest included; `nil` for all.
  package var slidingWindow: Int?
  package var isHeadTied: Bool
  /// Weighted RMS norm of every query and key head before rotation.
  package var hasQueryKeyNorm: Bool
  /// The biases that every layer has, in the order of `LayerTensor.biases`.
  package var layerBiases: [LayerTensor]
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

/// How Llama 3.1 stretches rotary frequencies beyond the context it was first trained on.
/// - Source: transformers, `_compute_llama3_parameters`; field names there in brackets.
package struct RopeScaling: Sendable, Equatable {
  /// `factor`
  package var factor: Float
  /// `low_freq_factor`
  package var lowFrequencyFactor: Float
  /// `high_freq_factor`, greater than `lowFrequencyFactor`.
  package var highFrequencyFactor: Float
  /// `original_max_position_embeddings`
  package var originalContextLength: Int

  package init(factor: Float, lowFrequencyFactor: Float, highFrequencyFactor: Float, originalContextLength: Int) {
    self.factor = factor
    self.lowFrequencyFactor = lowFrequencyFactor
    self.highFrequencyFactor = highFrequencyFactor
    self.originalContextLength = originalContextLength
  }
}

/// What a configuration may claim; beyond these a file is damaged or hostile, and products of two
/// sizes stay far below 2⁶³.
package enum ConfigurationLimits {
  package static let hiddenSize = 1...262_144
  package static let layerCount = 1...1_024
  package static let headCount = 1...65_536
  package static let headSize = 2...65_536
  package static let feedForwardSize = 1...4_194_304
  package static let vocabularyCount = 1...4_194_304
  package static let contextLength = 1...1_048_576
}

extension DecoderConfiguration {
  /// Checks what single fields cannot: how they fit together.
  /// - Precondition: every size is within `ConfigurationLimits`.
  /// - Throws: `CheckpointError` naming the field.
  func requireConsistency(file: String) throws(CheckpointError) {
    func require(_ condition: Bool, _ field: String, _ value: String, _ allowed: String) throws(CheckpointError) {
      guard condition else {
        throw CheckpointError(
          file: file, place: .field(field), reason: .outOfRange(value: value, allowed: allowed))
      }
    }
    try require(
      headCount % keyValueHeadCount == 0, "number of key-value heads", "\(keyValueHeadCount)",
      "the divisors of the \(headCount) heads")
    try require(headSize % 2 == 0, "head size", "\(headSize)", "the even numbers")
    try require(
      headCount * headSize <= ConfigurationLimits.feedForwardSize.upperBound, "head size", "\(headSize)",
      "what \(headCount) heads allow")
    try require(normEpsilon > 0 && normEpsilon < 1, "norm epsilon", "\(normEpsilon)", "0 to 1")
    try require(ropeTheta >= 1 && ropeTheta.isFinite, "rope theta", "\(ropeTheta)", "1 and above")
    for token in [bosToken].compactMap({ $0 }) + eosTokens {
      try require(
        (0..<vocabularyCount).contains(token), "special token", "\(token)", "the vocabulary 0..<\(vocabularyCount)")
    }
    if let scaling = ropeScaling {
      try require(scaling.factor >= 1 && scaling.factor.isFinite, "factor", "\(scaling.factor)", "1 and above")
      try require(
        scaling.lowFrequencyFactor > 0 && scaling.highFrequencyFactor > scaling.lowFrequencyFactor
          && scaling.highFrequencyFactor.isFinite,
        "high_freq_factor", "\(scaling.highFrequencyFactor)", "what lies above low_freq_factor, above 0")
    }
    if let factors = ropeFrequencyFactors {
      try require(factors.allSatisfy { $0 > 0 && $0.isFinite }, "rope_freqs.weight", "a factor", "0 and above")
    }
  }
}
