/// Names in Hugging Face's files of BERT.
/// - Source: transformers, `modeling_bert.py`.
struct BERTNames: TensorNaming {
  private let configuration: TransformerConfiguration
  /// `bert.` or nothing: both are published.
  private let prefix: String

  init(_ configuration: TransformerConfiguration, prefix: String) {
    self.configuration = configuration
    self.prefix = prefix
  }

  func location(_ role: TensorRole) -> TensorLocation {
    TensorLocation(name: prefix + name(role), storedShape: configuration.shape(of: role))
  }

  func rotatedOrder(layer: Int) -> TensorTable.RowOrder { .asStored }

  /// Numbers of positions, and the heads of other tasks: no sentence's vector is made from them.
  func isHarmless(_ name: String) -> Bool {
    if name.utf8.elementsEqual((prefix + "embeddings.position_ids").utf8) { return true }
    return [prefix + "pooler.", "cls."].contains { name.utf8.starts(with: $0.utf8) }
  }

  private func name(_ role: TensorRole) -> String {
    switch role {
    case .embedding: "embeddings.word_embeddings.weight"
    case .positions: "embeddings.position_embeddings.weight"
    case .tokenTypes: "embeddings.token_type_embeddings.weight"
    case .embeddingNorm: "embeddings.LayerNorm.weight"
    case .embeddingNormBias: "embeddings.LayerNorm.bias"
    case .layer(let layer, let tensor): "encoder.layer.\(layer).\(name(tensor))"
    default: "\(role)"
    }
  }

  private func name(_ tensor: LayerTensor) -> String {
    switch tensor {
    case .attentionNorm: "attention.output.LayerNorm.weight"
    case .attentionNormBias: "attention.output.LayerNorm.bias"
    case .query: "attention.self.query.weight"
    case .key: "attention.self.key.weight"
    case .value: "attention.self.value.weight"
    case .output: "attention.output.dense.weight"
    case .queryBias: "attention.self.query.bias"
    case .keyBias: "attention.self.key.bias"
    case .valueBias: "attention.self.value.bias"
    case .outputBias: "attention.output.dense.bias"
    case .feedForwardNorm: "output.LayerNorm.weight"
    case .feedForwardNormBias: "output.LayerNorm.bias"
    case .up: "intermediate.dense.weight"
    case .upBias: "intermediate.dense.bias"
    case .down: "output.dense.weight"
    case .downBias: "output.dense.bias"
    default: tensor.rawValue
    }
  }
}
