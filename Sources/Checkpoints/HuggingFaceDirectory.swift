import FileMapping
import StrictJSON

/// A model as a directory of Hugging Face files: `config.json` and safetensors, in one file or in shards.
package struct HuggingFaceDirectory: TableBackedCheckpoint {
  package let configuration: TransformerConfiguration
  /// `config.json`, `generation_config.json` where present, the index of shards where used, the weights.
  package let files: [SourceFile]
  /// Of `companionNames`, those that are present.
  package let companions: [SourceFile]
  let table: TensorTable

  /// Files that tokenizers and chat templates are read from.
  package static let companionNames = [
    "tokenizer.json", "tokenizer.model", "vocab.txt", "tokenizer_config.json", "chat_template.jinja",
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
    let pipeline = reader.family == .bert ? try SentencePipeline(folder) : nil
    var configuration = try reader.configuration(generation: generationFields, pooling: pipeline?.pooling ?? .mean)
    try pipeline?.require(hiddenSize: configuration.hiddenSize)
    var weights = try HuggingFaceWeights(folder)
    let names = reader.names(configuration, tensors: weights.tensors)
    try weights.join(without: names.isHarmless)
    if configuration.pooling == nil {
      configuration.isHeadTied = try weights.tensors.isHeadTied(
        embedding: names.location(.embedding).name, head: names.location(.head).name,
        isDeclared: configuration.isHeadTied)
    }
    table = try weights.tensors.table(for: configuration, names: names)
    self.configuration = configuration
    files = [config] + [generation].compactMap { $0 } + (pipeline?.files ?? []) + weights.files
    var companions: [SourceFile] = []
    for name in Self.companionNames {
      if let file = try folder.optionalFile(name) { companions.append(file) }
    }
    self.companions = companions
  }
}

extension HuggingFaceConfiguration {
  /// The names of the family, with the prefix that the tensors have.
  func names(_ configuration: TransformerConfiguration, tensors: NamedTensors) -> any TensorNaming {
    func prefix(_ prefix: String, _ naming: (String) -> any TensorNaming) -> any TensorNaming {
      tensors[naming(prefix).location(.embedding).name] == nil ? naming("") : naming(prefix)
    }
    switch family {
    case .gpt2: return prefix("transformer.") { GPT2Names(configuration, prefix: $0) }
    case .bert: return prefix("bert.") { BERTNames(configuration, prefix: $0) }
    default: return LlamaNames(configuration, prefix: isPartOfVisionModel ? "language_model." : "")
    }
  }
}

/// Opens plainly named files of one directory.
struct ModelFolder {
  let path: String

  /// A name that leads neither out of a directory nor deeper into it.
  static func isPlainName(_ name: String) -> Bool {
    StoredTensor.isAcceptableName(name.utf8) && name.utf8.count <= 255 && !name.utf8.contains(UInt8(ascii: "/"))
      && name.utf8.first != UInt8(ascii: ".")
  }

  func file(_ name: String) throws(CheckpointError) -> SourceFile {
    SourceFile(name: name, content: try MappedFile.open(path + "/" + name))
  }

  /// `nil` when there is no such file; one that exists must be readable.
  func optionalFile(_ name: String) throws(CheckpointError) -> SourceFile? {
    MappedFile.kind(ofPath: path + "/" + name) == .absent ? nil : try file(name)
  }

  func object(in file: SourceFile) throws(CheckpointError) -> JSONObject {
    guard let object = try value(in: file).object else {
      throw CheckpointError(
        file: file.content.path, place: .offset(0), reason: .wrongKind(expected: "a JSON object"))
    }
    return object
  }

  func value(in file: SourceFile) throws(CheckpointError) -> JSON {
    let limit = SafetensorsFile.maximumHeaderByteCount
    guard file.content.count <= limit else {
      throw CheckpointError(
        file: file.content.path, reason: .outOfRange(value: "\(file.content.count) bytes", allowed: "0...\(limit)"))
    }
    return try JSON.checkpointValue(file.content.allBytes, file: file.content.path)
  }
}
