/// Names in Hugging Face's files of Llama and the decoders after its pattern, mixtures of experts among them.
/// - Source: transformers, `modeling_llama.py`, `_mixtral`, `_qwen3_moe`, `_llama4`, `conversion_mapping.py`.
struct LlamaNames: TensorNaming {
  private let configuration: TransformerConfiguration
  /// `language_model.` where a vision model stands beside.
  private let prefix: String

  init(_ configuration: TransformerConfiguration, prefix: String = "") {
    self.configuration = configuration
    self.prefix = prefix
  }

  /// Llama 4 has its own words for what follows attention, and experts in common tensors.
  private var isLlama4: Bool { configuration.family == "llama4_text" }

  func location(_ role: TensorRole) -> TensorLocation {
    if isLlama4, case .expert(let layer, let expert, let tensor) = role { return fused(layer, expert, tensor) }
    return TensorLocation(name: prefix + name(role), storedShape: configuration.shape(of: role))
  }

  func rotatedOrder(layer: Int) -> TensorTable.RowOrder {
    isLlama4 && configuration.isRotated(layer) ? .interleavedPairs(headSize: configuration.headSize) : .asStored
  }

  /// Tables of rotary frequencies follow from the configuration, and transformers ignores them; what sees pictures is
  /// no part of a text model.
  func isHarmless(_ name: String) -> Bool {
    if name.removingSuffix("rotary_emb.inv_freq") != nil { return true }
    guard !prefix.isEmpty else { return false }
    return ["vision_model.", "multi_modal_projector."].contains { name.utf8.starts(with: $0.utf8) }
  }

  private func name(_ role: TensorRole) -> String {
    switch role {
    case .embedding: "model.embed_tokens.weight"
    case .finalNorm: "model.norm.weight"
    case .head: "lm_head.weight"
    case .layer(let layer, let tensor): "model.layers.\(layer).\(name(tensor))"
    case .expert(let layer, let expert, let tensor): "\(network(layer)).experts.\(expert).\(name(tensor)).weight"
    case .sharedExpert(let layer, let tensor): "\(network(layer)).shared_expert.\(name(tensor)).weight"
    default: "\(role)"
    }
  }

  private func network(_ layer: Int) -> String {
    "model.layers.\(layer)." + networkName
  }

  private var networkName: String {
    switch configuration.family {
    case "llama4_text": "feed_forward"
    case "mixtral": "block_sparse_moe"
    default: "mlp"
    }
  }

  private func name(_ tensor: ExpertTensor) -> String {
    switch tensor {
    case .gate: configuration.family == "mixtral" ? "w1" : "gate_proj"
    case .up: configuration.family == "mixtral" ? "w3" : "up_proj"
    case .down: configuration.family == "mixtral" ? "w2" : "down_proj"
    }
  }

  private func name(_ tensor: LayerTensor) -> String {
    switch tensor {
    case .attentionNorm: "input_layernorm.weight"
    case .query: "self_attn.q_proj.weight"
    case .key: "self_attn.k_proj.weight"
    case .value: "self_attn.v_proj.weight"
    case .output: "self_attn.o_proj.weight"
    case .queryBias: "self_attn.q_proj.bias"
    case .keyBias: "self_attn.k_proj.bias"
    case .valueBias: "self_attn.v_proj.bias"
    case .outputBias: "self_attn.o_proj.bias"
    case .queryNorm: "self_attn.q_norm.weight"
    case .keyNorm: "self_attn.k_norm.weight"
    case .feedForwardNorm: "post_attention_layernorm.weight"
    case .gate: "\(networkName).gate_proj.weight"
    case .up: "\(networkName).up_proj.weight"
    case .down: "\(networkName).down_proj.weight"
    case .gateBias: "\(networkName).gate_proj.bias"
    case .upBias: "\(networkName).up_proj.bias"
    case .downBias: "\(networkName).down_proj.bias"
    case .router: isLlama4 ? "feed_forward.router.weight" : "\(networkName).gate.weight"
    case .attentionNormBias, .feedForwardNormBias: tensor.rawValue
    }
  }
}

extension LlamaNames {
  /// Llama 4: `gate_up_proj` has shape (experts, hidden, 2 · size), gate before up, and `down_proj` (experts, size,
  /// hidden).
  private func fused(_ layer: Int, _ expert: Int, _ tensor: ExpertTensor) -> TensorLocation {
    let (count, size) = (configuration.experts?.count ?? 0, configuration.experts?.size ?? 0)
    let hidden = configuration.hiddenSize
    let stem = prefix + network(layer) + ".experts."
    guard tensor != .down else {
      return TensorLocation(
        name: stem + "down_proj", storedShape: [count, size, hidden], start: expert * size * hidden,
        columnStride: hidden)
    }
    return TensorLocation(
      name: stem + "gate_up_proj", storedShape: [count, hidden, 2 * size],
      start: expert * hidden * 2 * size + (tensor == .up ? size : 0), columnStride: 2 * size)
  }
}
