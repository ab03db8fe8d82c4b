/// Splits a template into text and tags, and tags into tokens.
///
/// White space follows the configuration chat templates are published for: the first newline after a block or
/// comment is dropped, blanks before one at the start of a line are dropped, `-` strips everything, `+` nothing,
/// and one newline at the end of the template does not count.
struct TemplateLexer {
  let source: [UInt8]
  var position = 0
  var line = 1
  var tokens: [Token] = []
  /// True where the text before `position` ended a line inside the previous tag.
  private var isLineStart = true

  /// - Throws: `invalidUTF8`, `sourceLimit`, or `syntax`.
  static func tokens(of bytes: [UInt8]) throws(TemplateError) -> [Token] {
    guard bytes.count <= TemplateLimits.sourceByteCount else {
      throw TemplateError(.sourceLimit, "the template is longer than \(TemplateLimits.sourceByteCount) bytes")
    }
    guard String(validating: bytes, as: UTF8.self) != nil else {
      throw TemplateError(.invalidUTF8, "the template is not UTF-8")
    }
    var lexer = TemplateLexer(source: normalized(bytes))
    try lexer.readTemplate()
    return lexer.tokens
  }

  private init(source: [UInt8]) {
    self.source = source
  }

  /// Every line end becomes `\n`, and one at the very end goes.
  private static func normalized(_ bytes: [UInt8]) -> [UInt8] {
    var output: [UInt8] = []
    output.reserveCapacity(bytes.count)
    for (index, byte) in bytes.enumerated() {
      if byte == 0x0A, index > 0, bytes[index - 1] == 0x0D { continue }
      output.append(byte == 0x0D ? 0x0A : byte)
    }
    if output.last == 0x0A { output.removeLast() }
    return output
  }

  func byte(_ offset: Int) -> UInt8? { offset < source.count ? source[offset] : nil }

  func hasPrefix(_ text: StaticString, at offset: Int) -> Bool {
    guard offset + text.utf8CodeUnitCount <= source.count else { return false }
    for index in 0..<text.utf8CodeUnitCount where source[offset + index] != text.utf8Start[index] { return false }
    return true
  }

  func failure(_ message: String) -> TemplateError { TemplateError(.syntax, line: line, message) }

  mutating func add(_ kind: Token.Kind) { tokens.append(Token(kind: kind, line: line)) }

  /// Moves on, counting lines.
  mutating func advance(to end: Int) {
    while position < end {
      if source[position] == 0x0A { line += 1 }
      position += 1
    }
  }

  private mutating func readTemplate() throws(TemplateError) {
    while position < source.count {
      guard let tag = nextTag() else {
        add(.data(Array(source[position...])))
        break
      }
      addText(to: tag)
      switch byte(tag + 1) {
      case UInt8(ascii: "#"): try skipComment()
      case UInt8(ascii: "{"): try readVariable()
      default: try readBlock()
      }
    }
    add(.end)
  }

  /// Offset of the next `{{`, `{%` or `{#`.
  private func nextTag() -> Int? {
    var index = position
    while index + 1 < source.count {
      if source[index] == UInt8(ascii: "{") {
        let next = source[index + 1]
        if next == UInt8(ascii: "{") || next == UInt8(ascii: "%") || next == UInt8(ascii: "#") { return index }
      }
      index += 1
    }
    return nil
  }

  /// Emits the text before a tag, stripped as the tag asks, and moves behind the tag's opening.
  private mutating func addText(to tag: Int) {
    let sign = byte(tag + 2)
    let isSigned = sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+")
    var text = Array(source[position..<tag])
    if sign == UInt8(ascii: "-") {
      text.removeSubrange(Scalars.trimmedEnd(text)...)
    } else if !isSigned, byte(tag + 1) != UInt8(ascii: "{") {
      text.removeSubrange(lineIndentStart(text)...)
    }
    if !text.isEmpty { add(.data(text)) }
    advance(to: tag + 2 + (isSigned ? 1 : 0))
    isLineStart = false
  }

  /// Where the blanks that stand alone before a tag begin; the end of the text when there are none to drop.
  private func lineIndentStart(_ text: [UInt8]) -> Int {
    let lineStart = text.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
    guard lineStart > 0 || isLineStart else { return text.count }
    return Scalars.skipSpace(text, from: lineStart) == text.count ? lineStart : text.count
  }

