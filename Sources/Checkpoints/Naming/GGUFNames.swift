/// Names in GGUF files.
///
/// The converter of `llama` rearranges query and key rows so that rotating pairs are neighbours; they are put back
/// here. The other architectures are stored as published, GPT-2 with query, key and value in one matrix. The experts of
/// a layer share three tensors of shape (experts, outputs, inputs).
/// - Source: llama.cpp, convert_hf_to_gguf.py (`LlamaModel.permute`) and src/llama-arch.cpp (names).
struct GGUFNames: TensorNaming {
  private let configuration: TransformerConfiguration

  init(_ configuration: TransformerConfiguration) {
    self.configuration = configuration
  }

  /// The tensor in which converted Llama 3.1 files keep the divisors of rotary frequencies.
  static let frequencyFactors = "rope_freqs.weight"
  static let embedding = "token_embd.weight"
  static let head = "output.weight"

  static func bias(_ tensor: LayerTensor, layer: Int) -> String { "blk.\(layer).\(name(tensor))" }

  func isHarmless(_ name: String) -> Bool { name.utf8.elementsEqual(Self.frequencyFactors.utf8) }

  func rotatedOrder(layer: Int) -> TensorTable.RowOrder {
    configuration.family == "llama" ? .interleavedPairs(headSize: configuration.headSize) : .asStored
  }

  func location(_ role: TensorRole) -> TensorLocation {
    let shape = configuration.shape(of: role)
    switch role {
    case .layer(let layer, let tensor):
      if configuration.family == "gpt2", let part = Self.part(tensor) { return fused(layer, part, shape) }
      return TensorLocation(name: "blk.\(layer).\(name(tensor))", storedShape: shape)
    case .expert(let layer, let expert, let tensor):
      return TensorLocation(
        name: "blk.\(layer).ffn_\(tensor.rawValue)_exps.weight",
        storedShape: [configuration.experts?.count ?? 0] + shape, start: expert * shape[0] * shape[1])
    case .sharedExpert(let layer, let tensor):
      return TensorLocation(name: "blk.\(layer).ffn_\(tensor.rawValue)_shexp.weight", storedShape: shape)
    default: return TensorLocation(name: Self.name(role), storedShape: shape)
    }
  }

  /// Query, key and value in one matrix, or their biases in one vector.
  private func fused(_ layer: Int, _ part: Int, _ shape: [Int]) -> TensorLocation {
    let ending = shape.count == 1 ? "bias" : "weight"
    return TensorLocation(
      name: "blk.\(layer).attn_qkv.\(ending)", storedShape: [3 * shape[0]] + shape.dropFirst(),
      start: part * shape.reduce(1, *))
  }

  private static func part(_ tensor: LayerTensor) -> Int? {
    switch tensor {
    case .query, .queryBias: 0
    case .key, .keyBias: 1
    case .value, .valueBias: 2
    default: nil
    }
  }

  private static func name(_ role: TensorRole) -> String {
    switch role {
    case .embedding: embedding
    case .positions: "position_embd.weight"
    case .tokenTypes: "token_types.weight"
    case .embeddingNorm: "token_embd_norm.weight"
    case .embeddingNormBias: "token_embd_norm.bias"
    case .finalNorm: "output_norm.weight"
    case .finalNormBias: "output_norm.bias"
    case .head: head
    default: "\(role)"
    }
  }

  /// BERT's norms stand after the sums and have names of their own.
  private func name(_ tensor: LayerTensor) -> String {
    guard configuration.isNormAfter else { return Self.name(tensor) }
    return switch tensor {
    case .attentionNorm: "attn_output_norm.weight"
    case .attentionNormBias: "attn_output_norm.bias"
    case .feedForwardNorm: "layer_output_norm.weight"
    case .feedForwardNormBias: "layer_output_norm.bias"
    default: Self.name(tensor)
    }
  }

  private static func name(_ tensor: LayerTensor) -> String {
    switch tensor {
    case .attentionNorm: "attn_norm.weight"
    case .attentionNormBias: "attn_norm.bias"
    case .query: "attn_q.weight"
    case .key: "attn_k.weight"
    case .value: "attn_v.weight"
    case .output: "attn_output.weight"
    case .queryBias: "attn_q.bias"
    case .keyBias: "attn_k.bias"
    case .valueBias: "attn_v.bias"
    case .outputBias: "attn_output.bias"
    case .queryNorm: "attn_q_norm.weight"
    case .keyNorm: "attn_k_norm.weight"
    case .feedForwardNorm: "ffn_norm.weight"
    case .feedForwardNormBias: "ffn_norm.bias"
    case .gate: "ffn_gate.weight"
    case .up: "ffn_up.weight"
    case .down: "ffn_down.weight"
    case .gateBias: "ffn_gate.bias"
    case .upBias: "ffn_up.bias"
    case .downBias: "ffn_down.bias"
    case .router: "ffn_gate_inp.weight"
    }
  }
}
