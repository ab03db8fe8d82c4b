/// Why text has no tokens.
package enum TokenizationError: Error, Equatable, Sendable {
  /// The text is not well-formed UTF-8 from this byte on.
  case invalidUTF8(offset: Int)
  /// The vocabulary has neither a piece nor a fallback for these bytes, and no unknown token.
  case unencodable([UInt8])
  /// The text is longer than this many bytes.
  case tooLong(limit: Int)
}

extension Tokenizer {
  /// The longest text that is tokenised at once.
  package static let maximumTextByteCount = 1 << 26

  /// The token identifiers of a text.
  /// - Parameters:
  ///   - text: UTF-8.
  ///   - addSpecial: adds the beginning and end tokens that the definition asks for.
  ///   - parseSpecial: recognises special tokens written out in the text; other added tokens always are.
  /// - Throws: where the text is not UTF-8, or what cannot be written in this vocabulary.
  /// - Complexity: O(n log n) in the text's bytes.
  package func encode(
    _ text: [UInt8], addSpecial: Bool, parseSpecial: Bool
  ) throws(TokenizationError) -> [UInt32] {
    guard text.count <= Self.maximumTextByteCount else { throw .tooLong(limit: Self.maximumTextByteCount) }
    if case .failure(let invalid) = UTF8Text.scalars(of: text[...]) { throw .invalidUTF8(offset: invalid.offset) }
    var output: [UInt32] = []
    if addSpecial, definition.addsBeginning, let beginningID { output.append(beginningID) }
    var encoder = SegmentEncoder(tokenizer: self)
    var isFirst = true
    for segment in rawMatcher.segments(of: text[...], includesSpecial: parseSpecial) {
      switch segment {
      case .token(let id): output.append(id)
      case .text(let bytes):
        let normalized = definition.normalized(bytes)
        for part in normalizedMatcher.segments(of: normalized[...], includesSpecial: parseSpecial) {
          try encoder.encode(part, isFirst: isFirst, into: &output)
          isFirst = false
        }
      }
      isFirst = false
    }
    if addSpecial, definition.addsEnd, let endID { output.append(endID) }
    return output
  }
}

/// Encodes stretches of text that hold no added token; keeps its buffers between them.
private struct SegmentEncoder {
  let tokenizer: Tokenizer
  let definition: TokenizerDefinition
  var merger = SymbolMerger()

  init(tokenizer: Tokenizer) {
    self.tokenizer = tokenizer
    definition = tokenizer.definition
  }

  mutating func encode(
    _ segment: AddedTokenMatcher.Segment, isFirst: Bool, into output: inout [UInt32]
  ) throws(TokenizationError) {
    switch segment {
    case .token(let id): output.append(id)
    case .text(let bytes):
      guard case .success(let scalars) = UTF8Text.scalars(of: bytes) else { throw .invalidUTF8(offset: 0) }
      let prepared = prepare(scalars, isFirst: isFirst)
      var start = 0
      for end in definition.preTokenizer.wordEnds(in: prepared) {
        defer { start = end }
        if definition.preTokenizer.dropsWhiteSpace, Self.isWhiteSpace(prepared[start]) { continue }
        if definition.mergeRule == .longestMatch {
          try coverWord(prepared[start..<end], into: &output)
        } else {
          try encodeWord(prepared[start..<end], into: &output)
        }
      }
    }
  }

  /// Collapses, prefixes and escapes spaces.
  private func prepare(_ scalars: [UInt32], isFirst: Bool) -> [UInt32] {
    var prepared = definition.collapsesSpaces ? Self.collapsed(scalars) : scalars
    guard let first = prepared.first else { return [] }
    let isPrefixed =
      switch definition.spacePrefix {
      case .never: false
      case .firstSegment: isFirst
      case .everySegment: true
      }
    let isPresent = first == 0x20 || (definition.escapesSpaces && first == EscapedSpace.scalar)
    if isPrefixed, !(definition.omitsPresentPrefix && isPresent) { prepared.insert(0x20, at: 0) }
    guard definition.escapesSpaces else { return prepared }
    return prepared.map { $0 == 0x20 ? EscapedSpace.scalar : $0 }
  }

  private static func collapsed(_ scalars: [UInt32]) -> [UInt32] {
    var output: [UInt32] = []
    for scalar in scalars where scalar != 0x20 || (output.last ?? 0x20) != 0x20 { output.append(scalar) }
    if output.last == 0x20 { output.removeLast() }
    return output
  }

  private static func isWhiteSpace(_ scalar: UInt32) -> Bool {
    UnicodeTables.shared.scalarClass(of: scalar).isWhiteSpace
  }

  private func coverWord(_ word: ArraySlice<UInt32>, into output: inout [UInt32]) throws(TokenizationError) {
    if let identifiers = LongestMatch.cover(word, index: tokenizer.index) {
      output.append(contentsOf: identifiers)
    } else if let unknown = definition.unknownID {
      output.append(unknown)
    } else {
      var bytes: [UInt8] = []
      for scalar in word { UTF8Text.append(scalar, to: &bytes) }
      throw .unencodable(bytes)
    }
  }

  private mutating func encodeWord(
    _ scalars: ArraySlice<UInt32>, into output: inout [UInt32]
  ) throws(TokenizationError) {
    var word: [UInt8] = []
    var symbols: [SymbolMerger.Symbol] = []
    word.reserveCapacity(scalars.count)
    for scalar in scalars {
      let start = word.count
      UTF8Text.append(scalar, to: &word)
      if definition.alphabet == .bytes {
        for place in start..<word.count {
          let id = tokenizer.byteIdentifiers[Int(word[place])]
          symbols.append(.init(start: place, byteCount: 1, id: id, previous: 0, next: 0))
        }
      } else {
        let id = tokenizer.index[word[start...]]
        symbols.append(.init(start: start, byteCount: word.count - start, id: id, previous: 0, next: 0))
      }
    }
    if definition.ignoresMergesForPieces, let id = tokenizer.index[word[...]] {
      output.append(id)
      return
    }
    let merged = merger.merge(word, initial: symbols, table: tokenizer.mergeTable, index: tokenizer.index)
    try emit(merged, of: word, into: &output)
  }

  private func emit(
    _ symbols: [SymbolMerger.Symbol], of word: [UInt8], into output: inout [UInt32]
  ) throws(TokenizationError) {
    var isAfterUnknown = false
    for symbol in symbols {
      let bytes = word[symbol.start..<symbol.start + symbol.byteCount]
      if let id = symbol.id {
        output.append(id)
        isAfterUnknown = false
      } else if let fallback = byteFallback(for: bytes) {
        output.append(contentsOf: fallback)
        isAfterUnknown = false
      } else {
        guard let unknown = definition.unknownID else { throw .unencodable(Array(bytes)) }
        if !(definition.fusesUnknown && isAfterUnknown) { output.append(unknown) }
        isAfterUnknown = true
      }
    }
  }

  /// The byte pieces of a symbol, or `nil` where there is no fallback or a byte has no piece.
  private func byteFallback(for bytes: ArraySlice<UInt8>) -> [UInt32]? {
    guard definition.hasByteFallback else { return nil }
    let identifiers = bytes.compactMap { tokenizer.byteIdentifiers[Int($0)] }
    return identifiers.count == bytes.count ? identifiers : nil
  }
}
