extension GGUFFields {
  /// Experts in every layer: softmax over the chosen, as llama.cpp weighs them in these architectures.
  func experts(of configuration: TransformerConfiguration) throws(CheckpointError) -> ExpertsConfiguration? {
    let limits = 0...ConfigurationLimits.expertCount.upperBound
    guard let count = try optionalSize("expert_count", limits), count > 0 else {
      guard architecture != "qwen3moe" else { throw failure(full("expert_count"), .missing) }
      if let used = try optionalSize("expert_used_count", limits), used > 0 {
        throw failure(full("expert_used_count"), .contradiction("experts are used, but there are none"))
      }
      return nil
    }
    guard architecture == "llama" || architecture == "qwen3moe" else {
      throw failure(full("expert_count"), .unsupported("a mixture of experts"))
    }
    try requirePlainWeights()
    let size = try optionalSize("expert_feed_forward_length", ConfigurationLimits.feedForwardSize)
    return ExpertsConfiguration(
      count: count, chosenCount: try self.size("expert_used_count", ConfigurationLimits.expertCount),
      size: size ?? configuration.feedForwardSize, weighting: try weighting())
  }

  /// Softmax, and no further factor.
  private func requirePlainWeights() throws(CheckpointError) {
    if let value = metadata[full("expert_gating_func")], value.integer != 1 {
      throw failure(full("expert_gating_func"), .unsupported("a router without softmax"))
    }
    if let value = metadata[full("expert_weights_scale")], value.float != 1 {
      throw failure(full("expert_weights_scale"), .unsupported("a factor on the weights of experts"))
    }
  }

  private func weighting() throws(CheckpointError) -> ExpertsConfiguration.Weighting {
    guard let value = metadata[full("expert_weights_norm")] else { return .softmaxOfChosen }
    guard let isNormalized = value.bool else {
      throw failure(full("expert_weights_norm"), .wrongKind(expected: "true or false"))
    }
    return isNormalized ? .softmaxOfChosen : .softmaxOfAll
  }
}

extension GGUFFields {
  /// How an encoder's positions become one vector; the mean where nothing is said.
  func pooling() throws(CheckpointError) -> TransformerConfiguration.Pooling {
    guard let value = metadata[full("pooling_type")] else { return .mean }
    switch value.integer {
    case 1: return .mean
    case 2: return .first
    default: throw failure(full("pooling_type"), .unsupported("pooling of this kind"))
    }
  }

  /// Rows of the matrix of token types.
  func tokenTypeCount(_ tensors: NamedTensors) throws(CheckpointError) -> Int {
    let name = "token_types.weight"
    guard let shape = tensors[name]?.tensor.shape else {
      throw CheckpointError(file: file, place: .tensor(name), reason: .missing)
    }
    guard shape.count == 2, ConfigurationLimits.tokenTypeCount.contains(shape[0]) else {
      throw CheckpointError(
        file: file, place: .tensor(name),
        reason: .outOfRange(value: "\(shape)", allowed: "\(ConfigurationLimits.tokenTypeCount) rows"))
    }
    return shape[0]
  }
}
