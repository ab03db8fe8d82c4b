extension HuggingFaceConfiguration {
  func gpt2Configuration() throws(CheckpointError) -> TransformerConfiguration {
    for (name, value) in [("scale_attn_weights", true), ("scale_attn_by_inverse_layer_idx", false)] {
      guard try fields.bool(name, default: value) == value else {
        throw fields.failure(name, .unsupported("another scale of attention"))
      }
    }
    let hiddenSize = try fields.integer("n_embd", ConfigurationLimits.hiddenSize)
    let headCount = try fields.integer("n_head", ConfigurationLimits.headCount)
    let innerSize = try fields.optionalInteger("n_inner", ConfigurationLimits.feedForwardSize)
    var configuration = TransformerConfiguration(
      family: family.rawValue, hiddenSize: hiddenSize,
      layerCount: try fields.integer("n_layer", ConfigurationLimits.layerCount), headCount: headCount,
      keyValueHeadCount: headCount,
      headSize: try sharedHeadSize(hiddenSize: hiddenSize, headCount: headCount, field: "n_head"),
      feedForwardSize: innerSize ?? 4 * hiddenSize,
      vocabularyCount: try fields.integer("vocab_size", ConfigurationLimits.vocabularyCount),
      contextLength: try fields.integer("n_positions", ConfigurationLimits.contextLength),
      normEpsilon: try fields.optionalNumber("layer_norm_epsilon") ?? 1e-5,
      isHeadTied: try fields.bool("tie_word_embeddings", default: true))
    configuration.activation = try activation(
      "activation_function", default: "gelu_new",
      allowed: ["gelu_new": .gelu, "gelu_pytorch_tanh": .gelu, "gelu": .gelu, "relu": .relu])
    configuration.becomeAbsolute()
    return configuration
  }

  /// - Parameter pooling: of the files beside `config.json`.
  func bertConfiguration(
    _ pooling: TransformerConfiguration.Pooling
  ) throws(CheckpointError) -> TransformerConfiguration {
    let kind = try fields.optionalText("position_embedding_type") ?? "absolute"
    guard kind == "absolute" else {
      throw fields.failure("position_embedding_type", .unsupported("position embedding \(kind)"))
    }
    let hiddenSize = try fields.integer("hidden_size", ConfigurationLimits.hiddenSize)
    let headCount = try fields.integer("num_attention_heads", ConfigurationLimits.headCount)
    var configuration = TransformerConfiguration(
      family: family.rawValue, hiddenSize: hiddenSize,
      layerCount: try fields.integer("num_hidden_layers", ConfigurationLimits.layerCount), headCount: headCount,
      keyValueHeadCount: headCount,
      headSize: try sharedHeadSize(hiddenSize: hiddenSize, headCount: headCount, field: "num_attention_heads"),
      feedForwardSize: try fields.integer("intermediate_size", ConfigurationLimits.feedForwardSize),
      vocabularyCount: try fields.integer("vocab_size", ConfigurationLimits.vocabularyCount),
      contextLength: try fields.integer("max_position_embeddings", ConfigurationLimits.contextLength),
      normEpsilon: try fields.optionalNumber("layer_norm_eps") ?? 1e-12)
    configuration.activation = try activation(
      "hidden_act", default: "gelu",
      allowed: ["gelu": .gelu, "gelu_new": .gelu, "gelu_pytorch_tanh": .gelu, "relu": .relu])
    configuration.becomeAbsolute()
    configuration.becomeEncoder(
      pooling, tokenTypeCount: try fields.optionalInteger("type_vocab_size", ConfigurationLimits.tokenTypeCount) ?? 2)
    return configuration
  }
}

extension TransformerConfiguration {
  /// What GPT-2 and BERT have in common: LayerNorm, learned positions instead of rotation, a plain network, all biases.
  mutating func becomeAbsolute() {
    normKind = .layer
    isGated = false
    hasPositions = true
    unrotatedLayers = Array(0..<layerCount)
    layerBiases = [.queryBias, .keyBias, .valueBias, .outputBias, .upBias, .downBias]
  }

  /// BERT's differences to GPT-2.
  mutating func becomeEncoder(_ pooling: Pooling, tokenTypeCount: Int) {
    self.pooling = pooling
    self.tokenTypeCount = tokenTypeCount
    isNormAfter = true
    hasEmbeddingNorm = true
  }
}
