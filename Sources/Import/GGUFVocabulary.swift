import Checkpoints
import StrictJSON
import Tokenizers

/// The vocabulary in a GGUF file's metadata.
/// - Source: ggml, docs/gguf.md, "Tokenizer".
struct GGUFVocabulary {
  private let metadata: GGUFMetadata

  init(_ metadata: GGUFMetadata) {
    self.metadata = metadata
  }

  /// - Returns: `nil` when the file has no vocabulary.
  func tokenizer() throws(TokenizerFileError) -> Tokenizer? {
    guard let tokens = metadata[Self.key("tokens")] else { return nil }
    guard let strings = tokens.array?.strings else { throw .invalidMember(Self.key("tokens")) }
    guard let model = metadata[Self.key("model")]?.text else { throw .invalidMember(Self.key("model")) }
    var arrays = VocabularyArrays(tokens: strings, model: model)
    arrays.scores = try array("scores", \.floats)
    arrays.types = try array("token_type", \.integers)?.map { Int32(clamping: $0) }
    arrays.merges = try array("merges", \.strings)
    arrays.preTokenizer = metadata[Self.key("pre")]?.text
    arrays.beginningID = try identifier("bos_token_id")
    arrays.endID = try identifier("eos_token_id")
    arrays.unknownID = try identifier("unknown_token_id")
    arrays.paddingID = try identifier("padding_token_id")
    arrays.addsBeginning = metadata[Self.key("add_bos_token")]?.bool
    arrays.addsEnd = metadata[Self.key("add_eos_token")]?.bool
    arrays.addsSpacePrefix = metadata[Self.key("add_space_prefix")]?.bool
    arrays.chatTemplate = metadata["tokenizer.chat_template"]?.bytes
    return try Tokenizer(arrays)
  }

  private static func key(_ name: String) -> String { "tokenizer.ggml.\(name)" }

  private func array<Value>(
    _ name: String, _ elements: (GGUFArray) -> Value?
  ) throws(TokenizerFileError) -> Value? {
    guard let value = metadata[Self.key(name)] else { return nil }
    guard let values = value.array.flatMap(elements) else { throw .invalidMember(Self.key(name)) }
    return values
  }

  private func identifier(_ name: String) throws(TokenizerFileError) -> UInt32? {
    guard let value = metadata[Self.key(name)] else { return nil }
    guard let integer = value.integer, let id = UInt32(exactly: integer) else { throw .invalidMember(Self.key(name)) }
    return id
  }
}

/// What a tokenizer file is, by its name and first bytes.
enum TokenizerFileKind {
  case huggingFace, sentencePiece, ranks, llamaC, wordPiece

  init(name: String, bytes: [UInt8]) {
    let ends = { (ending: String) in name.utf8.suffix(ending.utf8.count).elementsEqual(ending.utf8) }
    if ends(".json") {
      self = .huggingFace
    } else if ends(".bin") {
      self = .llamaC
    } else if ends("vocab.txt") {
      self = .wordPiece
    } else {
      // A SentencePiece model begins with its first piece: field 1 with a length. No rank line begins with a line feed.
      self = bytes.first == 0x0A ? .sentencePiece : .ranks
    }
  }

  /// - Parameter configuration: `tokenizer_config.json`, where there is one.
  func tokenizer(_ bytes: [UInt8], configuration: [UInt8]?) throws(TokenizerFileError) -> Tokenizer {
    switch self {
    case .huggingFace: return try Tokenizer(huggingFace: bytes, configuration: configuration)
    case .llamaC: return try Tokenizer(llamaC: bytes)
    case .ranks: return try Tokenizer(rankFile: bytes)
    case .wordPiece: return try Tokenizer(wordPieceVocabulary: bytes, configuration: configuration)
    case .sentencePiece:
      return try Tokenizer(sentencePiece: bytes, addsBeginning: try Self.addsBeginning(configuration))
    }
  }

  /// Member `add_bos_token`, true where nothing says otherwise.
  private static func addsBeginning(_ configuration: [UInt8]?) throws(TokenizerFileError) -> Bool {
    guard let configuration else { return true }
    do {
      return try JSON.parse(configuration)["add_bos_token"]?.bool ?? true
    } catch {
      throw .json(error)
    }
  }
}
