/// A JSON number as it was written; a decimal, not a binary fraction.
public struct JSONNumber: Sendable, Equatable {
  /// The number's text, grammatical per RFC 8259 §6.
  public let text: String

  /// - Precondition: `text` is a JSON number; only the parser calls this.
  init(text: String) {
    self.text = text
  }

  public init(_ value: some BinaryInteger) {
    text = String(value)
  }

  /// True when the text has neither fraction nor exponent.
  public var isWrittenAsInteger: Bool {
    text.utf8.allSatisfy { $0 == UInt8(ascii: "-") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
  }

  /// The exact value of `self · 10^power`, or `nil` when that is no integer or does not fit in an `Int`.
  ///
  /// `0.7` scaled by 10⁴ is 7000; `0.00001` scaled by 10⁴ is `nil`: more digits than the unit holds.
  /// - Complexity: O(length of the text), whatever exponent the text claims.
  public func scaled(byPowerOfTen power: Int) -> Int? {
    guard let parts = decimalParts() else { return nil }
    var (digits, exponent) = (parts.digits, parts.exponent)
    let (shifted, overflow) = exponent.addingReportingOverflow(power)
    guard !overflow else { return nil }
    exponent = shifted
    if digits.isEmpty { return 0 }
    if exponent < 0 {
      guard -exponent <= digits.count else { return nil }
      guard digits.suffix(-exponent).allSatisfy({ $0 == 0 }) else { return nil }
      digits.removeLast(-exponent)
    } else {
      guard digits.count + exponent <= 19 else { return nil }
      digits.append(contentsOf: repeatElement(0, count: exponent))
    }
    return Self.integer(digits: digits, isNegative: parts.isNegative)
  }

  /// Significant digits without leading zeros, and the power of ten of the last one.
  private func decimalParts() -> (digits: [UInt8], exponent: Int, isNegative: Bool)? {
    var digits: [UInt8] = []
    var fractionCount = 0
    var isFraction = false
    var isNegative = false
    var bytes = Substring(text).utf8
    if bytes.first == UInt8(ascii: "-") {
      isNegative = true
      bytes = bytes.dropFirst()
    }
    while let byte = bytes.first {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"):
        if byte != UInt8(ascii: "0") || !digits.isEmpty { digits.append(byte - UInt8(ascii: "0")) }
        fractionCount += isFraction ? 1 : 0
      case UInt8(ascii: "."): isFraction = true
      default:
        guard let exponent = Int(Substring(bytes.dropFirst())), exponent.magnitude <= 1 << 32 else {
          return digits.isEmpty ? ([], 0, isNegative) : nil
        }
        return (digits, exponent - fractionCount, isNegative)
      }
      bytes = bytes.dropFirst()
    }
    return (digits, -fractionCount, isNegative)
  }

  private static func integer(digits: [UInt8], isNegative: Bool) -> Int? {
    var value = 0
    for digit in digits {
      let (product, overflow) = value.multipliedReportingOverflow(by: 10)
      let signed = isNegative ? -Int(digit) : Int(digit)
      let (sum, carry) = product.addingReportingOverflow(signed)
      if overflow || carry { return nil }
      value = sum
    }
    return value
  }
}
