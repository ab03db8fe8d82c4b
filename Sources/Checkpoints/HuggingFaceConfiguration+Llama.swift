import StrictJSON

extension HuggingFaceConfiguration {
  /// Llama and the decoders after its pattern.
  func llamaConfiguration() throws(CheckpointError) -> TransformerConfiguration {
    if try fields.bool("use_mrope", default: false) {
      throw fields.failure("use_mrope", .unsupported("rotary embedding in several dimensions"))
    }
    let hiddenSize = try fields.integer("hidden_size", ConfigurationLimits.hiddenSize)
    let headCount = try fields.integer("num_attention_heads", ConfigurationLimits.headCount)
    let rope = try HuggingFaceRope(fields, defaultTheta: defaultTheta)
    let layerCount = try fields.integer("num_hidden_layers", ConfigurationLimits.layerCount)
    var configuration = TransformerConfiguration(
      family: family.rawValue, hiddenSize: hiddenSize, layerCount: layerCount, headCount: headCount,
      keyValueHeadCount: try keyValueHeadCount(headCount: headCount),
      headSize: try headSize(hiddenSize: hiddenSize, headCount: headCount),
      feedForwardSize: try fields.integer("intermediate_size", ConfigurationLimits.feedForwardSize),
      vocabularyCount: try fields.integer("vocab_size", ConfigurationLimits.vocabularyCount),
      contextLength: try contextLength(),
      normEpsilon: try fields.number("rms_norm_eps"), ropeTheta: rope.theta, ropeScaling: rope.scaling,
      slidingWindow: try slidingWindow(layerCount: layerCount),
      isHeadTied: try fields.bool("tie_word_embeddings", default: false),
      hasQueryKeyNorm: family == .qwen3 || family == .qwen3MoE, layerBiases: try biases())
    configuration.activation = try activation("hidden_act", default: "silu", allowed: ["silu": .silu])
    switch family {
    case .mixtral: configuration.experts = try mixtralExperts()
    case .qwen3MoE: configuration.experts = try qwenExperts(layerCount: layerCount)
    case .llama4: try addLlama4(to: &configuration)
    default: break
    }
    return configuration
  }

  private var defaultTheta: Float {
    switch family {
    case .mixtral: 1_000_000
    case .llama4: 500_000
    default: 10_000
    }
  }

  /// Llama 4 claims more positions than a program may have, and gets as many as it may.
  private func contextLength() throws(CheckpointError) -> Int {
    let limits = ConfigurationLimits.contextLength
    guard family == .llama4 else { return try fields.integer("max_position_embeddings", limits) }
    return min(try fields.integer("max_position_embeddings", 1...1 << 40), limits.upperBound)
  }

  /// Llama's default is the number of heads; the other families' defaults fit one model each, so they must say.
  private func keyValueHeadCount(headCount: Int) throws(CheckpointError) -> Int {
    let name = "num_key_value_heads"
    if let count = try fields.optionalInteger(name, ConfigurationLimits.headCount) { return count }
    guard family == .llama else { throw fields.failure(name, .missing) }
    return headCount
  }

  private func headSize(hiddenSize: Int, headCount: Int) throws(CheckpointError) -> Int {
    if let size = try fields.optionalInteger("head_dim", ConfigurationLimits.headSize) { return size }
    guard family != .qwen3, family != .llama4 else { throw fields.failure("head_dim", .missing) }
    return try sharedHeadSize(hiddenSize: hiddenSize, headCount: headCount, field: "num_attention_heads")
  }

  private func biases() throws(CheckpointError) -> [LayerTensor] {
    let hasAttentionBias = try fields.bool("attention_bias", default: false)
    let hasFeedForwardBias = try fields.bool("mlp_bias", default: false)
    let attention: [LayerTensor] =
      switch family {
      case .llama, .qwen3, .qwen3MoE, .llama4:
        hasAttentionBias ? [.queryBias, .keyBias, .valueBias, .outputBias] : []
      case .qwen2: [.queryBias, .keyBias, .valueBias]
      default: []
      }
    guard !hasFeedForwardBias || family == .llama else {
      throw fields.failure("mlp_bias", .unsupported("this bias in \(family.rawValue)"))
    }
    guard !hasAttentionBias || (family != .mistral && family != .mixtral) else {
      throw fields.failure("attention_bias", .unsupported("this bias in \(family.rawValue)"))
    }
    return attention + (hasFeedForwardBias ? [.gateBias, .upBias, .downBias] : [])
  }

  /// One window for all layers, or none; models that mix both are refused.
  private func slidingWindow(layerCount: Int) throws(CheckpointError) -> Int? {
    let window = try fields.optionalInteger("sliding_window", ConfigurationLimits.contextLength)
    let isUsed: Bool
    switch family {
    case .mistral:
      guard fields.object["sliding_window"] != nil else { throw fields.failure("sliding_window", .missing) }
      isUsed = window != nil
    case .mixtral: isUsed = window != nil
    case .qwen2, .qwen3, .qwen3MoE: isUsed = try isWindowUsedByQwen(window, layerCount: layerCount)
    default: isUsed = false
    }
    if family != .llama4, let kinds = fields["layer_types"] {
      let expected: JSON = isUsed ? "sliding_attention" : "full_attention"
      guard let kinds = kinds.array, kinds.count == layerCount, kinds.allSatisfy({ $0 == expected }) else {
        throw fields.failure("layer_types", .unsupported("a mixture of kinds of attention"))
      }
    }
    return isUsed ? window : nil
  }

  /// Layers from `max_window_layers` on are windowed.
  private func isWindowUsedByQwen(_ window: Int?, layerCount: Int) throws(CheckpointError) -> Bool {
    guard try fields.bool("use_sliding_window", default: false), window != nil else { return false }
    guard family != .qwen3MoE else {
      throw fields.failure("use_sliding_window", .unsupported("a window in a mixture of experts"))
    }
    let first = try fields.integer("max_window_layers", 0...ConfigurationLimits.layerCount.upperBound)
    guard first == 0 || first >= layerCount else {
      throw fields.failure("max_window_layers", .unsupported("a window in some layers and none in others"))
    }
    return first == 0
  }
}
