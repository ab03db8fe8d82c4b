/// Why a definition describes no tokenizer.
package enum TokenizerDefinitionError: Error, Equatable, Sendable {
  /// A list has not one entry per piece, or is present where the merge rule has no use for it.
  case countMismatch(what: String, expected: Int, actual: Int)
  /// More than the limit, or nothing where something is needed.
  case outOfBounds(what: String, limit: Int, actual: Int)
  /// An identifier that names no piece.
  case unknownIdentifier(what: String, id: UInt32)
  /// The two pieces' bytes together are no piece, or the pair is listed twice.
  case invalidMerge(index: Int)
  /// A byte piece is not named `<0xHH>`, or its byte is taken.
  case invalidBytePiece(id: UInt32)
  /// Added tokens must ascend by identifier and have bytes.
  case invalidAddedToken(index: Int)
  /// Two settings that exclude each other.
  case contradiction(String)
}

extension TokenizerDefinitionError: CustomStringConvertible {
  /// What is wrong, in words.
  package var description: String {
    switch self {
    case .countMismatch(let what, let expected, let actual): "\(what): \(actual) entries where \(expected) belong"
    case .outOfBounds(let what, let limit, let actual): "\(what): \(actual) is outside the limit \(limit)"
    case .unknownIdentifier(let what, let id): "\(what): no piece has the identifier \(id)"
    case .invalidMerge(let index): "merge \(index) makes no piece, or is listed twice"
    case .invalidBytePiece(let id): "byte piece \(id) is misnamed, or its byte is taken"
    case .invalidAddedToken(let index): "added token \(index) is empty or out of order"
    case .contradiction(let what): what
    }
  }
}

extension TokenizerDefinition {
  /// What a definition may hold; readers and the codec check against these before they allocate.
  package enum Limits {
    package static let pieces = 1 << 22
    package static let pieceByteCount = 65_535
    package static let merges = 1 << 23
    package static let addedTokens = 1 << 16
    package static let addedTokenByteCount = 1_024
    /// Of all added tokens together; each byte may cost a node of the trie they are found with.
    package static let allAddedTokensByteCount = 1 << 22
    /// Of the results of all merges together; each is looked up once.
    package static let allMergesByteCount = 1 << 28
    package static let chatTemplateByteCount = 1 << 20
  }

  /// Checks everything but the merges and byte pieces, which the indexes check as they are built.
  func validate() throws(TokenizerDefinitionError) {
    try Self.check("pieces", count: pieces.count, limit: Limits.pieces)
    try Self.check("merges", count: merges.count, limit: Limits.merges)
    try Self.check("added tokens", count: addedTokens.count, limit: Limits.addedTokens)
    try Self.check("chat template", count: chatTemplate?.count ?? 0, limit: Limits.chatTemplateByteCount)
    try Self.match("kinds", count: kinds.count, expected: pieces.count)
    try Self.match("scores", count: scores.count, expected: mergeRule == .highestScore ? pieces.count : 0)
    if mergeRule != .listedPairs { try Self.match("merges", count: merges.count, expected: 0) }
    for piece in pieces { try Self.check("piece bytes", count: piece.count, limit: Limits.pieceByteCount) }
    let named = [("beginning", beginningID), ("end", endID), ("unknown", unknownID), ("padding", paddingID)]
    for (what, id) in named {
      if let id, id >= pieces.count { throw .unknownIdentifier(what: what, id: id) }
    }
    if addsBeginning, beginningID == nil { throw .contradiction("adds a beginning token but names none") }
    if addsEnd, endID == nil { throw .contradiction("adds an end token but names none") }
    if alphabet == .bytes, escapesSpaces || hasByteFallback || fusesUnknown {
      throw .contradiction("a byte alphabet neither escapes spaces nor has unknown scalars")
    }
    if mergeRule == .longestMatch { try validateLongestMatch() }
    if omitsPresentPrefix, spacePrefix == .never { throw .contradiction("no space prefix to omit") }
    try validateAddedTokens()
  }

  private func validateLongestMatch() throws(TokenizerDefinitionError) {
    if alphabet == .bytes || escapesSpaces || hasByteFallback || fusesUnknown || ignoresMergesForPieces {
      throw .contradiction("the longest match takes scalars as they are and neither merges nor falls back")
    }
    if spacePrefix != .never { throw .contradiction("the longest match has no space before a text") }
  }

  private func validateAddedTokens() throws(TokenizerDefinitionError) {
    var previous: UInt32?
    var byteCount = 0
    for (index, token) in addedTokens.enumerated() {
      guard token.id < pieces.count else { throw .unknownIdentifier(what: "added token", id: token.id) }
      if let previous, token.id <= previous { throw .invalidAddedToken(index: index) }
      let count = pieces[Int(token.id)].count
      guard count > 0, count <= Limits.addedTokenByteCount else { throw .invalidAddedToken(index: index) }
      previous = token.id
      byteCount += count
    }
    try Self.check("bytes of added tokens", count: byteCount, limit: Limits.allAddedTokensByteCount)
  }

  static func check(_ what: String, count: Int, limit: Int) throws(TokenizerDefinitionError) {
    guard count <= limit else { throw .outOfBounds(what: what, limit: limit, actual: count) }
  }

  private static func match(_ what: String, count: Int, expected: Int) throws(TokenizerDefinitionError) {
    guard count == expected else { throw .countMismatch(what: what, expected: expected, actual: count) }
  }
}
