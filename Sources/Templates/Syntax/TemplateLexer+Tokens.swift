extension TemplateLexer {
  /// Reads one token inside a tag, or only the white space before it; false at the end of the template.
  mutating func readToken() throws(TemplateError) -> Bool {
    let start = Scalars.skipSpace(source, from: position)
    if start > position {
      advance(to: start)
      return true
    }
    guard let first = byte(position) else { return false }
    if Scalars.isDigit(first) {
      try readNumber()
    } else if isNameByte(first) {
      readName()
    } else if first == UInt8(ascii: "'") || first == UInt8(ascii: "\"") {
      try readString(quote: first)
    } else {
      try readSymbol()
    }
    return true
  }

  private func isNameByte(_ byte: UInt8) -> Bool {
    Scalars.isLetter(byte) || Scalars.isDigit(byte) || byte == UInt8(ascii: "_")
  }

  private mutating func readName() {
    var end = position
    while let next = byte(end), isNameByte(next) { end += 1 }
    add(.name(String(decoding: source[position..<end], as: UTF8.self)))
    advance(to: end)
  }

  private mutating func readSymbol() throws(TemplateError) {
    for symbol in Token.Symbol.allCases where source[position...].starts(with: symbol.rawValue.utf8) {
      try balance(symbol)
      add(.symbol(symbol))
      return advance(to: position + symbol.rawValue.utf8.count)
    }
    throw failure("unexpected character")
  }

  // MARK: Numbers

  /// End of digits from `start`, each possibly after one underscore; `start` itself when there is none.
  private func digitsEnd(from start: Int) -> Int {
    guard let first = byte(start), Scalars.isDigit(first) else { return start }
    var end = start + 1
    while let next = byte(end) {
      if Scalars.isDigit(next) {
        end += 1
      } else if next == UInt8(ascii: "_"), let digit = byte(end + 1), Scalars.isDigit(digit) {
        end += 2
      } else {
        break
      }
    }
    return end
  }

  private mutating func readNumber() throws(TemplateError) {
    let whole = digitsEnd(from: position)
    var end = whole
    let mayBeDecimal = position == 0 || source[position - 1] != UInt8(ascii: ".")
    if mayBeDecimal, byte(whole) == UInt8(ascii: ".") {
      let fraction = digitsEnd(from: whole + 1)
      if fraction > whole + 1 { end = fraction }
    }
    if mayBeDecimal { end = exponentEnd(from: end) }
    if end > whole {
      add(.decimal(source[position..<end].filter { $0 != UInt8(ascii: "_") }))
      return advance(to: end)
    }
    try readInteger(decimalEnd: whole)
  }

  private func exponentEnd(from start: Int) -> Int {
    guard let letter = byte(start), letter | 0x20 == UInt8(ascii: "e") else { return start }
    var digits = start + 1
    if let sign = byte(digits), sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") { digits += 1 }
    let end = digitsEnd(from: digits)
    return end > digits ? end : start
  }

  private mutating func readInteger(decimalEnd: Int) throws(TemplateError) {
    var end = decimalEnd
    var radix = 10
    var digits = position
    if source[position] == UInt8(ascii: "0") {
      (end, radix) = prefixedEnd()
      if radix != 10 { digits += 2 }
    }
    let text = String(decoding: source[digits..<end].filter { $0 != UInt8(ascii: "_") }, as: UTF8.self)
    guard let value = Int(text, radix: radix) else {
      throw TemplateError(.overflow, line: line, "an integer that does not fit in 64 bits")
    }
    add(.integer(value))
    advance(to: end)
  }

  /// End and radix of an integer that starts with zero: `0x1F`, `0o17`, `0b11`, or zeros alone.
  private func prefixedEnd() -> (end: Int, radix: Int) {
    let radix: Int =
      switch byte(position + 1).map({ $0 | 0x20 }) {
      case UInt8(ascii: "x"): 16
      case UInt8(ascii: "o"): 8
      case UInt8(ascii: "b"): 2
      default: 10
      }
    var end = position + (radix == 10 ? 1 : 2)
    let start = end
    while let next = byte(end) {
      let isSeparated = next == UInt8(ascii: "_")
      guard let digit = isSeparated ? byte(end + 1) : next, let value = hexValue(digit),
        value < (radix == 10 ? 1 : radix)
      else { break }
      end += isSeparated ? 2 : 1
    }
    return radix != 10 && end == start ? (position + 1, 10) : (end, radix)
  }

  private func hexValue(_ byte: UInt8) -> Int? {
    if Scalars.isDigit(byte) { return Int(byte - UInt8(ascii: "0")) }
    let letter = byte | 0x20
    guard (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(letter) else { return nil }
    return Int(letter - UInt8(ascii: "a")) + 10
  }

  // MARK: Strings

  private mutating func readString(quote: UInt8) throws(TemplateError) {
    let startLine = line
    var text: [UInt8] = []
    var index = position + 1
    while true {
      guard let next = byte(index) else { throw failure("unexpected character: a string without its end") }
      if next == quote { break }
      if next == UInt8(ascii: "\\") {
        try readEscape(at: &index, into: &text)
      } else {
        text.append(next)
        index += 1
      }
    }
    advance(to: index + 1)
    tokens.append(Token(kind: .string(text), line: startLine))
  }

  private func readEscape(at index: inout Int, into text: inout [UInt8]) throws(TemplateError) {
    guard let letter = byte(index + 1) else { throw failure("unexpected character: a string without its end") }
    index += 2
    switch letter {
    case UInt8(ascii: "\\"), UInt8(ascii: "'"), UInt8(ascii: "\""): text.append(letter)
    case UInt8(ascii: "n"): text.append(0x0A)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "r"): text.append(0x0D)
    case UInt8(ascii: "a"): text.append(0x07)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "v"): text.append(0x0B)
    case 0x0A: break
    case UInt8(ascii: "x"): try readHexEscape(digitCount: 2, at: &index, into: &text)
    case UInt8(ascii: "u"): try readHexEscape(digitCount: 4, at: &index, into: &text)
    case UInt8(ascii: "U"): try readHexEscape(digitCount: 8, at: &index, into: &text)
    case UInt8(ascii: "N"): throw TemplateError(.unsupported, line: line, "characters by name in strings")
    case UInt8(ascii: "0")...UInt8(ascii: "7"): readOctalEscape(first: letter, at: &index, into: &text)
    default: readUnknownEscape(at: &index, into: &text)
    }
  }

  private func readHexEscape(digitCount: Int, at index: inout Int, into text: inout [UInt8]) throws(TemplateError) {
    var value: UInt32 = 0
    for _ in 0..<digitCount {
      guard let digit = byte(index), let number = hexValue(digit) else { throw failure("truncated escape in a string") }
      value = value << 4 | UInt32(number)
      index += 1
    }
    guard let scalar = Unicode.Scalar(value) else {
      throw failure("an escape that is no Unicode scalar value")
    }
    Scalars.append(scalar, to: &text)
  }

  private func readOctalEscape(first: UInt8, at index: inout Int, into text: inout [UInt8]) {
    var value = UInt32(first - UInt8(ascii: "0"))
    for _ in 0..<2 {
      guard let digit = byte(index), (UInt8(ascii: "0")...UInt8(ascii: "7")).contains(digit) else { break }
      value = value << 3 | UInt32(digit - UInt8(ascii: "0"))
      index += 1
    }
    if let scalar = Unicode.Scalar(value) { Scalars.append(scalar, to: &text) }
  }

  /// An escape without a meaning keeps its backslash; before a non-ASCII character the reference implementation
  /// spells that character out in hexadecimal, and so do we.
  private func readUnknownEscape(at index: inout Int, into text: inout [UInt8]) {
    index -= 1
    text.append(UInt8(ascii: "\\"))
    let (value, length) = Scalars.scalar(source, at: index)
    index += length
    guard value >= 0x80 else { return text.append(UInt8(value)) }
    let digits = String(value, radix: 16)
    let width = value <= 0xFF ? 2 : value <= 0xFFFF ? 4 : 8
    text += Array((value <= 0xFF ? "x" : value <= 0xFFFF ? "u" : "U").utf8)
    text += Array((String(repeating: "0", count: max(0, width - digits.utf8.count)) + digits).utf8)
  }
}
