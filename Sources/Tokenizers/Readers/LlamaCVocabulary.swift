extension Tokenizer {
  /// Reads llama2.c's `tokenizer.bin`.
  ///
  ///     4 bytes  longest piece's length
  ///     then to the end, per token: 4 bytes score (binary32), 4 bytes length, the piece's bytes
  ///
  /// Pieces have plain spaces there; identifier 0 is the unknown token, 1 begins and 2 ends a text.
  /// - Throws: `malformed` where the file ends early or a length lies.
  package init(llamaC bytes: [UInt8]) throws(TokenizerFileError) {
    var cursor = ByteCursor(bytes)
    guard let longest = cursor.integer(UInt32.self) else { throw .malformed("longest length", offset: 0) }
    var arrays = VocabularyArrays(tokens: [], model: "llama")
    var (scores, types): ([Float], [Int32]) = ([], [])
    while cursor.remaining > 0 {
      let id = arrays.tokens.count
      guard id < TokenizerDefinition.Limits.pieces else {
        throw .overLimit("pieces", limit: TokenizerDefinition.Limits.pieces, actual: id + 1)
      }
      guard let score = cursor.integer(UInt32.self), let length = cursor.integer(UInt32.self), length <= longest,
        let piece = cursor.slice(Int(length))
      else { throw .malformed("token \(id)", offset: cursor.offset) }
      let (name, kind) = Self.llamaCPiece(Array(piece), id: id)
      arrays.tokens.append(name)
      types.append(Int32(kind.rawValue))
      scores.append(Float(bitPattern: score))
    }
    guard arrays.tokens.count > 2 else { throw .malformed("a vocabulary without control tokens", offset: bytes.count) }
    arrays.scores = scores
    arrays.types = types
    (arrays.unknownID, arrays.beginningID, arrays.endID) = (0, 1, 2)
    try self.init(arrays)
  }

  /// The first three tokens are written with line breaks around them.
  private static func llamaCPiece(_ piece: [UInt8], id: Int) -> (name: [UInt8], kind: TokenKind) {
    switch id {
    case 0: return (Array("<unk>".utf8), .unknown)
    case 1: return (Array("<s>".utf8), .control)
    case 2: return (Array("</s>".utf8), .control)
    default:
      if BytePieceName.byte(of: piece) != nil, id < 259 { return (piece, .byte) }
      return (piece.flatMap { $0 == 0x20 ? EscapedSpace.bytes : [$0] }, .normal)
    }
  }
}
