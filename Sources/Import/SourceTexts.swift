import Checkpoints
import FileMapping
import StrictJSON
import Tokenizers

/// The tokenizer and the chat template that go with a checkpoint, as a program's sections, and the files they came
/// from.
struct SourceTexts {
  /// `Tokenizer.encoded()` without its chat template; empty for none.
  private(set) var tokenizer: [UInt8] = []
  /// UTF-8; empty for none.
  private(set) var template: [UInt8] = []
  /// Files besides those of the checkpoint.
  private(set) var files: [SourceFileRecord] = []

  private static let configurationName = "tokenizer_config.json"
  private static let templateName = "chat_template.jinja"

  /// - Parameter replacement: path of a tokenizer file that replaces the source's.
  init(_ checkpoint: any Checkpoint, replacement: String?) throws(ImportError) {
    let companions = Companions(checkpoint.companions)
    var found: Tokenizer?
    if let replacement {
      found = try readReplacement(replacement)
    } else if let gguf = checkpoint as? GGUFCheckpoint {
      found = try Self.read(gguf.gguf.file.path) { () throws(TokenizerFileError) in
        try GGUFVocabulary(gguf.gguf.metadata).tokenizer()
      }
    } else {
      found = try readCompanion(companions)
    }
    try readTemplate(companions, checkpoint: checkpoint, tokenizer: found)
    try store(found, vocabularyCount: checkpoint.configuration.vocabularyCount)
  }

  private mutating func store(_ tokenizer: Tokenizer?, vocabularyCount: Int) throws(ImportError) {
    guard let tokenizer else { return }
    guard tokenizer.vocabularyCount <= vocabularyCount else {
      throw .option(
        name: "tokenizer",
        reason: "it has \(tokenizer.vocabularyCount) tokens, the model has \(vocabularyCount)")
    }
    // The template is a section of its own, and one that is said once cannot contradict itself.
    var definition = tokenizer.definition
    definition.chatTemplate = nil
    let plain = try Self.read("tokenizer") { () throws(TokenizerFileError) in
      do throws(TokenizerDefinitionError) { return try Tokenizer(definition) } catch { throw .definition(error) }
    }
    self.tokenizer = plain.encoded()
  }

  private static func read<Value>(
    _ file: String, _ body: () throws(TokenizerFileError) -> Value
  ) throws(ImportError) -> Value {
    do { return try body() } catch { throw .tokenizer(file: file, error) }
  }
}

/// Files beside a checkpoint, by name.
private struct Companions {
  let files: [SourceFile]

  init(_ files: [SourceFile]) {
    self.files = files
  }

  subscript(name: String) -> SourceFile? {
    files.first { $0.name.utf8.elementsEqual(name.utf8) }
  }
}

extension SourceTexts {
  /// Tokenizers of a Hugging Face folder: `tokenizer.json` before `tokenizer.model` before `vocab.txt`.
  private mutating func readCompanion(_ companions: Companions) throws(ImportError) -> Tokenizer? {
    let configuration = companions[Self.configurationName]
    let names = ["tokenizer.json", "tokenizer.model", "vocab.txt"]
    guard let file = names.lazy.compactMap({ companions[$0] }).first else { return nil }
    files.append(SourceFileRecord(file))
    if let configuration { files.append(SourceFileRecord(configuration)) }
    let kind = TokenizerFileKind(name: file.name, bytes: file.content.allBytes)
    return try Self.read(file.content.path) { () throws(TokenizerFileError) in
      try kind.tokenizer(file.content.allBytes, configuration: configuration?.content.allBytes)
    }
  }

  private mutating func readReplacement(_ path: String) throws(ImportError) -> Tokenizer? {
    let file: MappedFile
    do { file = try MappedFile(path: path) } catch { throw .unreadable(error) }
    files.append(SourceFileRecord(file))
    let bytes = file.allBytes
    if bytes.starts(with: GGUFFile.magic) {
      let gguf: GGUFFile
      do { gguf = try GGUFFile(file) } catch { throw .checkpoint(error) }
      return try Self.read(path) { () throws(TokenizerFileError) in try GGUFVocabulary(gguf.metadata).tokenizer() }
    }
    let kind = TokenizerFileKind(name: lastPathComponent(path), bytes: bytes)
    return try Self.read(path) { () throws(TokenizerFileError) in try kind.tokenizer(bytes, configuration: nil) }
  }

  /// `chat_template.jinja`, or what the tokenizer's files hold, or `tokenizer_config.json` alone, or GGUF's metadata.
  private mutating func readTemplate(
    _ companions: Companions, checkpoint: any Checkpoint, tokenizer: Tokenizer?
  ) throws(ImportError) {
    var path = ""
    if let file = companions[Self.templateName] {
      files.append(SourceFileRecord(file))
      (template, path) = (file.content.allBytes, file.content.path)
    } else if let file = companions[Self.configurationName] {
      let record = SourceFileRecord(file)
      if !files.contains(record) { files.append(record) }
      path = file.content.path
      template = try Self.configuredTemplate(file.content.allBytes, path: path) ?? []
    } else if let gguf = checkpoint as? GGUFCheckpoint {
      path = gguf.gguf.file.path
      template = gguf.gguf.metadata["tokenizer.chat_template"]?.bytes ?? []
    }
    if template.isEmpty { template = tokenizer?.definition.chatTemplate ?? [] }
    guard String(validating: template, as: UTF8.self) != nil else {
      throw .template(file: path, reason: "not UTF-8")
    }
  }

  /// Member `chat_template`: a text, or a list of named ones of which `default` is taken.
  private static func configuredTemplate(_ bytes: [UInt8], path: String) throws(ImportError) -> [UInt8]? {
    let root: JSON
    do { root = try JSON.parse(bytes) } catch { throw .template(file: path, reason: "\(error)") }
    switch root["chat_template"] {
    case nil, .null?: return nil
    case .string(let text)?: return Array(text.utf8)
    case .array(let named)?:
      let chosen = named.first { $0["name"]?.string.map { $0.utf8.elementsEqual("default".utf8) } ?? false }
      return chosen?["template"]?.string.map { Array($0.utf8) }
    default: throw .template(file: path, reason: "chat_template is neither a text nor a list")
    }
  }
}
