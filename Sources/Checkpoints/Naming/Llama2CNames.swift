/// The names that run.c gives the tensors of a llama2.c file, with the layer's number.
struct Llama2CNames: TensorNaming {
  private let configuration: TransformerConfiguration

  init(_ configuration: TransformerConfiguration) {
    self.configuration = configuration
  }

  func location(_ role: TensorRole) -> TensorLocation {
    TensorLocation(name: Self.name(role), storedShape: configuration.shape(of: role))
  }

  func rotatedOrder(layer: Int) -> TensorTable.RowOrder { .interleavedPairs(headSize: configuration.headSize) }

  func isHarmless(_ name: String) -> Bool { false }

  static func name(_ role: TensorRole) -> String {
    switch role {
    case .embedding: "token_embedding_table"
    case .finalNorm: "rms_final_weight"
    case .head: "wcls"
    case .layer(let layer, let tensor): "\(name(tensor)).\(layer)"
    default: "\(role)"
    }
  }

  private static func name(_ tensor: LayerTensor) -> String {
    switch tensor {
    case .attentionNorm: "rms_att_weight"
    case .query: "wq"
    case .key: "wk"
    case .value: "wv"
    case .output: "wo"
    case .feedForwardNorm: "rms_ffn_weight"
    case .gate: "w1"
    case .down: "w2"
    case .up: "w3"
    default: tensor.rawValue
    }
  }
}
