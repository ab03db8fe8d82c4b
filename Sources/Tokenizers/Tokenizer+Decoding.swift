extension Tokenizer {
  /// The bytes that a token stands for in text; empty for an identifier outside the vocabulary.
  ///
  /// They need not be UTF-8 on their own: a scalar may be spread over several tokens. Under the longest match a
  /// piece that continues a word loses its `##`, and any other has a space before it.
  package func bytes(of id: UInt32) -> [UInt8] {
    guard id < vocabularyCount else { return [] }
    if let byte = bytesOfIdentifiers[id] { return [byte] }
    let piece = definition.pieces[Int(id)]
    if definition.mergeRule == .longestMatch { return LongestMatch.text(of: piece) }
    return definition.escapesSpaces ? EscapedSpace.unescaped(piece[...]) : piece
  }

  /// Whether a token is no part of a text: a control token, or an added token marked special.
  package func isSpecial(_ id: UInt32) -> Bool {
    guard id < vocabularyCount else { return false }
    if definition.kinds[Int(id)] == .control { return true }
    var (low, high) = (0, definition.addedTokens.count)
    while low < high {
      let middle = (low + high) / 2
      if definition.addedTokens[middle].id < id { low = middle + 1 } else { high = middle }
    }
    return low < definition.addedTokens.count && definition.addedTokens[low].id == id
      && definition.addedTokens[low].isSpecial
  }

  /// The text of a sequence of tokens, in well-formed UTF-8; U+FFFD stands for bytes that are none.
  /// - Parameter skipSpecial: leaves special tokens out.
  package func decode(_ identifiers: [UInt32], skipSpecial: Bool) -> [UInt8] {
    var decoder = TokenStreamDecoder(self, skipSpecial: skipSpecial)
    var text: [UInt8] = []
    for id in identifiers { text.append(contentsOf: decoder.append(id)) }
    return text + decoder.finish()
  }
}

/// Decodes tokens as they arrive, giving out text as soon as it cannot change any more.
///
/// The pieces put together are what `Tokenizer.decode(_:skipSpecial:)` gives. At most three bytes are held back.
package struct TokenStreamDecoder: Sendable {
  private let tokenizer: Tokenizer
  private let skipSpecial: Bool
  /// Every token has its own space before it, special ones too.
  private let joinsWords: Bool
  /// The space that encoding or the first word put before the text has yet to be taken away.
  private var expectsPrefix: Bool
  private var pending: [UInt8] = []

  package init(_ tokenizer: Tokenizer, skipSpecial: Bool) {
    self.tokenizer = tokenizer
    self.skipSpecial = skipSpecial
    let definition = tokenizer.definition
    joinsWords = definition.mergeRule == .longestMatch
    expectsPrefix = joinsWords || (definition.spacePrefix != .never && definition.escapesSpaces)
  }

  /// Takes the next token and returns the text it completes.
  package mutating func append(_ id: UInt32) -> [UInt8] {
    let isSpecial = tokenizer.isSpecial(id)
    if isSpecial, skipSpecial { return [] }
    var bytes = tokenizer.bytes(of: id)
    if expectsPrefix, joinsWords || !isSpecial {
      if bytes.first == 0x20 { bytes.removeFirst() }
      expectsPrefix = false
    }
    pending += bytes
    return takeComplete(isFinal: false)
  }

  /// Ends the text; an incomplete sequence becomes U+FFFD.
  package mutating func finish() -> [UInt8] { takeComplete(isFinal: true) }

  private mutating func takeComplete(isFinal: Bool) -> [UInt8] {
    var text: [UInt8] = []
    var position = 0
    while position < pending.count {
      switch UTF8Text.sequence(at: position, in: pending[...]) {
      case .complete(_, let length):
        text.append(contentsOf: pending[position..<position + length])
        position += length
        continue
      case .invalid(let length): position += length
      case .incomplete:
        guard isFinal else {
          pending.removeFirst(position)
          return text
        }
        position = pending.count
      }
      text.append(contentsOf: [0xEF, 0xBF, 0xBD])
    }
    pending.removeAll()
    return text
  }
}
