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
  package static let expertCount = 1...1_024
  package static let tokenTypeCount = 1...1_024
}

extension TransformerConfiguration {
  /// Checks what single fields cannot: how they fit together.
  /// - Precondition: every size is within `ConfigurationLimits`.
  /// - Throws: `CheckpointError` naming the field.
  func requireConsistency(file: String) throws(CheckpointError) {
    let check = ConsistencyCheck(file: file)
    try check.require(
      headCount % keyValueHeadCount == 0, "number of key-value heads", "\(keyValueHeadCount)",
      "the divisors of the \(headCount) heads")
    try check.require(headSize % 2 == 0, "head size", "\(headSize)", "the even numbers")
    try check.require(
      headCount * headSize <= ConfigurationLimits.feedForwardSize.upperBound, "head size", "\(headSize)",
      "what \(headCount) heads allow")
    try check.require(normEpsilon > 0 && normEpsilon < 1, "norm epsilon", "\(normEpsilon)", "0 to 1")
    try check.require(ropeTheta >= 1 && ropeTheta.isFinite, "rope theta", "\(ropeTheta)", "1 and above")
    for token in [bosToken].compactMap({ $0 }) + eosTokens {
      try check.require(
        (0..<vocabularyCount).contains(token), "special token", "\(token)", "the vocabulary 0..<\(vocabularyCount)")
    }
    if let ropeScaling { try check.require(ropeScaling) }
    if let factors = ropeFrequencyFactors {
      try check.require(factors.allSatisfy { $0 > 0 && $0.isFinite }, "rope_freqs.weight", "a factor", "0 and above")
    }
    if let experts {
      try check.require(
        (1...experts.count).contains(experts.chosenCount), "experts of a token", "\(experts.chosenCount)",
        "1 to \(experts.count)")
    }
    if let temperature {
      try check.require(
        temperature.scale >= 0 && temperature.scale.isFinite, "attn_scale", "\(temperature.scale)", "0 and above")
    }
  }
}

/// Names the field that contradicts the others.
private struct ConsistencyCheck {
  let file: String

  func require(_ condition: Bool, _ field: String, _ value: String, _ allowed: String) throws(CheckpointError) {
    guard condition else {
      throw CheckpointError(file: file, place: .field(field), reason: .outOfRange(value: value, allowed: allowed))
    }
  }

  func require(_ scaling: RopeScaling) throws(CheckpointError) {
    try require(scaling.factor >= 1 && scaling.factor.isFinite, "factor", "\(scaling.factor)", "1 and above")
    try require(
      scaling.lowFrequencyFactor > 0 && scaling.highFrequencyFactor >= scaling.lowFrequencyFactor
        && scaling.highFrequencyFactor.isFinite,
      "high_freq_factor", "\(scaling.highFrequencyFactor)", "low_freq_factor and above, above 0")
  }
}
