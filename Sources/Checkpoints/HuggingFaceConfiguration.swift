import StrictJSON

/// Reads `config.json` as transformers does for its dense Llama-like decoders.
/// - Source: transformers, `configuration_llama.py`, `_mistral`, `_qwen2`, `_qwen3` (defaults included).
struct HuggingFaceConfiguration {
  /// The families that are understood, by their `model_type`.
  enum Family: String, CaseIterable {
    case llama, mistral, qwen2, qwen3

    /// The class that `architectures` names.
    var className: String {
      switch self {
      case .llama: "LlamaForCausalLM"
      case .mistral: "MistralForCausalLM"
      case .qwen2: "Qwen2ForCausalLM"
      case .qwen3: "Qwen3ForCausalLM"
      }
    }
  }

  let fields: ConfigurationFields
  let family: Family

  init(_ object: JSONObject, file: String) throws(CheckpointError) {
    fields = ConfigurationFields(file: file, object: object)
    guard let type = try fields.optionalText("model_type") else { throw fields.failure("model_type", .missing) }
    guard let family = Family(rawValue: type) else {
      throw fields.failure("model_type", .unsupported("architecture \(type)"))
    }
    self.family = family
    try requirePlainArchitecture()
  }

  /// What the file says; the head's tie is checked against the tensors later.
  /// - Parameter generation: `generation_config.json`, whose special tokens go before those of `config.json`.
  func configuration(generation: ConfigurationFields?) throws(CheckpointError) -> DecoderConfiguration {
    let hiddenSize = try fields.integer("hidden_size", ConfigurationLimits.hiddenSize)
    let headCount = try fields.integer("num_attention_heads", ConfigurationLimits.headCount)
    let rope = try HuggingFaceRope(fields)
    let layerCount = try fields.integer("num_hidden_layers", ConfigurationLimits.layerCount)
    let configuration = DecoderConfiguration(
      family: family.rawValue, hiddenSize: hiddenSize, layerCount: layerCount, headCount: headCount,
      keyValueHeadCount: try keyValueHeadCount(headCount: headCount),
      headSize: try headSize(hiddenSize: hiddenSize, headCount: headCount),
      feedForwardSize: try fields.integer("intermediate_size", ConfigurationLimits.feedForwardSize),
      vocabularyCount: try fields.integer("vocab_size", ConfigurationLimits.vocabularyCount),
      contextLength: try fields.integer("max_position_embeddings", ConfigurationLimits.contextLength),
      normEpsilon: try fields.number("rms_norm_eps"), ropeTheta: rope.theta, ropeScaling: rope.scaling,
      slidingWindow: try slidingWindow(layerCount: layerCount),
      isHeadTied: try fields.bool("tie_word_embeddings", default: false), hasQueryKeyNorm: family == .qwen3,
      layerBiases: try biases(),
      bosToken: try specialTokens("bos_token_id", generation).first,
      eosTokens: try specialTokens("eos_token_id", generation))
    try configuration.requireConsistency(file: fields.file)
    return configuration
  }
}

extension HuggingFaceConfiguration {
  private func specialTokens(
    _ name: String, _ generation: ConfigurationFields?
  ) throws(CheckpointError) -> [Int] {
    if let tokens = try generation?.integers(name) { return tokens }
    return try fields.integers(name) ?? []
  }

  private func requirePlainArchitecture() throws(CheckpointError) {
    let activation = try fields.optionalText("hidden_act") ?? "silu"
    guard activation == "silu" else { throw fields.failure("hidden_act", .unsupported("activation \(activation)")) }
    guard fields["quantization_config"] == nil else {
      throw fields.failure("quantization_config", .unsupported("a quantised checkpoint"))
    }
    if let names = fields["architectures"]?.array, !names.contains(.string(family.className)) {
      throw fields.failure("architectures", .unsupported("anything but \(family.className)"))
    }
    if try fields.bool("use_mrope", default: false) {
      throw fields.failure("use_mrope", .unsupported("rotary embedding in several dimensions"))
    }
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
    guard family != .qwen3 else { throw fields.failure("head_dim", .missing) }
    guard hiddenSize % headCount == 0, ConfigurationLimits.headSize.contains(hiddenSize / headCount) else {
      throw fields.failure(
        "num_attention_heads",
        .outOfRange(value: "\(headCount)", allowed: "the divisors of hidden_size \(hiddenSize)"))
    }
    return hiddenSize / headCount
  }

  private func biases() throws(CheckpointError) -> [LayerTensor] {
    let hasAttentionBias = try fields.bool("attention_bias", default: false)
    let hasFeedForwardBias = try fields.bool("mlp_bias", default: false)
    let attention: [LayerTensor] =
      switch family {
      case .llama, .qwen3: hasAttentionBias ? [.queryBias, .keyBias, .valueBias, .outputBias] : []
      case .qwen2: [.queryBias, .keyBias, .valueBias]
      case .mistral: []
      }
    guard !hasFeedForwardBias || family == .llama else {
      throw fields.failure("mlp_bias", .unsupported("this bias in \(family.rawValue)"))
    }
    guard !hasAttentionBias || family != .mistral else {
      throw fields.failure("attention_bias", .unsupported("this bias in mistral"))
    }
    return attention + (hasFeedForwardBias ? [.gateBias, .upBias, .downBias] : [])
  }

  /// One window for all layers, or none; models that mix both are refused.
  private func slidingWindow(layerCount: Int) throws(CheckpointError) -> Int? {
    let window = try fields.optionalInteger("sliding_window", ConfigurationLimits.contextLength)
    let isUsed: Bool
    switch family {
    case .llama: isUsed = false
    case .mistral:
      guard fields.object["sliding_window"] != nil else { throw fields.failure("sliding_window", .missing) }
      isUsed = window != nil
    case .qwen2, .qwen3: isUsed = try isWindowUsedByQwen(window, layerCount: layerCount)
    }
    if let kinds = fields["layer_types"] {
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
    let first = try fields.integer("max_window_layers", 0...ConfigurationLimits.layerCount.upperBound)
    guard first == 0 || first >= layerCount else {
      throw fields.failure("max_window_layers", .unsupported("a window in some layers and none in others"))
    }
    return first == 0
  }
}
