/// Why bytes are no encoded tokenizer.
package enum TokenizerDecodingError: Error, Equatable, Sendable {
  /// The bytes end inside this field.
  case truncated(field: String, offset: Int)
  /// A version that this code does not know.
  case unsupportedVersion(UInt32)
  /// A value that the field does not allow.
  case invalid(field: String, offset: Int)
  /// A count beyond the limit.
  case overLimit(field: String, limit: Int, actual: Int)
  /// Bytes follow the tokenizer.
  case trailingBytes(count: Int)
  /// The fields are readable, but describe no tokenizer.
  case definition(TokenizerDefinitionError)
}

/// The canonical binary form of a tokenizer, version 1. Integers are little-endian; V is the vocabulary's size.
///
///     offset  bytes    field
///     0       4        version, 1
///     4       1        alphabet: 0 scalars, 1 bytes
///     5       1        merge rule: 0 highest score, 1 lowest identifier, 2 listed pairs, 3 longest match
///     6       1        normalisation: 0 none, 1 NFC, 2 NFD, 3 NFKC, 4 NFKD, 5 BERT uncased
///     7       1        pre-tokeniser: 0 none, 1 GPT-2, 2 Llama 3, 3 Qwen 2, 4 DeepSeek LLM, 5 StarCoder,
///                      6 metaspace, 7 DeepSeek V3, 8 BERT
///     8       1        space prefix: 0 never, 1 first segment, 2 every segment
///     9       1        flags: bit 0 omits a present prefix, 1 escapes spaces, 2 collapses spaces,
///                      3 byte fallback, 4 fuses unknown, 5 ignores merges for pieces, 6 adds the beginning,
///                      7 adds the end
///     10      16       beginning, end, unknown and padding identifier, 4 bytes each; FFFFFFFF for none
///     26      4        V
///     30      V        kind of each piece, 1…6
///     30+V    2·V      length of each piece in bytes
///             …        the pieces' bytes, one after the other
///             4·V      scores as two's-complement integers; only under merge rule 0
///             4        count of merges M; only under merge rule 2, as are the next
///             8·M      merges: left identifier, right identifier
///             4        count of added tokens A
///             5·A      added tokens: identifier (4), flags (1): bit 0 special, 1 strips left, 2 strips right,
///                      3 normalised; ascending by identifier
///             4        length of the chat template plus 1, or 0 for none
///             …        the chat template's bytes
///
/// Every value has one encoding, and nothing may follow it. Under merge rule 3 the pieces are as in `vocab.txt`:
/// those that continue a word begin with `##`, those that begin one are unmarked.
extension Tokenizer {
  static let codecVersion: UInt32 = 1
  private static let noIdentifier = UInt32.max

  /// The canonical bytes of this tokenizer.
  package func encoded() -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.appendLittleEndian(Self.codecVersion)
    bytes += [definition.alphabet.rawValue, definition.mergeRule.rawValue, definition.normalization?.rawValue ?? 0]
    bytes += [definition.preTokenizer.rawValue, definition.spacePrefix.rawValue, definition.flagBits]
    for id in [definition.beginningID, definition.endID, definition.unknownID, definition.paddingID] {
      bytes.appendLittleEndian(id ?? Self.noIdentifier)
    }
    bytes.appendLittleEndian(UInt32(definition.pieces.count))
    for kind in definition.kinds { bytes.append(kind.rawValue) }
    for piece in definition.pieces { bytes.appendLittleEndian(UInt16(piece.count)) }
    for piece in definition.pieces { bytes += piece }
    for score in definition.scores { bytes.appendLittleEndian(UInt32(bitPattern: score.bits)) }
    if definition.mergeRule == .listedPairs { bytes.appendLittleEndian(UInt32(definition.merges.count)) }
    for merge in definition.merges {
      bytes.appendLittleEndian(merge.left)
      bytes.appendLittleEndian(merge.right)
    }
    bytes.appendLittleEndian(UInt32(definition.addedTokens.count))
    for token in definition.addedTokens {
      bytes.appendLittleEndian(token.id)
      bytes.append(token.flagBits)
    }
    bytes.appendLittleEndian(UInt32(definition.chatTemplate.map { $0.count + 1 } ?? 0))
    return bytes + (definition.chatTemplate ?? [])
  }

  /// Reads the canonical bytes of a tokenizer.
  /// - Throws: what is wrong with the bytes, and where; never traps.
  package init(decoding bytes: [UInt8]) throws(TokenizerDecodingError) {
    var decoder = DefinitionDecoder(bytes)
    let definition = try decoder.decode()
    do {
      try self.init(definition)
    } catch {
      throw .definition(error)
    }
  }
}

