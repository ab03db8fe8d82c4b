/// Turns text into token identifiers and back, exactly as its definition says.
///
/// A value: building one checks the definition and indexes it once; encoding and decoding change nothing.
package struct Tokenizer: Sendable, Equatable {
  /// What this tokenizer was built from.
  package let definition: TokenizerDefinition
  let index: PieceIndex
  let mergeTable: MergeTable
  /// The identifier of each byte's piece, shape (256,), where the definition has byte pieces or a byte alphabet.
  let byteIdentifiers: [UInt32?]
  /// The byte of each byte piece.
  let bytesOfIdentifiers: [UInt32: UInt8]
  let rawMatcher: AddedTokenMatcher
  let normalizedMatcher: AddedTokenMatcher

  /// Checks a definition and builds its indexes.
  /// - Throws: what is wrong with the definition, and where.
  /// - Complexity: O(bytes of all pieces + merges).
  package init(_ definition: TokenizerDefinition) throws(TokenizerDefinitionError) {
    try definition.validate()
    self.definition = definition
    let isBytes = definition.alphabet == .bytes
    index = PieceIndex(pieces: definition.pieces, kinds: definition.kinds) { kind in
      kind == .normal || (!isBytes && (kind == .userDefined || kind == .unused))
    }
    mergeTable = try MergeTable(definition, index: index)
    bytesOfIdentifiers = try Self.bytePieces(of: definition)
    var byteIdentifiers = [UInt32?](repeating: nil, count: 256)
    if isBytes {
      for byte in UInt8.min...UInt8.max { byteIdentifiers[Int(byte)] = index[[byte]] }
    } else {
      for (id, byte) in bytesOfIdentifiers { byteIdentifiers[Int(byte)] = id }
    }
    self.byteIdentifiers = byteIdentifiers
    rawMatcher = Self.matcher(of: definition, isNormalized: false)
    normalizedMatcher = Self.matcher(of: definition, isNormalized: true)
  }

  package static func == (left: Tokenizer, right: Tokenizer) -> Bool { left.definition == right.definition }

  /// How many identifiers there are; they are 0 ..< this.
  package var vocabularyCount: Int { definition.pieces.count }
  package var beginningID: UInt32? { definition.beginningID }
  package var endID: UInt32? { definition.endID }

  private static func bytePieces(of definition: TokenizerDefinition) throws(TokenizerDefinitionError) -> [UInt32: UInt8]
  {
    var identifiers: [UInt32: UInt8] = [:]
    var seen = [Bool](repeating: false, count: 256)
    for (id, kind) in definition.kinds.enumerated() where kind == .byte {
      guard let byte = BytePieceName.byte(of: definition.pieces[id]), !seen[Int(byte)] else {
        throw .invalidBytePiece(id: UInt32(id))
      }
      seen[Int(byte)] = true
      identifiers[UInt32(id)] = byte
    }
    return identifiers
  }

  private static func matcher(of definition: TokenizerDefinition, isNormalized: Bool) -> AddedTokenMatcher {
    var matcher = AddedTokenMatcher()
    for token in definition.addedTokens where token.isNormalized == isNormalized {
      let piece = definition.pieces[Int(token.id)]
      let content = definition.escapesSpaces ? EscapedSpace.unescaped(piece[...]) : piece
      matcher.insert(token, content: isNormalized ? definition.normalized(content[...]) : content)
    }
    return matcher
  }
}

extension TokenizerDefinition {
  /// UTF-8 in the definition's normalisation form; the bytes themselves where there is none.
  func normalized(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
    guard let form = normalization, form == .bertUncased || bytes.contains(where: { $0 >= 0x80 }),
      case .success(let scalars) = UTF8Text.scalars(of: bytes)
    else { return Array(bytes) }
    var normalized: [UInt8] = []
    normalized.reserveCapacity(bytes.count)
    for scalar in form.normalized(scalars) { UTF8Text.append(scalar, to: &normalized) }
    return normalized
  }
}

/// Names of byte pieces: `<0x00>` … `<0xFF>`.
enum BytePieceName {
  static func byte(of piece: [UInt8]) -> UInt8? {
    guard piece.count == 6, piece.starts(with: "<0x".utf8), piece[5] == UInt8(ascii: ">"),
      let high = digit(piece[3]), let low = digit(piece[4])
    else { return nil }
    return high << 4 | low
  }

  static func name(of byte: UInt8) -> [UInt8] {
    let digits = Array("0123456789ABCDEF".utf8)
    return Array("<0x".utf8) + [digits[Int(byte >> 4)], digits[Int(byte & 15)], UInt8(ascii: ">")]
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}

/// SentencePiece's sign for a space, U+2581.
enum EscapedSpace {
  static let scalar: UInt32 = 0x2581
  static let bytes: [UInt8] = [0xE2, 0x96, 0x81]

  /// The bytes with every U+2581 replaced by a space.
  static func unescaped(_ piece: ArraySlice<UInt8>) -> [UInt8] {
    var output: [UInt8] = []
    output.reserveCapacity(piece.count)
    var position = piece.startIndex
    while position < piece.endIndex {
      if piece[position...].starts(with: bytes) {
        output.append(0x20)
        position += bytes.count
      } else {
        output.append(piece[position])
        position += 1
      }
    }
    return output
  }
}
