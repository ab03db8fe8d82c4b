import Hashing
import StrictJSON

/// One place in an answer, with its path for errors; each reader accepts one form and nothing else.
///
/// CometBFT writes 64-bit integers as strings, 32-bit ones as numbers, hashes in upper-case hexadecimal, bytes in
/// base64, times as RFC 3339 in UTC, and empty lists as `null`.
struct AnswerField {
  let value: JSON
  let path: String

  /// A member that must be there and not null; members that are not asked for are passed over.
  func member(_ name: String) throws(CometAnswerError) -> AnswerField {
    guard value.object != nil else { throw invalid("an object") }
    guard let field = try optional(name) else { throw CometAnswerError(.missing, at: "\(path).\(name)") }
    return field
  }

  /// A member that may be missing or null.
  func optional(_ name: String) throws(CometAnswerError) -> AnswerField? {
    guard let object = value.object else { throw invalid("an object") }
    guard let member = object[name], !member.isNull else { return nil }
    return AnswerField(value: member, path: "\(path).\(name)")
  }

  /// The elements of a list.
  func elements(limit: Int) throws(CometAnswerError) -> [AnswerField] {
    guard let array = value.array else { throw invalid("a list") }
    guard array.count <= limit else { throw CometAnswerError(.tooMany(count: array.count, limit: limit), at: path) }
    return array.enumerated().map { AnswerField(value: $0.element, path: "\(path)[\($0.offset)]") }
  }

  func string(limit: Int = 1 << 16) throws(CometAnswerError) -> String {
    guard let string = value.string else { throw invalid("a string") }
    let count = string.utf8.count
    guard count <= limit else { throw CometAnswerError(.tooMany(count: count, limit: limit), at: path) }
    return string
  }

  func bool() throws(CometAnswerError) -> Bool {
    guard let bool = value.bool else { throw invalid("true or false") }
    return bool
  }

  /// A 64-bit integer: a string of decimal digits without leading zeros, −2⁶³…2⁶³ − 1.
  func int64() throws(CometAnswerError) -> Int64 {
    guard let number = Int64(try string(limit: 20)), String(number) == value.string else {
      throw invalid("a string with a 64-bit integer")
    }
    return number
  }

  /// An integer of 0…2⁶³ − 1 in a string, as heights, powers and counts are.
  func natural() throws(CometAnswerError) -> UInt64 {
    guard let number = UInt64(exactly: try int64()) else { throw invalid("a string with an integer of at least 0") }
    return number
  }

  /// An unsigned 64-bit integer in a string.
  func uint64() throws(CometAnswerError) -> UInt64 {
    guard let number = UInt64(try string(limit: 20)), String(number) == value.string else {
      throw invalid("a string with an unsigned 64-bit integer")
    }
    return number
  }

  /// A height of a block: 1…2⁶³ − 1.
  func height() throws(CometAnswerError) -> UInt64 {
    let height = try natural()
    guard height > 0 else { throw invalid("a height of at least 1") }
    return height
  }

  /// A 32-bit integer: a JSON number without fraction or exponent.
  func number<Value: FixedWidthInteger>(_ type: Value.Type = Value.self) throws(CometAnswerError) -> Value {
    guard case .number(let number) = value, number.isWrittenAsInteger, let value = Value(number.text) else {
      throw invalid("a number of \(Value.bitWidth) bits")
    }
    return value
  }

  /// Upper-case hexadecimal; an empty string is no bytes.
  func hexadecimal(limit: Int) throws(CometAnswerError) -> [UInt8] {
    let text = try string(limit: 2 * limit)
    guard !text.utf8.contains(where: { (UInt8(ascii: "a")...UInt8(ascii: "f")).contains($0) }),
      let bytes = [UInt8](hex: text)
    else { throw invalid("upper-case hexadecimal") }
    return bytes
  }

  /// A hash of 32 bytes.
  func digest() throws(CometAnswerError) -> Digest {
    guard let digest = Digest(try hexadecimal(limit: 32)) else { throw invalid("a hash of 32 bytes") }
    return digest
  }

  /// A hash of 32 bytes, or an empty string.
  func digestOrNothing() throws(CometAnswerError) -> Digest? {
    try hexadecimal(limit: 32).isEmpty ? nil : try digest()
  }

  func address() throws(CometAnswerError) -> ValidatorAddress {
    guard let address = ValidatorAddress(try hexadecimal(limit: ValidatorAddress.byteCount)) else {
      throw invalid("an address of 20 bytes")
    }
    return address
  }

  func base64(limit: Int) throws(CometAnswerError) -> [UInt8] {
    guard let bytes = Base64.decode(try string(limit: (limit + 2) / 3 * 4)), bytes.count <= limit else {
      throw invalid("base64 of at most \(limit) bytes")
    }
    return bytes
  }

  func time() throws(CometAnswerError) -> CometTime {
    guard let time = CometTime(rfc3339: try string(limit: 35)) else { throw invalid("a time (RFC 3339, UTC)") }
    return time
  }

  func chainID() throws(CometAnswerError) -> ChainID {
    guard let chain = ChainID(try string(limit: 256)) else { throw invalid("a chain id") }
    return chain
  }

  func invalid(_ expected: String) -> CometAnswerError {
    CometAnswerError(.invalid(expected: expected), at: path)
  }
}