  private mutating func skipComment() throws(TemplateError) {
    var index = position
    while !hasPrefix("#}", at: index) {
      guard index < source.count else { throw failure("Missing end of comment tag") }
      index += 1
    }
    finishTag(sign: index > position ? source[index - 1] : 0, at: index + 2, trimsNewline: true)
  }

  /// Moves behind a tag whose closing brace ends at `end`, with the white space the tag swallows.
  private mutating func finishTag(sign: UInt8, at end: Int, trimsNewline: Bool) {
    var stop = end
    if sign == UInt8(ascii: "-") {
      stop = Scalars.skipSpace(source, from: end)
    } else if trimsNewline, sign != UInt8(ascii: "+"), byte(end) == 0x0A {
      stop += 1
    }
    isLineStart = stop > 0 && source[stop - 1] == 0x0A
    advance(to: stop)
  }

  private mutating func readVariable() throws(TemplateError) {
    add(.variableBegin)
    while true {
      if let end = closing("}}", mayAdd: false) {
        add(.variableEnd)
        return finishTag(sign: end.sign, at: end.offset, trimsNewline: false)
      }
      guard try readToken() else { return }
    }
  }

  private mutating func readBlock() throws(TemplateError) {
    if let end = rawEnd() { return try readRaw(from: end) }
    add(.blockBegin)
    while true {
      if let end = closing("%}", mayAdd: true) {
        add(.blockEnd)
        return finishTag(sign: end.sign, at: end.offset, trimsNewline: true)
      }
      guard try readToken() else { return }
    }
  }

  /// The closing of a tag at the current position, unless a bracket is still open.
  private func closing(_ text: StaticString, mayAdd: Bool) -> (sign: UInt8, offset: Int)? {
    guard openSymbols.isEmpty else { return nil }
    if hasPrefix(text, at: position) { return (0, position + 2) }
    guard let sign = byte(position), sign == UInt8(ascii: "-") || (mayAdd && sign == UInt8(ascii: "+")),
      hasPrefix(text, at: position + 1)
    else { return nil }
    return (sign, position + 3)
  }

  /// Where the opening of a raw section ends, if the tag at the current position is one.
  private func rawEnd() -> (sign: UInt8, offset: Int)? {
    let name = Scalars.skipSpace(source, from: position)
    guard hasPrefix("raw", at: name) else { return nil }
    let end = Scalars.skipSpace(source, from: name + 3)
    if hasPrefix("-%}", at: end) { return (UInt8(ascii: "-"), end + 3) }
    return hasPrefix("%}", at: end) ? (0, end + 2) : nil
  }

  private mutating func readRaw(from start: (sign: UInt8, offset: Int)) throws(TemplateError) {
    finishTag(sign: start.sign, at: start.offset, trimsNewline: false)
    var tag = position
    while tag < source.count {
      if hasPrefix("{%", at: tag), let end = rawClosing(at: tag) {
        addText(to: tag)
        return finishTag(sign: end.sign, at: end.offset, trimsNewline: true)
      }
      tag += 1
    }
    throw failure("Missing end of raw directive")
  }

  private func rawClosing(at tag: Int) -> (sign: UInt8, offset: Int)? {
    let sign = byte(tag + 2)
    let isSigned = sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+")
    let name = Scalars.skipSpace(source, from: tag + (isSigned ? 3 : 2))
    guard hasPrefix("endraw", at: name) else { return nil }
    let end = Scalars.skipSpace(source, from: name + 6)
    if hasPrefix("%}", at: end) { return (0, end + 2) }
    guard let closing = byte(end), closing == UInt8(ascii: "-") || closing == UInt8(ascii: "+"),
      hasPrefix("%}", at: end + 1)
    else { return nil }
    return (closing, end + 3)
  }

  /// Brackets opened in the current tag and not yet closed.
  private var openSymbols: [Token.Symbol] = []

  /// Keeps brackets balanced, as only then can `}}` and `%}` be recognised.
  mutating func balance(_ symbol: Token.Symbol) throws(TemplateError) {
    if let closing = symbol.closing {
      openSymbols.append(closing)
    } else if symbol.isClosing {
      guard openSymbols.popLast() == symbol else { throw failure("unexpected '\(symbol.rawValue)'") }
    }
  }
}
