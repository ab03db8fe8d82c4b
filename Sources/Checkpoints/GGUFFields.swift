/// Reads a configuration from GGUF metadata.
struct GGUFFields {
  let metadata: GGUFMetadata
  let file: String
  /// The prefix of the architecture's keys.
  let architecture: String

  /// Architectures, and the keys that may stand under their prefix besides the common ones. Any other might change what
  /// is computed, so it is refused.
  private static let ownKeys: [String: Set<String>] = [
    "llama": rotatedKeys.union(expertKeys), "qwen2": rotatedKeys, "qwen3": rotatedKeys,
    "qwen3moe": rotatedKeys.union(expertKeys), "gpt2": absoluteKeys, "bert": absoluteKeys.union(["pooling_type"]),
  ]

  private static let commonKeys: Set<String> = [
    "vocab_size", "context_length", "embedding_length", "block_count", "feed_forward_length", "attention.head_count",
    "attention.head_count_kv", "attention.key_length", "attention.value_length", "attention.causal", "expert_count",
    "expert_used_count",
  ]
  private static let rotatedKeys: Set<String> = [
    "attention.layer_norm_rms_epsilon", "attention.sliding_window", "rope.dimension_count", "rope.freq_base",
    "rope.scaling.type", "tensor_data_layout",
  ]
  private static let absoluteKeys: Set<String> = ["attention.layer_norm_epsilon", "tensor_data_layout"]
  private static let expertKeys: Set<String> = [
    "expert_feed_forward_length", "expert_gating_func", "expert_weights_norm", "expert_weights_scale",
  ]

  init(metadata: GGUFMetadata, file: String) throws(CheckpointError) {
    let key = "general.architecture"
    guard let architecture = metadata[key]?.text else {
      throw CheckpointError(file: file, place: .field(key), reason: .missing)
    }
    guard let ownKeys = Self.ownKeys[architecture] else {
      throw CheckpointError(file: file, place: .field(key), reason: .unsupported("architecture \(architecture)"))
    }
    self.metadata = metadata
    self.file = file
    self.architecture = architecture
    let prefix = architecture + "."
    for entry in metadata.entries where entry.key.utf8.starts(with: prefix.utf8) {
      let name = String(entry.key.dropFirst(prefix.count))
      guard Self.commonKeys.contains(name) || ownKeys.contains(name) else {
        throw CheckpointError(file: file, place: .field(entry.key), reason: .unsupported("this field"))
      }
    }
    try requireWholeModel()
  }

  func failure(_ key: String, _ reason: CheckpointError.Reason) -> CheckpointError {
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

  func full(_ key: String) -> String { "\(architecture).\(key)" }

  func optionalSize(_ key: String, _ allowed: ClosedRange<Int>) throws(CheckpointError) -> Int? {
    guard let value = metadata[full(key)] else { return nil }
    guard let size = value.integer else { throw failure(full(key), .wrongKind(expected: "an integer")) }
    guard allowed.contains(size) else {
      throw failure(full(key), .outOfRange(value: "\(size)", allowed: "\(allowed)"))
    }
    return size
  }

  func size(_ key: String, _ allowed: ClosedRange<Int>) throws(CheckpointError) -> Int {
    guard let size = try optionalSize(key, allowed) else { throw failure(full(key), .missing) }
    return size
  }

  func optionalNumber(_ key: String) throws(CheckpointError) -> Float? {
    guard let value = metadata[full(key)] else { return nil }
    guard let number = value.float, number.isFinite else {
      throw failure(full(key), .wrongKind(expected: "a finite number"))
    }
    return number
  }

  func number(_ key: String) throws(CheckpointError) -> Float {
    guard let number = try optionalNumber(key) else { throw failure(full(key), .missing) }
    return number
  }

  func token(_ key: String) throws(CheckpointError) -> Int? {
    guard let value = metadata[key] else { return nil }
    guard let token = value.integer else { throw failure(key, .wrongKind(expected: "a token's number")) }
    return token
  }
}
