extension Tokenizer {
  /// Reads a SentencePiece `tokenizer.model` (a serialised `ModelProto`) of type BPE.
  /// - Parameter addsBeginning: the file does not say whether texts begin with the beginning token.
  /// - Throws: `malformed` with the offset, or `unsupported` for other model types and normalisers.
  /// - Source: google/sentencepiece, `sentencepiece_model.proto`.
  package init(sentencePiece bytes: [UInt8], addsBeginning: Bool = true) throws(TokenizerFileError) {
    var model = SentencePieceModel()
    try model.read(bytes)
    try self.init(reading: try model.definition(addsBeginning: addsBeginning))
  }
}

/// What the file says, as far as tokenising needs it; the defaults are the format's.
private struct SentencePieceModel {
  var pieces: [[UInt8]] = []
  var kinds: [TokenKind] = []
  var scores: [OrderedScore] = []
  var modelType: UInt64 = 1
  var hasByteFallback = false
  var isWhiteSpaceSuffix = false
  var unknownID: Int32 = 0
  var beginningID: Int32 = 1
  var endID: Int32 = 2
  var paddingID: Int32 = -1
  var addsDummyPrefix = true
  var removesExtraSpaces = true
  var escapesSpaces = true
  var hasCharacterMap = false

  mutating func read(_ bytes: [UInt8]) throws(TokenizerFileError) {
    var reader = ProtobufReader(bytes)
    while let field = try reader.next() {
      switch (field.number, field.value) {
      case (1, .bytes(let range)): try readPiece(ProtobufReader(bytes, range))
      case (2, .bytes(let range)): try readTrainer(ProtobufReader(bytes, range))
      case (3, .bytes(let range)): try readNormalizer(ProtobufReader(bytes, range))
      default: break
      }
    }
  }

  private mutating func readPiece(_ start: ProtobufReader) throws(TokenizerFileError) {
    var reader = start
    var (piece, score, kind): ([UInt8], UInt32, TokenKind) = ([], 0, .normal)
    while let field = try reader.next() {
      switch (field.number, field.value) {
      case (1, .bytes(let range)): piece = Array(reader.bytes[range])
      case (2, .fixed32(let bits)): score = bits
      case (3, .variable(let number)):
        guard let byte = UInt8(exactly: number), let known = TokenKind(rawValue: byte) else {
          throw .malformed("piece type \(number)", offset: reader.position)
        }
        kind = known
      default: break
      }
    }
    guard pieces.count < TokenizerDefinition.Limits.pieces else {
      throw .overLimit("pieces", limit: TokenizerDefinition.Limits.pieces, actual: pieces.count + 1)
    }
    guard let ordered = OrderedScore(binary32: score) else { throw .invalidScore(id: pieces.count) }
    pieces.append(piece)
    scores.append(ordered)
    kinds.append(kind)
  }

  private mutating func readTrainer(_ start: ProtobufReader) throws(TokenizerFileError) {
    var reader = start
    while let field = try reader.next() {
      guard case .variable(let number) = field.value else { continue }
      switch field.number {
      case 3: modelType = number
      case 24: isWhiteSpaceSuffix = number != 0
      case 35: hasByteFallback = number != 0
      case 40: unknownID = Int32(truncatingIfNeeded: number)
      case 41: beginningID = Int32(truncatingIfNeeded: number)
      case 42: endID = Int32(truncatingIfNeeded: number)
      case 43: paddingID = Int32(truncatingIfNeeded: number)
      default: break
      }
    }
  }

  private mutating func readNormalizer(_ start: ProtobufReader) throws(TokenizerFileError) {
    var reader = start
    while let field = try reader.next() {
      switch (field.number, field.value) {
      case (2, .bytes(let range)): hasCharacterMap = !range.isEmpty
      case (3, .variable(let number)): addsDummyPrefix = number != 0
      case (4, .variable(let number)): removesExtraSpaces = number != 0
      case (5, .variable(let number)): escapesSpaces = number != 0
      default: break
      }
    }
  }

  func definition(addsBeginning: Bool) throws(TokenizerFileError) -> TokenizerDefinition {
    guard modelType == 2 else { throw .unsupported("SentencePiece model type \(modelType); only 2, BPE") }
    guard !isWhiteSpaceSuffix else { throw .unsupported("SentencePiece white space as a suffix") }
    guard !hasCharacterMap else { throw .unsupported("SentencePiece character map") }
    guard escapesSpaces else { throw .unsupported("SentencePiece without escaped spaces") }
    var definition = TokenizerDefinition()
    (definition.pieces, definition.kinds, definition.scores) = (pieces, kinds, scores)
    definition.escapesSpaces = true
    definition.collapsesSpaces = removesExtraSpaces
    definition.spacePrefix = addsDummyPrefix ? .firstSegment : .never
    definition.hasByteFallback = hasByteFallback
    definition.fusesUnknown = true
    definition.unknownID = UInt32(exactly: unknownID)
    definition.beginningID = UInt32(exactly: beginningID)
    definition.endID = UInt32(exactly: endID)
    definition.paddingID = UInt32(exactly: paddingID)
    definition.addsBeginning = addsBeginning && definition.beginningID != nil
    definition.addedTokens = kinds.enumerated().compactMap { id, kind in
      guard [.control, .userDefined].contains(kind), !pieces[id].isEmpty else { return nil }
      return AddedToken(id: UInt32(id), isSpecial: kind == .control)
    }
    return definition
  }
}
