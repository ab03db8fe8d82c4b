/// Why bytes are not acceptable JSON, and at which byte.
public struct JSONError: Error, Equatable, Sendable, CustomStringConvertible {
  /// What was wrong.
  public enum Reason: String, Sendable {
    case unexpectedEnd = "the text ends inside a value"
    case unexpectedByte = "a byte that cannot stand here"
    case trailingBytes = "something follows the value"
    case invalidUTF8 = "invalid UTF-8"
    case loneSurrogate = "an escaped surrogate without its other half"
    case invalidEscape = "an unknown escape"
    case controlCharacter = "an unescaped control character in a string"
    case invalidNumber = "a malformed number"
    case duplicateName = "a member name that occurs twice"
    case tooDeep = "nesting deeper than the limit"
    case tooLong = "more bytes than the limit"
  }

  public let reason: Reason
  /// Offset of the offending byte.
  public let offset: Int

  public var description: String { "\(reason.rawValue) (byte \(offset))" }
}

/// What a parser accepts before it gives up; checked before anything is allocated.
public struct JSONLimits: Sendable {
  public var byteCount: Int
  public var depth: Int

  public init(byteCount: Int = 256 << 20, depth: Int = 64) {
    self.byteCount = byteCount
    self.depth = depth
  }
}

extension JSON {
  /// Parses one JSON text (RFC 8259): valid UTF-8, no byte-order mark, unique names, paired surrogates.
  /// - Throws: `JSONError`, with the place; never traps, whatever the bytes.
  /// - Complexity: O(bytes), except that name uniqueness costs a hash per member.
  public static func parse(_ bytes: [UInt8], limits: JSONLimits = JSONLimits()) throws(JSONError) -> JSON {
    guard bytes.count <= limits.byteCount else { throw JSONError(reason: .tooLong, offset: limits.byteCount) }
    var parser = JSONParser(bytes: bytes, maximumDepth: limits.depth)
    return try parser.parseText()
  }
}

private struct JSONParser {
  let bytes: [UInt8]
  let maximumDepth: Int
  var position = 0

  init(bytes: [UInt8], maximumDepth: Int) {
    self.bytes = bytes
    self.maximumDepth = maximumDepth
  }

  mutating func parseText() throws(JSONError) -> JSON {
    let value = try parseValue(depth: 0)
    skipWhitespace()
    guard position == bytes.count else { throw failure(.trailingBytes) }
    return value
  }

  private func failure(_ reason: JSONError.Reason) -> JSONError {
    JSONError(reason: position < bytes.count || reason != .unexpectedByte ? reason : .unexpectedEnd, offset: position)
  }

  private var current: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func skipWhitespace() {
    while let byte = current, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
  }

  private mutating func consume(_ byte: UInt8) -> Bool {
    guard current == byte else { return false }
    position += 1
    return true
  }

  private mutating func parseValue(depth: Int) throws(JSONError) -> JSON {
    guard depth <= maximumDepth else { throw failure(.tooDeep) }
    skipWhitespace()
    switch current {
    case UInt8(ascii: "{"): return try parseObject(depth: depth)
    case UInt8(ascii: "["): return try parseArray(depth: depth)
    case UInt8(ascii: "\""): return .string(try parseString())
    case UInt8(ascii: "t"): return try parseWord("true", .bool(true))
    case UInt8(ascii: "f"): return try parseWord("false", .bool(false))
    case UInt8(ascii: "n"): return try parseWord("null", .null)
    default: return .number(try parseNumber())
    }
  }

  private mutating func parseWord(_ word: StaticString, _ value: JSON) throws(JSONError) -> JSON {
    for index in 0..<word.utf8CodeUnitCount {
      guard consume(word.utf8Start[index]) else { throw failure(.unexpectedByte) }
    }
    return value
  }

  private mutating func parseArray(depth: Int) throws(JSONError) -> JSON {
    position += 1
    var elements: [JSON] = []
    skipWhitespace()
    if consume(UInt8(ascii: "]")) { return .array([]) }
    while true {
      elements.append(try parseValue(depth: depth + 1))
      skipWhitespace()
      if consume(UInt8(ascii: "]")) { return .array(elements) }
      guard consume(UInt8(ascii: ",")) else { throw failure(.unexpectedByte) }
    }
  }

