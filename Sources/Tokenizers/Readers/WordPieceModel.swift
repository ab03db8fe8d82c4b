import StrictJSON

/// What WordPiece's files may ask for and a definition can hold: uncased text, split as BERT splits it, pieces of at
/// most 100 scalars that continue words after `##`.
enum WordPieceModel {
  /// The members of `model` in `tokenizer.json`, the vocabulary aside.
  static func check(_ model: JSON) throws(TokenizerFileError) {
    if let prefix = model["continuing_subword_prefix"], !prefix.isNull, prefix != "##" {
      throw .unsupported("model.continuing_subword_prefix other than ##")
    }
    if let limit = model["max_input_chars_per_word"], limit.integer != LongestMatch.maximumScalarCount {
      throw .unsupported("model.max_input_chars_per_word other than \(LongestMatch.maximumScalarCount)")
    }
  }

  /// The flags of a `BertNormalizer`.
  static func checkNormalizer(_ step: JSON) throws(TokenizerFileError) {
    for name in ["clean_text", "handle_chinese_chars", "lowercase"] where step[name]?.bool == false {
      throw .unsupported("normalizer BertNormalizer.\(name) false")
    }
    guard step["strip_accents"]?.bool != false else {
      throw .unsupported("normalizer BertNormalizer.strip_accents false")
    }
  }

  /// Ideographs are set apart by the pre-tokeniser, so that one does not go without the other.
  static func checkText(_ definition: TokenizerDefinition) throws(TokenizerFileError) {
    guard definition.normalization == .bertUncased else { throw .unsupported("WordPiece without BertNormalizer") }
    guard definition.preTokenizer == .bert else { throw .unsupported("WordPiece without BertPreTokenizer") }
  }
}

extension Tokenizer {
  /// Reads `vocab.txt`: one piece in each line, its number the line's.
  /// - Parameter configuration: `tokenizer_config.json`, which may rename the special tokens and must not ask for cased
  ///   text.
  /// - Throws: `unsupported` for a setting that a definition cannot hold, by its name.
  package init(
    wordPieceVocabulary bytes: [UInt8], configuration: [UInt8]? = nil
  ) throws(TokenizerFileError) {
    var root = JSON.null
    if let configuration {
      do { root = try JSON.parse(configuration) } catch { throw .json(error) }
    }
    try self.init(reading: WordPieceVocabulary(bytes, configuration: root).definition())
  }
}

/// Gathers a definition from `vocab.txt`.
private struct WordPieceVocabulary {
  private let pieces: [[UInt8]]
  private let configuration: JSON

  init(_ bytes: [UInt8], configuration: JSON) {
    var lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
    if lines.last?.isEmpty ?? false { lines.removeLast() }
    pieces = lines.map { Array($0.last == 0x0D ? $0.dropLast() : $0) }
    self.configuration = configuration
  }

  func definition() throws(TokenizerFileError) -> TokenizerDefinition {
    guard pieces.count <= TokenizerDefinition.Limits.pieces else {
      throw .overLimit("vocab.txt", limit: TokenizerDefinition.Limits.pieces, actual: pieces.count)
    }
    for name in ["do_lower_case", "strip_accents", "tokenize_chinese_chars", "do_basic_tokenize"]
    where configuration[name]?.bool == false {
      throw .unsupported("tokenizer_config.\(name) false")
    }
    var definition = TokenizerDefinition()
    definition.mergeRule = .longestMatch
    definition.normalization = .bertUncased
    definition.preTokenizer = .bert
    definition.pieces = pieces
    definition.kinds = pieces.map { $0.isEmpty ? .unused : .normal }
    definition.beginningID = try special("cls_token", "[CLS]", in: &definition)
    definition.endID = try special("sep_token", "[SEP]", in: &definition)
    definition.unknownID = try special("unk_token", "[UNK]", in: &definition)
    definition.paddingID = try special("pad_token", "[PAD]", in: &definition)
    _ = try special("mask_token", "[MASK]", in: &definition)
    guard let unknown = definition.unknownID else { throw .unsupported("vocab.txt without an unknown token") }
    definition.kinds[Int(unknown)] = .unknown
    definition.addsBeginning = definition.beginningID != nil
    definition.addsEnd = definition.endID != nil
    definition.addedTokens.sort { $0.id < $1.id }
    return definition
  }

  /// Finds a special token by the name that the configuration has for it, or BERT's own.
  private func special(
    _ member: String, _ standard: String, in definition: inout TokenizerDefinition
  ) throws(TokenizerFileError) -> UInt32? {
    var name = Array(standard.utf8)
    if let value = configuration[member], !value.isNull {
      guard let text = value.string ?? value["content"]?.string else { throw .invalidMember(member) }
      name = Array(text.utf8)
    }
    guard let id = pieces.firstIndex(of: name).flatMap({ UInt32(exactly: $0) }) else { return nil }
    definition.kinds[Int(id)] = .control
    if !definition.addedTokens.contains(where: { $0.id == id }) {
      definition.addedTokens.append(AddedToken(id: id, isSpecial: true))
    }
    return id
  }
}
