/// Reads a decoder's configuration from GGUF metadata.
struct GGUFFields {
  let metadata: GGUFMetadata
  let file: String
  /// `llama`, `qwen2` or `qwen3`: the prefix of the architecture's keys.
  let architecture: String

  /// Keys that may stand under the architecture's prefix. Any other might change what is computed, so it is refused.
  private static let knownKeys: Set<String> = [
    "vocab_size", "context_length", "embedding_length", "block_count", "feed_forward_length",
    "attention.head_count", "attention.head_count_kv", "attention.layer_norm_rms_epsilon", "attention.key_length",
    "attention.value_length", "attention.sliding_window", "attention.causal", "rope.dimension_count",
    "rope.freq_base", "rope.scaling.type", "expert_count", "expert_used_count", "tensor_data_layout",
  ]

  init(metadata: GGUFMetadata, file: String) throws(CheckpointError) {
    let key = "general.architecture"
    guard let architecture = metadata[key]?.text else {
      throw CheckpointError(file: file, place: .field(key), reason: .missing)
    }
    guard ["llama", "qwen2", "qwen3"].contains(architecture) else {
      throw CheckpointError(file: file, place: .field(key), reason: .unsupported("architecture \(architecture)"))
    }
    self.metadata = metadata
    self.file = file
    self.architecture = architecture
    let prefix = architecture + "."
    for entry in metadata.entries where entry.key.utf8.starts(with: prefix.utf8) {
      guard Self.knownKeys.contains(String(entry.key.dropFirst(prefix.count))) else {
        throw CheckpointError(file: file, place: .field(entry.key), reason: .unsupported("this field"))
      }
    }
    try requireWholeModel()
  }

  func configuration(tensors: NamedTensors) throws(CheckpointError) -> DecoderConfiguration {
    try requirePlainArchitecture()
    let hiddenSize = try size("embedding_length", ConfigurationLimits.hiddenSize)
    let headCount = try size("attention.head_count", ConfigurationLimits.headCount)
    let headSize = try headSize(hiddenSize: hiddenSize, headCount: headCount)
    var configuration = DecoderConfiguration(
      family: architecture, hiddenSize: hiddenSize,
      layerCount: try size("block_count", ConfigurationLimits.layerCount),
      headCount: headCount,
      keyValueHeadCount: try optionalSize("attention.head_count_kv", ConfigurationLimits.headCount) ?? headCount,
      headSize: headSize,
      feedForwardSize: try size("feed_forward_length", ConfigurationLimits.feedForwardSize),
      vocabularyCount: try vocabularyCount(tensors),
      contextLength: try size("context_length", ConfigurationLimits.contextLength))
    configuration.normEpsilon = try number("attention.layer_norm_rms_epsilon")
    configuration.ropeTheta = try optionalNumber("rope.freq_base") ?? 10_000
    configuration.slidingWindow = try slidingWindow()
    configuration.bosToken = try token("tokenizer.ggml.bos_token_id")
    for key in ["tokenizer.ggml.eos_token_id", "tokenizer.ggml.eot_token_id"] {
      guard let token = try token(key), !configuration.eosTokens.contains(token) else { continue }
      configuration.eosTokens.append(token)
    }
    configuration.isHeadTied = try tensors.isHeadTied(
      embedding: GGUFCheckpoint.name(.embedding), head: GGUFCheckpoint.name(.head), isDeclared: nil)
    configuration.hasQueryKeyNorm = architecture == "qwen3"
    configuration.layerBiases = biases(tensors)
    configuration.ropeFrequencyFactors = try frequencyFactors(tensors, headSize: headSize)
    try configuration.requireConsistency(file: file)
    return configuration
  }

  private func failure(_ key: String, _ reason: CheckpointError.Reason) -> CheckpointError {
    CheckpointError(file: file, place: .field(key), reason: reason)
  }
}

extension GGUFFields {
  /// Refuses adapters, projectors and files that hold one part of a model.
  private func requireWholeModel() throws(CheckpointError) {
    if let type = metadata["general.type"], type.text != "model" {
      throw failure("general.type", .unsupported("anything but a whole model"))
    }
    if let parts = metadata["split.count"], parts.integer != 1, parts.integer != 0 {
      throw failure("split.count", .unsupported("a model split into several files (merge them first)"))
    }
  }

  /// Refuses the fields that change the computation in ways the configuration cannot say.
  private func requirePlainArchitecture() throws(CheckpointError) {
    for key in ["expert_count", "expert_used_count"] {
      if let value = metadata[full(key)], value.integer != 0 {
        throw failure(full(key), .unsupported("a mixture of experts"))
      }
    }
    if let value = metadata[full("attention.causal")], value.bool != true {
      throw failure(full("attention.causal"), .unsupported("attention that is not causal"))
    }
    if let value = metadata[full("rope.scaling.type")], value.text != "none" {
      throw failure(full("rope.scaling.type"), .unsupported("scaling \(value.text ?? "of an unknown kind")"))
    }
    if let value = metadata[full("tensor_data_layout")], value.text != "Meta AI original pth" {
      throw failure(full("tensor_data_layout"), .unsupported("layout \(value.text ?? "of an unknown kind")"))
    }
  }

  private func full(_ key: String) -> String { "\(architecture).\(key)" }

  private func optionalSize(_ key: String, _ allowed: ClosedRange<Int>) throws(CheckpointError) -> Int? {
    guard let value = metadata[full(key)] else { return nil }
    guard let size = value.integer else { throw failure(full(key), .wrongKind(expected: "an integer")) }
    guard allowed.contains(size) else {
      throw failure(full(key), .outOfRange(value: "\(size)", allowed: "\(allowed)"))
    }
    return size
  }

  private func size(_ key: String, _ allowed: ClosedRange<Int>) throws(CheckpointError) -> Int {
    guard let size = try optionalSize(key, allowed) else { throw failure(full(key), .missing) }
    return size
  }

  private func optionalNumber(_ key: String) throws(CheckpointError) -> Float? {
    guard let value = metadata[full(key)] else { return nil }
    guard let number = value.float, number.isFinite else {
      throw failure(full(key), .wrongKind(expected: "a finite number"))
    }
    return number
  }

  private func number(_ key: String) throws(CheckpointError) -> Float {
    guard let number = try optionalNumber(key) else { throw failure(full(key), .missing) }
    return number
  }

  private func token(_ key: String) throws(CheckpointError) -> Int? {
    guard let value = metadata[key] else { return nil }
    guard let token = value.integer else { throw failure(key, .wrongKind(expected: "a token's number")) }
    return token
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
    let name = GGUFCheckpoint.name(.embedding)
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
        || tensors[GGUFCheckpoint.name(.layer(0, bias))] != nil
    }
  }

  private func frequencyFactors(_ tensors: NamedTensors, headSize: Int) throws(CheckpointError) -> [Float]? {
    guard let entry = tensors[GGUFCheckpoint.frequencyFactors] else { return nil }
    guard entry.tensor.shape == [headSize / 2] else {
      throw CheckpointError(
        file: file, place: .tensor(entry.tensor.name),
        reason: .shape(expected: [headSize / 2], actual: entry.tensor.shape))
    }
    return try entry.tensor.elements(0..<headSize / 2, of: entry.file)
  }
}
