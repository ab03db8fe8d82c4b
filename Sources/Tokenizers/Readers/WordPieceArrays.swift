extension VocabularyArrays {
  /// Fills in a WordPiece vocabulary. Arrays hold U+2581 before pieces that begin a word and nothing before those
  /// that continue one; definitions hold `##` before the latter. Names in brackets, control and unknown pieces
  /// stay as they are.
  ///
  /// Names that the arrays leave out are BERT's: `[CLS]` begins, `[SEP]` ends, `[UNK]` is unknown, `[PAD]` pads.
  func fillWordPiece(_ definition: inout TokenizerDefinition) throws(TokenizerFileError) {
    guard merges == nil else { throw .unsupported("a WordPiece vocabulary with merges") }
    definition.mergeRule = .longestMatch
    definition.normalization = .bertUncased
    definition.preTokenizer = .bert
    definition.pieces = zip(tokens, definition.kinds).map { token, kind in
      kind == .normal ? Self.wordPiece(of: token) : token
    }
    definition.beginningID = beginningID ?? identifier(of: "[CLS]")
    definition.endID = endID ?? identifier(of: "[SEP]")
    definition.unknownID = unknownID ?? identifier(of: "[UNK]")
    definition.paddingID = paddingID ?? identifier(of: "[PAD]")
    guard definition.unknownID != nil else { throw .unsupported("a WordPiece vocabulary without an unknown token") }
    definition.addsBeginning = addsBeginning ?? (definition.beginningID != nil)
    definition.addsEnd = addsEnd ?? (definition.endID != nil)
  }

  private static func wordPiece(of token: [UInt8]) -> [UInt8] {
    if token.starts(with: EscapedSpace.bytes) { return Array(token.dropFirst(EscapedSpace.bytes.count)) }
    let isName = token.count > 2 && token.first == UInt8(ascii: "[") && token.last == UInt8(ascii: "]")
    return isName || token.isEmpty ? token : LongestMatch.continuationMark + token
  }

  private func identifier(of name: String) -> UInt32? {
    let bytes = Array(name.utf8)
    return tokens.firstIndex(of: bytes).flatMap { UInt32(exactly: $0) }
  }
}
