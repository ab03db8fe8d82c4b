/// A dense decoder in a GGUF file: architectures `llama` (Mistral too), `qwen2` and `qwen3`.
///
/// The converter of `llama` rearranges query and key rows so that rotating pairs are neighbours; they are
/// put back here. The other two architectures are stored as published.
/// - Source: llama.cpp, convert_hf_to_gguf.py (`LlamaModel.permute`) and src/llama-arch.cpp (names).
package struct GGUFCheckpoint: TableBackedCheckpoint {
  /// Metadata, with the tokenizer's among it.
  package let gguf: GGUFFile
  package let configuration: DecoderConfiguration
  package let files: [SourceFile]
  package var companions: [SourceFile] { [] }
  let table: TensorTable

  /// Checks every key of the architecture and every tensor.
  /// - Throws: `CheckpointError` with the key or the tensor.
  package init(_ gguf: GGUFFile) throws(CheckpointError) {
    let path = gguf.file.path
    var tensors = NamedTensors(source: path)
    try tensors.add(gguf.tensors, of: gguf.file)
    let fields = try GGUFFields(metadata: gguf.metadata, file: path)
    let configuration = try fields.configuration(tensors: tensors)
    let isInterleaved = configuration.family == "llama"
    table = try tensors.table(
      for: configuration, name: Self.name, isHarmless: { $0 == Self.frequencyFactors },
      rotatedOrder: isInterleaved ? .interleavedPairs(headSize: configuration.headSize) : .asStored)
    self.gguf = gguf
    self.configuration = configuration
    files = [SourceFile(gguf.file)]
  }

  /// The tensor in which converted Llama 3.1 files keep the divisors of rotary frequencies.
  static let frequencyFactors = "rope_freqs.weight"

  static func name(_ role: TensorRole) -> String {
    switch role {
    case .embedding: "token_embd.weight"
    case .finalNorm: "output_norm.weight"
    case .head: "output.weight"
    case .layer(let layer, let tensor): "blk.\(layer).\(name(tensor))"
    }
  }

  private static func name(_ tensor: LayerTensor) -> String {
    switch tensor {
    case .attentionNorm: "attn_norm.weight"
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
    case .gate: "ffn_gate.weight"
    case .up: "ffn_up.weight"
    case .down: "ffn_down.weight"
    case .gateBias: "ffn_gate.bias"
    case .upBias: "ffn_up.bias"
    case .downBias: "ffn_down.bias"
    }
  }
}
