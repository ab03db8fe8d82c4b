/// A number kept as decimal digits: it can be printed, compared for equality and tested, not computed with.
///
/// Printing follows Python's `repr` of a binary64 number. For up to 15 significant digits that is exact (such decimals
/// and their nearest binary64 numbers correspond one to one); longer ones keep the digits they were written with,
/// which is what Python wrote if Python wrote them.
struct Decimal: Equatable {
  let isInteger: Bool
  let isNegative: Bool
  /// Significant digits, 0…9, without leading or (for fractions) trailing zeros; empty for zero.
  let digits: [UInt8]
  /// Power of ten of the first digit.
  let exponent: Int

  var isZero: Bool { digits.isEmpty }

  /// - Parameter text: `-`? digits (`.` digits)? (`e` sign? digits)?, as the JSON and template grammars allow.
  init(text: [UInt8], isInteger: Bool) {
    var digits: [UInt8] = []
    var pointShift = 0
    var isFraction = false
    var written = 0
    var index = 0
    isNegative = text.first == UInt8(ascii: "-")
    while index < text.count, text[index] | 0x20 != UInt8(ascii: "e") {
      let byte = text[index]
      index += 1
      if byte == UInt8(ascii: ".") { isFraction = true }
      guard Scalars.isDigit(byte) else { continue }
      if byte != UInt8(ascii: "0") || !digits.isEmpty { digits.append(byte - UInt8(ascii: "0")) }
      written += 1
      pointShift += isFraction ? 1 : 0
    }
    exponent = digits.count - pointShift - 1 + Self.writtenExponent(text[min(index + 1, text.count)...])
    while !isInteger, digits.last == 0 { digits.removeLast() }
    self.digits = digits
    self.isInteger = isInteger
  }

  private static func writtenExponent(_ text: ArraySlice<UInt8>) -> Int {
    let digits = text.first == UInt8(ascii: "+") ? text.dropFirst() : text
    guard !digits.isEmpty else { return 0 }
    guard let value = Int(String(decoding: digits, as: UTF8.self)) else { return 1 << 32 }
    return max(-(1 << 32), min(1 << 32, value))
  }

  /// True where Python's number would be infinite or would lose digits to underflow.
  var isOutOfRange: Bool { !isInteger && !isZero && !(-300...307).contains(exponent) }

  /// Python's `repr`.
  var text: [UInt8] {
    let sign: [UInt8] = isNegative && !(isInteger && isZero) ? [UInt8(ascii: "-")] : []
    let characters = digits.map { $0 + UInt8(ascii: "0") }
    if isInteger { return sign + (isZero ? [UInt8(ascii: "0")] : characters) }
    if isZero { return sign + Array("0.0".utf8) }
    if exponent >= 16 || exponent < -4 { return sign + scientific(characters) }
    if exponent < 0 {
      return sign + Array("0.".utf8) + [UInt8](repeating: UInt8(ascii: "0"), count: -exponent - 1) + characters
    }
    let wholeCount = exponent + 1
    if characters.count <= wholeCount {
      return sign + characters + [UInt8](repeating: UInt8(ascii: "0"), count: wholeCount - characters.count)
        + Array(".0".utf8)
    }
    return sign + characters[..<wholeCount] + [UInt8(ascii: ".")] + characters[wholeCount...]
  }

  private func scientific(_ characters: [UInt8]) -> [UInt8] {
    var output = [characters[0]]
    if characters.count > 1 { output += [UInt8(ascii: ".")] + characters[1...] }
    let power = String(exponent.magnitude)
    output += Array((exponent < 0 ? "e-" : "e+").utf8)
    if power.utf8.count < 2 { output.append(UInt8(ascii: "0")) }
    return output + Array(power.utf8)
  }

  /// The integer below or above towards zero, or `nil` when it does not fit in 64 bits.
  var truncated: Int? {
    if isZero || exponent < 0 { return 0 }
    guard exponent < 19 else { return nil }
    var whole = Array(digits.prefix(exponent + 1))
    whole += [UInt8](repeating: 0, count: exponent + 1 - whole.count)
    let text = (isNegative ? "-" : "") + String(decoding: whole.map { $0 + UInt8(ascii: "0") }, as: UTF8.self)
    return Int(text)
  }

  /// The value as an integer when it is one and fits in 64 bits.
  var exactInteger: Int? {
    isZero ? 0 : (digits.count <= exponent + 1 ? truncated : nil)
  }

  /// −1, 0 or 1 as the value is below, equal to or above `other`.
  func compare(_ other: Decimal) -> Int {
    let signs = (isZero ? 0 : isNegative ? -1 : 1, other.isZero ? 0 : other.isNegative ? -1 : 1)
    if signs.0 != signs.1 { return signs.0 < signs.1 ? -1 : 1 }
    if signs.0 == 0 { return 0 }
    if exponent != other.exponent { return exponent < other.exponent ? -signs.0 : signs.0 }
    let length = max(digits.count, other.digits.count)
    for index in 0..<length {
      let left = index < digits.count ? digits[index] : 0
      let right = index < other.digits.count ? other.digits[index] : 0
      if left != right { return left < right ? -signs.0 : signs.0 }
    }
    return 0
  }

  init(_ value: Int) { self.init(text: Array(String(value).utf8), isInteger: true) }

  /// The same value as a number with a fraction: `2` becomes `2.0`.
  var asFraction: Decimal { Decimal(text: isInteger ? text + Array(".0".utf8) : text, isInteger: false) }
}
