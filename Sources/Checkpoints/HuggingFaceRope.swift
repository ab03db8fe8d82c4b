import StrictJSON

/// Rotary constants of `config.json`: `rope_theta` and `rope_scaling`, or both inside `rope_parameters`.
struct HuggingFaceRope {
  let theta: Float
  let scaling: RopeScaling?

  private static let knownNames: Set<String> = [
    "rope_type", "type", "rope_theta", "factor", "low_freq_factor", "high_freq_factor",
    "original_max_position_embeddings", "partial_rotary_factor",
  ]

  /// - Parameter defaultTheta: the family's base, where the file states none.
  init(_ fields: ConfigurationFields, defaultTheta: Float = 10_000) throws(CheckpointError) {
    var thetas = [try fields.optionalNumber("rope_theta")]
    var scalings: [RopeScaling?] = []
    try Self.requireFullRotation(fields)
    for name in ["rope_parameters", "rope_scaling"] {
      guard let nested = try fields.nested(name) else { continue }
      thetas.append(try nested.optionalNumber("rope_theta"))
      scalings.append(try Self.scaling(nested))
    }
    let stated = thetas.compactMap { $0 }
    guard stated.allSatisfy({ $0 == stated.first }) else {
      throw fields.failure("rope_theta", .contradiction("stated twice with different values"))
    }
    guard scalings.allSatisfy({ $0 == scalings[0] }) else {
      throw fields.failure("rope_scaling", .contradiction("differs from rope_parameters"))
    }
    theta = stated.first ?? defaultTheta
    scaling = scalings.first ?? nil
  }

  private static func requireFullRotation(_ fields: ConfigurationFields) throws(CheckpointError) {
    if let part = try fields.optionalNumber("partial_rotary_factor"), part != 1 {
      throw fields.failure("partial_rotary_factor", .unsupported("rotating a part of each head"))
    }
  }

  private static func scaling(_ fields: ConfigurationFields) throws(CheckpointError) -> RopeScaling? {
    for member in fields.object.members where !knownNames.contains(member.name) {
      throw fields.failure(member.name, .unsupported("this field"))
    }
    try requireFullRotation(fields)
    let (kind, legacyKind) = (try fields.optionalText("rope_type"), try fields.optionalText("type"))
    guard kind == nil || legacyKind == nil || kind == legacyKind else {
      throw fields.failure("type", .contradiction("differs from rope_type"))
    }
    switch kind ?? legacyKind ?? "default" {
    case "default": return nil
    case "llama3":
      return RopeScaling(
        factor: try fields.number("factor"), lowFrequencyFactor: try fields.number("low_freq_factor"),
        highFrequencyFactor: try fields.number("high_freq_factor"),
        originalContextLength: try fields.integer(
          "original_max_position_embeddings", ConfigurationLimits.contextLength))
    case let other: throw fields.failure("rope_type", .unsupported("scaling \(other)"))
    }
  }
}