extension TokenizerDefinition {
  fileprivate var flagBits: UInt8 {
    get {
      let flags = [
        omitsPresentPrefix, escapesSpaces, collapsesSpaces, hasByteFallback, fusesUnknown, ignoresMergesForPieces,
        addsBeginning, addsEnd,
      ]
      return flags.enumerated().reduce(0) { $0 | ($1.element ? 1 << UInt8($1.offset) : 0) }
    }
    set {
      omitsPresentPrefix = newValue & 1 != 0
      escapesSpaces = newValue & 2 != 0
      collapsesSpaces = newValue & 4 != 0
      hasByteFallback = newValue & 8 != 0
      fusesUnknown = newValue & 16 != 0
      ignoresMergesForPieces = newValue & 32 != 0
      addsBeginning = newValue & 64 != 0
      addsEnd = newValue & 128 != 0
    }
  }
}

extension AddedToken {
  fileprivate var flagBits: UInt8 {
    (isSpecial ? 1 : 0) | (stripsLeft ? 2 : 0) | (stripsRight ? 4 : 0) | (isNormalized ? 8 : 0)
  }
}

/// Reads a definition field by field.
private struct DefinitionDecoder {
  var cursor: ByteCursor

  init(_ bytes: [UInt8]) {
    cursor = ByteCursor(bytes)
  }

  mutating func decode() throws(TokenizerDecodingError) -> TokenizerDefinition {
    var definition = TokenizerDefinition()
    let version = try integer(UInt32.self, "version")
    guard version == Tokenizer.codecVersion else { throw .unsupportedVersion(version) }
    definition.alphabet = try choice("alphabet", TokenizerDefinition.Alphabet.init(rawValue:))
    definition.mergeRule = try choice("merge rule", TokenizerDefinition.MergeRule.init(rawValue:))
    definition.normalization = try choice("normalisation") { byte -> NormalizationForm?? in
      byte == 0 ? .some(nil) : NormalizationForm(rawValue: byte).map { .some($0) }
    }
    definition.preTokenizer = try choice("pre-tokeniser", PreTokenizer.init(rawValue:))
    definition.spacePrefix = try choice("space prefix", TokenizerDefinition.SpacePrefix.init(rawValue:))
    definition.flagBits = try integer(UInt8.self, "flags")
    definition.beginningID = try identifier("beginning")
    definition.endID = try identifier("end")
    definition.unknownID = try identifier("unknown")
    definition.paddingID = try identifier("padding")
    try readVocabulary(into: &definition)
    try readMerges(into: &definition)
    definition.addedTokens = try addedTokens()
    definition.chatTemplate = try chatTemplate()
    guard cursor.remaining == 0 else { throw .trailingBytes(count: cursor.remaining) }
    return definition
  }

