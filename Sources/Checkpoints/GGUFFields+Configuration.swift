extension GGUFFields {
  /// What the metadata says, with what only the tensors show: biases, a tied head, frequency factors.
  func configuration(tensors: NamedTensors) throws(CheckpointError) -> TransformerConfiguration {
    try requirePlainArchitecture()
    let hiddenSize = try size("embedding_length", ConfigurationLimits.hiddenSize)
    let headCount = try size("attention.head_count", ConfigurationLimits.headCount)
    let headSize = try headSize(hiddenSize: hiddenSize, headCount: headCount)
    let isAbsolute = architecture == "gpt2" || architecture == "bert"
    var configuration = TransformerConfiguration(
      family: architecture == "qwen3moe" ? "qwen3_moe" : architecture, hiddenSize: hiddenSize,
      layerCount: try size("block_count", ConfigurationLimits.layerCount),
      headCount: headCount,
      keyValueHeadCount: try optionalSize("attention.head_count_kv", ConfigurationLimits.headCount) ?? headCount,
      headSize: headSize,
      feedForwardSize: try size("feed_forward_length", ConfigurationLimits.feedForwardSize),
      vocabularyCount: try vocabularyCount(tensors),
      contextLength: try size("context_length", ConfigurationLimits.contextLength),
      normEpsilon: try number(isAbsolute ? "attention.layer_norm_epsilon" : "attention.layer_norm_rms_epsilon"))
    if isAbsolute {
      configuration.activation = .gelu
      configuration.becomeAbsolute()
    } else {
      try addRotation(to: &configuration, tensors: tensors)
    }
    if architecture == "bert" {
      configuration.becomeEncoder(try pooling(), tokenTypeCount: try tokenTypeCount(tensors))
    } else {
      try addTokens(to: &configuration, tensors: tensors)
    }
    configuration.experts = try experts(of: configuration)
    try configuration.requireConsistency(file: file)
    return configuration
  }

  private func addRotation(
    to configuration: inout TransformerConfiguration, tensors: NamedTensors
  ) throws(CheckpointError) {
    configuration.ropeTheta = try optionalNumber("rope.freq_base") ?? 10_000
    configuration.slidingWindow = try slidingWindow()
    configuration.hasQueryKeyNorm = architecture == "qwen3" || architecture == "qwen3moe"
    configuration.layerBiases = biases(tensors)
    configuration.ropeFrequencyFactors = try frequencyFactors(tensors, headSize: configuration.headSize)
  }

  /// A decoder's head and special tokens.
  private func addTokens(
    to configuration: inout TransformerConfiguration, tensors: NamedTensors
  ) throws(CheckpointError) {
    configuration.bosToken = try token("tokenizer.ggml.bos_token_id")
    for key in ["tokenizer.ggml.eos_token_id", "tokenizer.ggml.eot_token_id"] {
      guard let token = try token(key), !configuration.eosTokens.contains(token) else { continue }
      configuration.eosTokens.append(token)
    }
    configuration.isHeadTied = try tensors.isHeadTied(
      embedding: GGUFNames.embedding, head: GGUFNames.head, isDeclared: nil)
  }

  /// Refuses the fields that change the computation in ways the configuration cannot say.
  private func requirePlainArchitecture() throws(CheckpointError) {
    let isCausal = architecture != "bert"
    if let value = metadata[full("attention.causal")], value.bool != isCausal {
      throw failure(full("attention.causal"), .unsupported("attention that is \(isCausal ? "not " : "")causal"))
    }
    if let value = metadata[full("rope.scaling.type")], value.text != "none" {
      throw failure(full("rope.scaling.type"), .unsupported("scaling \(value.text ?? "of an unknown kind")"))
    }
    if let value = metadata[full("tensor_data_layout")], value.text != "Meta AI original pth" {
      throw failure(full("tensor_data_layout"), .unsupported("layout \(value.text ?? "of an unknown kind")"))
    }
  }

  private func headSize(hiddenSize: Int, headCount: Int) throws(CheckpointError) -> Int {
    let stated = try optionalSize("attention.key_length", ConfigurationLimits.headSize)
    let headSize = stated ?? hiddenSize / headCount
    guard ConfigurationLimits.headSize.contains(headSize), stated != nil || hiddenSize % headCount == 0 else {
      throw failure(
        full("attention.head_count"),
        .outOfRange(value: "\(headCount)", allowed: "the divisors of embedding_length \(hiddenSize)"))
    }
    for key in ["attention.value_length", "rope.dimension_count"] {
      guard let other = try optionalSize(key, ConfigurationLimits.headSize) else { continue }
      guard other == headSize else {
        throw failure(full(key), .unsupported("\(other) where a head has \(headSize) numbers"))
      }
    }
    return headSize
  }

  private func vocabularyCount(_ tensors: NamedTensors) throws(CheckpointError) -> Int {
    if let count = try optionalSize("vocab_size", ConfigurationLimits.vocabularyCount) { return count }
    let name = GGUFNames.embedding
    guard let rows = tensors[name]?.tensor.shape.first else {
      throw CheckpointError(file: file, place: .tensor(name), reason: .missing)
    }
    guard ConfigurationLimits.vocabularyCount.contains(rows) else {
      throw CheckpointError(
        file: file, place: .tensor(name),
        reason: .outOfRange(value: "\(rows) rows", allowed: "\(ConfigurationLimits.vocabularyCount)"))
    }
    return rows
  }

  /// Zero stands for no window.
  private func slidingWindow() throws(CheckpointError) -> Int? {
    let window = try optionalSize("attention.sliding_window", 0...ConfigurationLimits.contextLength.upperBound)
    return window == 0 ? nil : window
  }

  /// Qwen2 always has three; the others have those that their first layer holds.
  private func biases(_ tensors: NamedTensors) -> [LayerTensor] {
    LayerTensor.biases.filter { bias in
      architecture == "qwen2" && [.queryBias, .keyBias, .valueBias].contains(bias)
        || tensors[GGUFNames.bias(bias, layer: 0)] != nil
    }
  }

  private func frequencyFactors(_ tensors: NamedTensors, headSize: Int) throws(CheckpointError) -> [Float]? {
    guard let entry = tensors[GGUFNames.frequencyFactors] else { return nil }
    guard entry.tensor.shape == [headSize / 2] else {
      throw CheckpointError(
        file: file, place: .tensor(entry.tensor.name),
        reason: .shape(expected: [headSize / 2], actual: entry.tensor.shape))
    }
    return try entry.tensor.elements(0..<headSize / 2, of: entry.file)
  }
}
