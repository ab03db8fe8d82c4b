import FileMapping
import StrictJSON

/// A model as a directory of Hugging Face files: `config.json` and safetensors, in one file or in shards.
package struct HuggingFaceDirectory: TableBackedCheckpoint {
  package let configuration: DecoderConfiguration
  /// `config.json`, `generation_config.json` where present, the index of shards where used, the weights.
  package let files: [SourceFile]
  /// Of `companionNames`, those that are present.
  package let companions: [SourceFile]
  let table: TensorTable

  /// Files that tokenizers and chat templates are read from.
  package static let companionNames = [
    "tokenizer.json", "tokenizer.model", "tokenizer_config.json", "chat_template.jinja",
  ]

  /// Reads configuration and tensor tables; no weights.
  /// - Throws: `CheckpointError` with the file, and the field or tensor.
  package init(path: String) throws(CheckpointError) {
    let folder = ModelFolder(path: path)
    let config = try folder.file("config.json")
    let reader = try HuggingFaceConfiguration(folder.object(in: config), file: config.content.path)
    let generation = try folder.optionalFile("generation_config.json")
    var generationFields: ConfigurationFields?
    if let generation {
      generationFields = ConfigurationFields(
        file: generation.content.path, object: try folder.object(in: generation))
    }
    var configuration = try reader.configuration(generation: generationFields)
    let weights = try HuggingFaceWeights(folder)
    configuration.isHeadTied = try weights.tensors.isHeadTied(
      embedding: Self.name(.embedding), head: Self.name(.head), isDeclared: configuration.isHeadTied)
    table = try weights.tensors.table(for: configuration, name: Self.name, isHarmless: Self.isHarmless)
    self.configuration = configuration
    files = [config] + [generation].compactMap { $0 } + weights.files
    var companions: [SourceFile] = []
    for name in Self.companionNames {
      if let file = try folder.optionalFile(name) { companions.append(file) }
    }
    self.companions = companions
  }

  /// Tables of rotary frequencies, which follow from the configuration and which transformers ignores.
  private static func isHarmless(_ name: String) -> Bool {
    let suffix = "rotary_emb.inv_freq"
    return name.utf8.count >= suffix.utf8.count && name.utf8.suffix(suffix.utf8.count).elementsEqual(suffix.utf8)
  }

  static func name(_ role: TensorRole) -> String {
    switch role {
    case .embedding: "model.embed_tokens.weight"
    case .finalNorm: "model.norm.weight"
    case .head: "lm_head.weight"
    case .layer(let layer, let tensor): "model.layers.\(layer).\(name(tensor))"
    }
  }

  private static func name(_ tensor: LayerTensor) -> String {
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
    case .gate: "mlp.gate_proj.weight"
    case .up: "mlp.up_proj.weight"
    case .down: "mlp.down_proj.weight"
    case .gateBias: "mlp.gate_proj.bias"
    case .upBias: "mlp.up_proj.bias"
    case .downBias: "mlp.down_proj.bias"
    }
  }
}

/// Opens plainly named files of one directory.
struct ModelFolder {
  let path: String

  func file(_ name: String) throws(CheckpointError) -> SourceFile {
    SourceFile(name: name, content: try MappedFile.open(path + "/" + name))
  }

  /// `nil` when there is no such file; one that exists must be readable.
  func optionalFile(_ name: String) throws(CheckpointError) -> SourceFile? {
    MappedFile.kind(ofPath: path + "/" + name) == .absent ? nil : try file(name)
  }

  func object(in file: SourceFile) throws(CheckpointError) -> JSONObject {
    let limit = SafetensorsFile.maximumHeaderByteCount
    guard file.content.count <= limit else {
      throw CheckpointError(
        file: file.content.path, reason: .outOfRange(value: "\(file.content.count) bytes", allowed: "0...\(limit)"))
    }
    return try JSON.checkpointObject(file.content.allBytes, file: file.content.path)
  }
}