  private mutating func readVocabulary(into definition: inout TokenizerDefinition) throws(TokenizerDecodingError) {
    // A kind and a length are at least three bytes per piece.
    let count = try self.count("vocabulary", limit: TokenizerDefinition.Limits.pieces, bytesEach: 3)
    definition.kinds.reserveCapacity(count)
    for _ in 0..<count { definition.kinds.append(try choice("kind", TokenKind.init(rawValue:))) }
    var lengths: [Int] = []
    lengths.reserveCapacity(count)
    for _ in 0..<count { lengths.append(Int(try integer(UInt16.self, "piece length"))) }
    definition.pieces.reserveCapacity(count)
    for length in lengths { definition.pieces.append(Array(try slice(length, "piece"))) }
    guard definition.mergeRule == .highestScore else { return }
    definition.scores.reserveCapacity(count)
    for _ in 0..<count {
      definition.scores.append(OrderedScore(bits: Int32(bitPattern: try integer(UInt32.self, "score"))))
    }
  }

  private mutating func readMerges(into definition: inout TokenizerDefinition) throws(TokenizerDecodingError) {
    guard definition.mergeRule == .listedPairs else { return }
    let count = try self.count("merges", limit: TokenizerDefinition.Limits.merges, bytesEach: 8)
    definition.merges.reserveCapacity(count)
    for _ in 0..<count {
      let left = try integer(UInt32.self, "merge")
      definition.merges.append(.init(left: left, right: try integer(UInt32.self, "merge")))
    }
  }

  private mutating func addedTokens() throws(TokenizerDecodingError) -> [AddedToken] {
    let count = try self.count("added tokens", limit: TokenizerDefinition.Limits.addedTokens, bytesEach: 5)
    var tokens: [AddedToken] = []
    tokens.reserveCapacity(count)
    for _ in 0..<count {
      let id = try integer(UInt32.self, "added token")
      let flags = try choice("added token flags") { $0 < 16 ? $0 : nil }
      tokens.append(
        AddedToken(
          id: id, isSpecial: flags & 1 != 0, stripsLeft: flags & 2 != 0, stripsRight: flags & 4 != 0,
          isNormalized: flags & 8 != 0))
    }
    return tokens
  }

  private mutating func chatTemplate() throws(TokenizerDecodingError) -> [UInt8]? {
    let encodedCount = Int(try integer(UInt32.self, "chat template length"))
    guard encodedCount > 0 else { return nil }
    let limit = TokenizerDefinition.Limits.chatTemplateByteCount
    guard encodedCount - 1 <= limit else {
      throw .overLimit(field: "chat template", limit: limit, actual: encodedCount - 1)
    }
    return Array(try slice(encodedCount - 1, "chat template"))
  }
}

extension DefinitionDecoder {
  private mutating func integer<Integer: FixedWidthInteger & UnsignedInteger>(
    _ type: Integer.Type, _ field: String
  ) throws(TokenizerDecodingError) -> Integer {
    guard let value = cursor.integer(type) else { throw .truncated(field: field, offset: cursor.offset) }
    return value
  }

  private mutating func slice(_ count: Int, _ field: String) throws(TokenizerDecodingError) -> ArraySlice<UInt8> {
    guard let slice = cursor.slice(count) else { throw .truncated(field: field, offset: cursor.offset) }
    return slice
  }

  private mutating func choice<Value>(
    _ field: String, _ make: (UInt8) -> Value?
  ) throws(TokenizerDecodingError) -> Value {
    let offset = cursor.offset
    guard let value = make(try integer(UInt8.self, field)) else { throw .invalid(field: field, offset: offset) }
    return value
  }

  private mutating func identifier(_ field: String) throws(TokenizerDecodingError) -> UInt32? {
    let id = try integer(UInt32.self, field)
    return id == .max ? nil : id
  }

  /// A count whose entries can still follow, so that nothing is reserved for a lie.
  private mutating func count(_ field: String, limit: Int, bytesEach: Int) throws(TokenizerDecodingError) -> Int {
    let count = Int(try integer(UInt32.self, field))
    guard count <= limit else { throw .overLimit(field: field, limit: limit, actual: count) }
    guard count * bytesEach <= cursor.remaining else { throw .truncated(field: field, offset: cursor.offset) }
    return count
  }
}
