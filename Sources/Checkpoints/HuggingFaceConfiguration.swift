import StrictJSON

/// Reads `config.json` as transformers does, for the families that are understood.
/// - Source: transformers, `configuration_llama.py`, `_mistral`, `_mixtral`, `_qwen2`, `_qwen3`, `_qwen3_moe`,
///   `_llama4`,
///   `_gpt2`, `_bert` (defaults included).
struct HuggingFaceConfiguration {
  /// The families that are understood, by their `model_type`.
  enum Family: String, CaseIterable {
    case llama, mistral, mixtral, qwen2, qwen3
    case qwen3MoE = "qwen3_moe"
    case llama4 = "llama4_text"
    case gpt2, bert

    /// The classes that `architectures` may name.
    var classNames: [String] {
      switch self {
      case .llama: ["LlamaForCausalLM"]
      case .mistral: ["MistralForCausalLM"]
      case .mixtral: ["MixtralForCausalLM"]
      case .qwen2: ["Qwen2ForCausalLM"]
      case .qwen3: ["Qwen3ForCausalLM"]
      case .qwen3MoE: ["Qwen3MoeForCausalLM"]
      case .llama4: ["Llama4ForCausalLM", "Llama4ForConditionalGeneration"]
      case .gpt2: ["GPT2LMHeadModel"]
      case .bert: ["BertModel", "BertForMaskedLM", "BertForPreTraining"]
      }
    }
  }

  let fields: ConfigurationFields
  let family: Family
  /// A vision model stands beside, and the text model's tensors have a prefix.
  let isPartOfVisionModel: Bool

  init(_ object: JSONObject, file: String) throws(CheckpointError) {
    let root = ConfigurationFields(file: file, object: object)
    isPartOfVisionModel = try root.optionalText("model_type") == "llama4"
    fields = isPartOfVisionModel ? try Self.textFields(root) : root
    guard let type = try fields.optionalText("model_type") else { throw fields.failure("model_type", .missing) }
    guard let family = Family(rawValue: type) else {
      throw fields.failure("model_type", .unsupported("architecture \(type)"))
    }
    self.family = family
    for fields in isPartOfVisionModel ? [root, fields] : [root] { try requirePlainArchitecture(fields) }
  }

  private static func textFields(_ root: ConfigurationFields) throws(CheckpointError) -> ConfigurationFields {
    guard let text = try root.nested("text_config") else { throw root.failure("text_config", .missing) }
    return text
  }

  /// What the file says; the head's tie is checked against the tensors later.
  /// - Parameters:
  ///   - generation: `generation_config.json`, whose special tokens go before those of `config.json`.
  ///   - pooling: what an encoder's other files say.
  func configuration(
    generation: ConfigurationFields?, pooling: TransformerConfiguration.Pooling = .mean
  ) throws(CheckpointError) -> TransformerConfiguration {
    var configuration: TransformerConfiguration
    switch family {
    case .gpt2: configuration = try gpt2Configuration()
    case .bert: configuration = try bertConfiguration(pooling)
    default: configuration = try llamaConfiguration()
    }
    if configuration.pooling == nil {
      configuration.bosToken = try specialTokens("bos_token_id", generation).first
      configuration.eosTokens = try specialTokens("eos_token_id", generation)
    }
    try configuration.requireConsistency(file: fields.file)
    return configuration
  }

  private func specialTokens(
    _ name: String, _ generation: ConfigurationFields?
  ) throws(CheckpointError) -> [Int] {
    if let tokens = try generation?.integers(name) { return tokens }
    return try fields.integers(name) ?? []
  }

  private func requirePlainArchitecture(_ fields: ConfigurationFields) throws(CheckpointError) {
    if let quantization = try fields.nested("quantization_config") {
      // Pairs of MXFP4 are joined by their names; other methods change what the tensors mean.
      guard try quantization.optionalText("quant_method") == "mxfp4" else {
        throw fields.failure("quantization_config", .unsupported("a quantised checkpoint"))
      }
    }
    if let names = fields["architectures"]?.array, !family.classNames.contains(where: { names.contains(.string($0)) }) {
      throw fields.failure("architectures", .unsupported("anything but \(family.classNames.joined(separator: ", "))"))
    }
    for name in ["is_decoder", "add_cross_attention"] where try fields.bool(name, default: false) {
      throw fields.failure(name, .unsupported("attention to another text"))
    }
  }

  /// A head's size where nothing states it.
  func sharedHeadSize(hiddenSize: Int, headCount: Int, field: String) throws(CheckpointError) -> Int {
    guard hiddenSize % headCount == 0, ConfigurationLimits.headSize.contains(hiddenSize / headCount) else {
      throw fields.failure(
        field, .outOfRange(value: "\(headCount)", allowed: "the divisors of the hidden size \(hiddenSize)"))
    }
    return hiddenSize / headCount
  }

  /// The activation that a field names.
  func activation(
    _ field: String, default absent: String, allowed: [String: TransformerConfiguration.Activation]
  ) throws(CheckpointError) -> TransformerConfiguration.Activation {
    let name = try fields.optionalText(field) ?? absent
    guard let activation = allowed[name] else { throw fields.failure(field, .unsupported("activation \(name)")) }
    return activation
  }
}
