/// Names in Hugging Face's files of GPT-2, whose matrices have shape (inputs, outputs) and whose query, key and value
/// share one.
/// - Source: transformers, `modeling_gpt2.py`.
struct GPT2Names: TensorNaming {
  private let configuration: TransformerConfiguration
  /// `transformer.` or nothing: both are published.
  private let prefix: String

  init(_ configuration: TransformerConfiguration, prefix: String) {
    self.configuration = configuration
    self.prefix = prefix
  }

  func rotatedOrder(layer: Int) -> TensorTable.RowOrder { .asStored }

  /// Masks are no weights: `h.0.attn.bias` is a triangle of ones, `h.0.attn.masked_bias` a great negative number.
  func isHarmless(_ name: String) -> Bool {
    name.removingSuffix(".attn.bias") != nil || name.removingSuffix(".attn.masked_bias") != nil
  }

  func location(_ role: TensorRole) -> TensorLocation {
    let shape = configuration.shape(of: role)
    guard case .layer(let layer, let tensor) = role else {
      let name = role == .head ? "lm_head.weight" : prefix + name(role)
      return TensorLocation(name: name, storedShape: shape)
    }
    let name = "\(prefix)h.\(layer).\(name(tensor))"
    let hidden = configuration.hiddenSize
    switch tensor {
    case .query, .key, .value:
      return TensorLocation(
        name: name, storedShape: [hidden, 3 * hidden], start: Self.part(tensor) * hidden, columnStride: 3 * hidden)
    case .queryBias, .keyBias, .valueBias:
      return TensorLocation(name: name, storedShape: [3 * hidden], start: Self.part(tensor) * hidden)
    case .output, .up, .down:
      return TensorLocation(name: name, storedShape: shape.reversed(), columnStride: shape[0])
    default: return TensorLocation(name: name, storedShape: shape)
    }
  }

  /// Query, key and value stand in this order.
  private static func part(_ tensor: LayerTensor) -> Int {
    switch tensor {
    case .key, .keyBias: 1
    case .value, .valueBias: 2
    default: 0
    }
  }

  private func name(_ role: TensorRole) -> String {
    switch role {
    case .embedding: "wte.weight"
    case .positions: "wpe.weight"
    case .finalNorm: "ln_f.weight"
    case .finalNormBias: "ln_f.bias"
    default: "\(role)"
    }
  }

  private func name(_ tensor: LayerTensor) -> String {
    switch tensor {
    case .attentionNorm: "ln_1.weight"
    case .attentionNormBias: "ln_1.bias"
    case .query, .key, .value: "attn.c_attn.weight"
    case .queryBias, .keyBias, .valueBias: "attn.c_attn.bias"
    case .output: "attn.c_proj.weight"
    case .outputBias: "attn.c_proj.bias"
    case .feedForwardNorm: "ln_2.weight"
    case .feedForwardNormBias: "ln_2.bias"
    case .up: "mlp.c_fc.weight"
    case .upBias: "mlp.c_fc.bias"
    case .down: "mlp.c_proj.weight"
    case .downBias: "mlp.c_proj.bias"
    default: tensor.rawValue
    }
  }
}
