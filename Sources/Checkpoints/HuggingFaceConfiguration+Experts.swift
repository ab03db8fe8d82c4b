import StrictJSON

extension HuggingFaceConfiguration {
  /// Mixtral: experts in every layer, softmax over the chosen.
  func mixtralExperts() throws(CheckpointError) -> ExpertsConfiguration {
    ExpertsConfiguration(
      count: try fields.integer("num_local_experts", ConfigurationLimits.expertCount),
      chosenCount: try fields.integer("num_experts_per_tok", ConfigurationLimits.expertCount),
      size: try fields.integer("intermediate_size", ConfigurationLimits.feedForwardSize),
      weighting: .softmaxOfChosen)
  }

  /// Qwen3 MoE: experts in every `decoder_sparse_step`th layer that `mlp_only_layers` does not name.
  func qwenExperts(layerCount: Int) throws(CheckpointError) -> ExpertsConfiguration {
    let step = try fields.optionalInteger("decoder_sparse_step", ConfigurationLimits.layerCount) ?? 1
    let excepted = Set(try fields.integers("mlp_only_layers") ?? [])
    let isNormalized = try fields.bool("norm_topk_prob", default: false)
    return ExpertsConfiguration(
      count: try qwenExpertCount(),
      chosenCount: try fields.integer("num_experts_per_tok", ConfigurationLimits.expertCount),
      size: try fields.integer("moe_intermediate_size", ConfigurationLimits.feedForwardSize),
      weighting: isNormalized ? .softmaxOfChosen : .softmaxOfAll,
      denseLayers: (0..<layerCount).filter { excepted.contains($0) || ($0 + 1) % step != 0 })
  }

  /// Newer files have Mixtral's name for it.
  private func qwenExpertCount() throws(CheckpointError) -> Int {
    let count = try fields.optionalInteger("num_local_experts", ConfigurationLimits.expertCount)
    guard let count else { return try fields.integer("num_experts", ConfigurationLimits.expertCount) }
    guard try fields.optionalInteger("num_experts", ConfigurationLimits.expertCount) ?? count == count else {
      throw fields.failure("num_experts", .contradiction("differs from num_local_experts"))
    }
    return count
  }
}

extension HuggingFaceConfiguration {
  /// Llama 4's text layers: experts weighed by a sigmoid before they work, a shared expert, and layers without rotary
  /// embedding that see everything among layers that see a chunk.
  func addLlama4(to configuration: inout TransformerConfiguration) throws(CheckpointError) {
    let layers = 0..<configuration.layerCount
    configuration.experts = try llama4Experts(layers)
    configuration.feedForwardSize = try fields.integer("intermediate_size_mlp", ConfigurationLimits.feedForwardSize)
    configuration.unrotatedLayers = try unrotatedLayers(layers)
    configuration.attentionChunk = try attentionChunk()
    configuration.hasWeightlessQueryKeyNorm = try fields.bool("use_qk_norm", default: true)
    if try isTemperatureTuned() {
      configuration.temperature = TemperatureTuning(
        scale: try fields.optionalNumber("attn_scale") ?? 0.1,
        step: try fields.optionalInteger("floor_scale", ConfigurationLimits.contextLength) ?? 8_192)
    }
    try requireLayerTypes(configuration)
  }

  private func llama4Experts(_ layers: Range<Int>) throws(CheckpointError) -> ExpertsConfiguration? {
    let size = try fields.integer("intermediate_size", ConfigurationLimits.feedForwardSize)
    let step = try fields.optionalInteger("interleave_moe_layer_step", ConfigurationLimits.layerCount) ?? 1
    let mixed = Set(try fields.integers("moe_layers") ?? layers.filter { ($0 + 1) % step == 0 })
    guard mixed.allSatisfy(layers.contains) else {
      throw fields.failure("moe_layers", .outOfRange(value: "a layer", allowed: "the layers \(layers)"))
    }
    guard !mixed.isEmpty else { return nil }
    return ExpertsConfiguration(
      count: try fields.integer("num_local_experts", ConfigurationLimits.expertCount),
      chosenCount: try fields.integer("num_experts_per_tok", ConfigurationLimits.expertCount), size: size,
      weighting: .sigmoid, weighsInput: true, sharedSize: size, denseLayers: layers.filter { !mixed.contains($0) })
  }

  /// `no_rope_layers` holds 1 for a layer that rotates; an empty list counts as absent.
  private func unrotatedLayers(_ layers: Range<Int>) throws(CheckpointError) -> [Int] {
    let name = "no_rope_layers"
    guard let flags = try fields.integers(name), !flags.isEmpty else {
      let interval = try fields.optionalInteger("no_rope_layer_interval", ConfigurationLimits.layerCount) ?? 4
      return layers.filter { ($0 + 1) % interval == 0 }
    }
    guard flags.count == layers.count, flags.allSatisfy({ $0 == 0 || $0 == 1 }) else {
      throw fields.failure(name, .wrongKind(expected: "0 or 1 for each of \(layers.count) layers"))
    }
    return layers.filter { flags[$0] == 0 }
  }

  private func attentionChunk() throws(CheckpointError) -> Int {
    let name = "attention_chunk_size"
    if let size = try fields.optionalInteger(name, ConfigurationLimits.contextLength) { return size }
    guard fields.object[name] == nil else { throw fields.failure(name, .missing) }
    return 8_192
  }

  /// A truth value, or, in older files, an integer.
  private func isTemperatureTuned() throws(CheckpointError) -> Bool {
    let name = "attn_temperature_tuning"
    if let integer = fields[name]?.integer { return integer != 0 }
    return try fields.bool(name, default: true)
  }

  /// Layers that rotate see chunks, the others everything.
  private func requireLayerTypes(_ configuration: TransformerConfiguration) throws(CheckpointError) {
    guard let kinds = fields["layer_types"] else { return }
    let expected = (0..<configuration.layerCount).map { layer -> JSON in
      configuration.isRotated(layer) ? "chunked_attention" : "full_attention"
    }
    guard kinds.array == expected else {
      throw fields.failure("layer_types", .unsupported("another attention than no_rope_layers asks for"))
    }
  }
}
