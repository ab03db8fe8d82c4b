extension Tokenizer {
  /// Reads a rank file, lines of `base64(piece) rank`, as Llama 3's `tokenizer.model` is.
  /// - Parameters:
  ///   - specialTokens: the tokens that follow the ranked pieces, from the next identifier on, in order.
  ///   - beginning, end: the names of the special tokens that begin and end a text.
  ///   - preTokenizer: the scanner the file's model uses; the file does not say.
  /// - Throws: `malformed` with the line's offset.
  package init(
    rankFile bytes: [UInt8], specialTokens: [[UInt8]] = llama3SpecialTokens,
    beginning: [UInt8]? = Array("<|begin_of_text|>".utf8), end: [UInt8]? = Array("<|end_of_text|>".utf8),
    preTokenizer: PreTokenizer = .llama3
  ) throws(TokenizerFileError) {
    var definition = TokenizerDefinition()
    definition.alphabet = .bytes
    definition.mergeRule = .lowestIdentifier
    definition.preTokenizer = preTokenizer
    definition.ignoresMergesForPieces = true
    definition.pieces = try Self.rankedPieces(bytes)
    definition.kinds = definition.pieces.map { _ in .normal }
    for token in specialTokens {
      let id = UInt32(definition.pieces.count)
      definition.addedTokens.append(AddedToken(id: id, isSpecial: true))
      definition.pieces.append(token)
      definition.kinds.append(.control)
      if token == beginning { definition.beginningID = id }
      if token == end { definition.endID = id }
    }
    definition.addsBeginning = definition.beginningID != nil
    try self.init(reading: definition)
  }

  /// The 256 special tokens of Llama 3.1 and later.
  package static var llama3SpecialTokens: [[UInt8]] {
    let named = [
      "begin_of_text", "end_of_text", "reserved_special_token_0", "reserved_special_token_1", "finetune_right_pad_id",
      "reserved_special_token_2", "start_header_id", "end_header_id", "eom_id", "eot_id", "python_tag",
    ]
    let reserved = (3..<248).map { "reserved_special_token_\($0)" }
    return (named + reserved).map { Array("<|\($0)|>".utf8) }
  }

  private static func rankedPieces(_ bytes: [UInt8]) throws(TokenizerFileError) -> [[UInt8]] {
    var pieces: [[UInt8]] = []
    for line in bytes.split(separator: 0x0A) {
      let fields = line.split(separator: 0x20, omittingEmptySubsequences: false)
      guard fields.count == 2, let piece = Base64.decoded(fields[0]), !piece.isEmpty,
        decimal(fields[1]) == pieces.count
      else { throw .malformed("rank line \(pieces.count)", offset: line.startIndex) }
      guard pieces.count < TokenizerDefinition.Limits.pieces else {
        throw .overLimit("pieces", limit: TokenizerDefinition.Limits.pieces, actual: pieces.count + 1)
      }
      pieces.append(piece)
    }
    guard !pieces.isEmpty else { throw .malformed("no ranks", offset: 0) }
    return pieces
  }

  /// A decimal number of at most nine digits; ranks are dense, so that is plenty.
  private static func decimal(_ text: ArraySlice<UInt8>) -> Int? {
    guard !text.isEmpty, text.count <= 9 else { return nil }
    var value = 0
    for byte in text {
      guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
      value = value * 10 + Int(byte - UInt8(ascii: "0"))
    }
    return value
  }
}

/// Base64 (RFC 4648 §4), strictly: padded, no other characters, unused bits zero.
enum Base64 {
  static func decoded(_ text: ArraySlice<UInt8>) -> [UInt8]? {
    guard text.count % 4 == 0 else { return nil }
    let digits = text.prefix { $0 != UInt8(ascii: "=") }
    guard text.count - digits.count <= 2, text[digits.endIndex...].allSatisfy({ $0 == UInt8(ascii: "=") }) else {
      return nil
    }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.count / 4 * 3)
    var (bits, count): (UInt32, Int) = (0, 0)
    for byte in digits {
      guard let digit = value(of: byte) else { return nil }
      bits = bits << 6 | UInt32(digit)
      count += 6
      if count >= 8 {
        count -= 8
        bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
        bits &= (1 << UInt32(count)) - 1
      }
    }
    return bits == 0 ? bytes : nil
  }

  private static func value(of byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte - UInt8(ascii: "A")
    case UInt8(ascii: "a")...UInt8(ascii: "z"): byte - UInt8(ascii: "a") + 26
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0") + 52
    case UInt8(ascii: "+"): 62
    case UInt8(ascii: "/"): 63
    default: nil
    }
  }
}