  private mutating func parseObject(depth: Int) throws(JSONError) -> JSON {
    position += 1
    var object = JSONObject()
    var names: Set<[UInt8]> = []
    skipWhitespace()
    if consume(UInt8(ascii: "}")) { return .object(object) }
    while true {
      skipWhitespace()
      let nameOffset = position
      guard current == UInt8(ascii: "\"") else { throw failure(.unexpectedByte) }
      let name = try parseString()
      guard names.insert(Array(name.utf8)).inserted else {
        throw JSONError(reason: .duplicateName, offset: nameOffset)
      }
      skipWhitespace()
      guard consume(UInt8(ascii: ":")) else { throw failure(.unexpectedByte) }
      object.members.append(.init(name: name, value: try parseValue(depth: depth + 1)))
      skipWhitespace()
      if consume(UInt8(ascii: "}")) { return .object(object) }
      guard consume(UInt8(ascii: ",")) else { throw failure(.unexpectedByte) }
    }
  }

  private mutating func parseString() throws(JSONError) -> String {
    let start = position
    position += 1
    var text: [UInt8] = []
    var runStart = position
    while true {
      guard let byte = current else { throw failure(.unexpectedEnd) }
      switch byte {
      case UInt8(ascii: "\""):
        text.append(contentsOf: bytes[runStart..<position])
        position += 1
        guard let string = String(validating: text, as: UTF8.self) else {
          throw JSONError(reason: .invalidUTF8, offset: start)
        }
        return string
      case UInt8(ascii: "\\"):
        text.append(contentsOf: bytes[runStart..<position])
        try parseEscape(into: &text)
        runStart = position
      case 0..<0x20: throw failure(.controlCharacter)
      default: position += 1
      }
    }
  }

  private mutating func parseEscape(into text: inout [UInt8]) throws(JSONError) {
    position += 1
    guard let byte = current else { throw failure(.unexpectedEnd) }
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0C)
    case UInt8(ascii: "n"): text.append(0x0A)
    case UInt8(ascii: "r"): text.append(0x0D)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "u"):
      text.append(contentsOf: Array(Character(try parseUnicodeEscape()).utf8))
      return
    default: throw failure(.invalidEscape)
    }
    position += 1
  }

  /// Reads `uXXXX`, and a second `\uXXXX` where the first is a high surrogate.
  private mutating func parseUnicodeEscape() throws(JSONError) -> Unicode.Scalar {
    let start = position
    let first = try parseHexQuad()
    if let scalar = Unicode.Scalar(first) { return scalar }
    guard first < 0xDC00, consume(UInt8(ascii: "\\")), current == UInt8(ascii: "u") else {
      throw JSONError(reason: .loneSurrogate, offset: start)
    }
    let second = try parseHexQuad()
    guard (0xDC00..<0xE000).contains(second),
      let scalar = Unicode.Scalar(0x10000 + (first - 0xD800) << 10 + (second - 0xDC00))
    else { throw JSONError(reason: .loneSurrogate, offset: start) }
    return scalar
  }

  private mutating func parseHexQuad() throws(JSONError) -> UInt32 {
    position += 1
    var value: UInt32 = 0
    for _ in 0..<4 {
      guard let byte = current else { throw failure(.unexpectedEnd) }
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): value = value << 4 + UInt32(byte - UInt8(ascii: "0"))
      case UInt8(ascii: "a")...UInt8(ascii: "f"): value = value << 4 + UInt32(byte - UInt8(ascii: "a") + 10)
      case UInt8(ascii: "A")...UInt8(ascii: "F"): value = value << 4 + UInt32(byte - UInt8(ascii: "A") + 10)
      default: throw failure(.invalidEscape)
      }
      position += 1
    }
    return value
  }

  private mutating func parseNumber() throws(JSONError) -> JSONNumber {
    let start = position
    guard let first = current, first == UInt8(ascii: "-") || isDigit(first) else { throw failure(.unexpectedByte) }
    _ = consume(UInt8(ascii: "-"))
    if !consume(UInt8(ascii: "0")) { try skipDigits() }
    if consume(UInt8(ascii: ".")) { try skipDigits() }
    if consume(UInt8(ascii: "e")) || consume(UInt8(ascii: "E")) {
      if !consume(UInt8(ascii: "+")) { _ = consume(UInt8(ascii: "-")) }
      try skipDigits()
    }
    return JSONNumber(text: String(decoding: bytes[start..<position], as: UTF8.self))
  }

  private mutating func skipDigits() throws(JSONError) {
    guard let byte = current, isDigit(byte) else { throw failure(.invalidNumber) }
    while let byte = current, isDigit(byte) { position += 1 }
  }

  private func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }
}
