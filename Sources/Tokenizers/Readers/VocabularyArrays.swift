/// A vocabulary as parallel arrays, as GGUF's metadata holds it.
package struct VocabularyArrays: Sendable {
  /// Shape (vocabulary,).
  package var tokens: [[UInt8]]
  /// Shape (vocabulary,), where present.
  package var scores: [Float]?
  /// SentencePiece's kinds, 1…6; shape (vocabulary,), where present.
  package var types: [Int32]?
  /// `left right`, the first merged first.
  package var merges: [[UInt8]]?
  /// `llama` (SentencePiece), `gpt2` (byte-level) or `bert` (WordPiece, uncased).
  package var model: String
  /// The pre-tokeniser's name; needed, and only read, for byte-level vocabularies.
  package var preTokenizer: String?
  package var beginningID: UInt32?
  package var endID: UInt32?
  package var unknownID: UInt32?
  package var paddingID: UInt32?
  /// `nil` for the model's default: SentencePiece and Llama 3 add a beginning, WordPiece both, others neither.
  package var addsBeginning: Bool?
  package var addsEnd: Bool?
  /// `nil` for the model's default, which is to put a space before SentencePiece text.
  package var addsSpacePrefix: Bool?
  package var chatTemplate: [UInt8]?

  package init(tokens: [[UInt8]], model: String) {
    self.tokens = tokens
    self.model = model
  }
}

extension Tokenizer {
  /// Builds a tokenizer from a vocabulary's arrays.
  /// - Throws: what is missing, malformed or not supported.
  package init(_ arrays: VocabularyArrays) throws(TokenizerFileError) {
    var definition = TokenizerDefinition()
    definition.beginningID = arrays.beginningID
    definition.endID = arrays.endID
    definition.unknownID = arrays.unknownID
    definition.paddingID = arrays.paddingID
    definition.addsEnd = arrays.addsEnd ?? false
    definition.chatTemplate = arrays.chatTemplate
    definition.kinds = try arrays.kinds()
    switch arrays.model {
    case "llama": try arrays.fillSentencePiece(&definition)
    case "gpt2": try arrays.fillByteLevel(&definition)
    case "bert": try arrays.fillWordPiece(&definition)
    default: throw .unsupported("tokenizer model \(arrays.model)")
    }
    definition.addedTokens = definition.kinds.enumerated().compactMap { id, kind in
      guard [.control, .unknown, .userDefined].contains(kind), !arrays.tokens[id].isEmpty else { return nil }
      return AddedToken(id: UInt32(id), isSpecial: kind != .userDefined)
    }
    try self.init(reading: definition)
  }
}

extension VocabularyArrays {
  fileprivate func kinds() throws(TokenizerFileError) -> [TokenKind] {
    guard let types else { return [TokenKind](repeating: .normal, count: tokens.count) }
    var kinds: [TokenKind] = []
    kinds.reserveCapacity(types.count)
    for (id, type) in types.enumerated() {
      guard let byte = UInt8(exactly: type), let kind = TokenKind(rawValue: byte) else {
        throw .malformed("token type \(type)", offset: id)
      }
      kinds.append(kind)
    }
    guard kinds.count == tokens.count else {
      throw .definition(.countMismatch(what: "kinds", expected: tokens.count, actual: kinds.count))
    }
    return kinds
  }

  fileprivate func fillSentencePiece(_ definition: inout TokenizerDefinition) throws(TokenizerFileError) {
    guard let scores else { throw .unsupported("a SentencePiece vocabulary without scores") }
    definition.pieces = tokens
    for (id, score) in scores.enumerated() {
      guard let ordered = OrderedScore(binary32: score.bitPattern) else { throw .invalidScore(id: id) }
      definition.scores.append(ordered)
    }
    definition.escapesSpaces = true
    definition.hasByteFallback = definition.kinds.contains(.byte)
    definition.fusesUnknown = true
    definition.spacePrefix = addsSpacePrefix ?? true ? .everySegment : .never
    definition.addsBeginning = addsBeginning ?? (beginningID != nil)
  }

  fileprivate func fillByteLevel(_ definition: inout TokenizerDefinition) throws(TokenizerFileError) {
    guard let merges else { throw .unsupported("a byte-level vocabulary without merges") }
    definition.alphabet = .bytes
    definition.mergeRule = .listedPairs
    definition.pieces = zip(tokens, definition.kinds).map { token, kind in
      kind == .normal ? ByteLevelAlphabet.bytes(of: token[...]) ?? token : token
    }
    let reader = MergeListReader(definition)
    for (rank, merge) in merges.enumerated() { definition.merges.append(try reader.byteLevelMerge(merge, index: rank)) }
    if addsSpacePrefix ?? false {
      definition.spacePrefix = .everySegment
      definition.omitsPresentPrefix = true
    }
    try applyPreTokenizer(to: &definition)
    // Files of Llama 3's family leave the flag out and mean yes.
    definition.addsBeginning = addsBeginning ?? (definition.preTokenizer == .llama3 && beginningID != nil)
  }

  private func applyPreTokenizer(to definition: inout TokenizerDefinition) throws(TokenizerFileError) {
    switch preTokenizer ?? "(none)" {
    case "gpt-2": definition.preTokenizer = .gpt2
    case "llama-bpe", "llama3", "llama-v3":
      definition.preTokenizer = .llama3
      definition.ignoresMergesForPieces = true
    case "qwen2", "deepseek-r1-qwen":
      definition.preTokenizer = .qwen2
      definition.normalization = .nfc
    case "deepseek-llm": definition.preTokenizer = .deepSeekLLM
    case "deepseek-v3": definition.preTokenizer = .deepSeekV3
    case "starcoder", "smollm", "refact": definition.preTokenizer = .starCoder
    case let name: throw .unknownPreTokenizer(name)
    }
  }
}

/// Resolves merges that are written as text.
struct MergeListReader {
  private let index: PieceIndex

  init(_ definition: TokenizerDefinition) {
    let isBytes = definition.alphabet == .bytes
    index = PieceIndex(pieces: definition.pieces, kinds: definition.kinds) { kind in
      kind == .normal || (!isBytes && (kind == .userDefined || kind == .unused))
    }
  }

  /// A merge written `left right` in byte stand-ins.
  func byteLevelMerge(_ text: [UInt8], index rank: Int) throws(TokenizerFileError) -> TokenizerDefinition.Merge {
    let parts = try Self.parts(text, index: rank)
    guard let left = ByteLevelAlphabet.bytes(of: parts.left), let right = ByteLevelAlphabet.bytes(of: parts.right)
    else { throw .invalidMerge(index: rank) }
    return try merge(left[...], right[...], index: rank)
  }

  func merge(
    _ left: ArraySlice<UInt8>, _ right: ArraySlice<UInt8>, index rank: Int
  ) throws(TokenizerFileError) -> TokenizerDefinition.Merge {
    guard let leftID = index[left], let rightID = index[right] else { throw .invalidMerge(index: rank) }
    return .init(left: leftID, right: rightID)
  }

  /// Splits at the only space.
  static func parts(
    _ text: [UInt8], index rank: Int
  ) throws(TokenizerFileError) -> (left: ArraySlice<UInt8>, right: ArraySlice<UInt8>) {
    let parts = text.split(separator: 0x20, maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else { throw .invalidMerge(index: rank) }
    return (parts[0], parts[1])
  }
}
