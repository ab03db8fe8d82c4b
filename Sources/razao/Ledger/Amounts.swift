import ArgumentParser

/// Decimal amounts, read and written exactly: digits, and where there is a point digits on both sides of it.
///
/// No floating point is in between: `0.1` RAZ is 100,000,000 grains and nothing near it. What has more digits than the
/// unit holds is refused rather than rounded.
enum DecimalAmount {
  /// - Returns: the amount in the smallest unit, `nil` for what is no such decimal or does not fit in 64 bits.
  static func parse(_ text: String, decimals: Int) -> UInt64? {
    let parts = text.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count), parts.allSatisfy({ !$0.isEmpty }), parts[0].count <= 20 else { return nil }
    let fraction = parts.count == 2 ? Array(parts[1]) : []
    guard fraction.count <= decimals, parts[0].count == 1 || parts[0].first != UInt8(ascii: "0") else { return nil }
    let zeros = repeatElement(UInt8(ascii: "0"), count: decimals - fraction.count)
    var amount: UInt64 = 0
    for digit in Array(parts[0]) + fraction + zeros {
      guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
      let (product, isOver) = amount.multipliedReportingOverflow(by: 10)
      let (sum, carries) = product.addingReportingOverflow(UInt64(digit - UInt8(ascii: "0")))
      guard !isOver, !carries else { return nil }
      amount = sum
    }
    return amount
  }

  /// The shortest decimal of an amount in the smallest unit; `parse` reads it back where it is not negative.
  static func text(_ amount: some BinaryInteger, decimals: Int) -> String {
    var digits = Array(String(amount.magnitude).utf8)
    let missing = decimals + 1 - digits.count
    if missing > 0 { digits.insert(contentsOf: repeatElement(UInt8(ascii: "0"), count: missing), at: 0) }
    var fraction = digits.suffix(decimals)
    while fraction.last == UInt8(ascii: "0") { fraction.removeLast() }
    let whole = digits.dropLast(decimals)
    let point: [UInt8] = fraction.isEmpty ? [] : [UInt8(ascii: ".")]
    return (amount < 0 ? "-" : "") + String(decoding: Array(whole) + point + Array(fraction), as: UTF8.self)
  }
}

/// An amount of RAZ on the command line: at most nine digits after the point.
struct RazAmount: ExpressibleByArgument, Equatable {
  static let decimals = 9

  let grains: UInt64

  init(grains: UInt64) { self.grains = grains }

  init?(argument: String) {
    guard let grains = DecimalAmount.parse(argument, decimals: Self.decimals) else { return nil }
    self.grains = grains
  }

  var defaultValueDescription: String { DecimalAmount.text(grains, decimals: Self.decimals) }

  /// `1.5 RAZ`.
  static func words(_ grains: some BinaryInteger) -> String { "\(DecimalAmount.text(grains, decimals: decimals)) RAZ" }
}

/// An amount of credits on the command line: at most six digits after the point.
struct CreditAmount: ExpressibleByArgument, Equatable {
  static let decimals = 6

  let microcredits: UInt64

  init(microcredits: UInt64) { self.microcredits = microcredits }

  init?(argument: String) {
    guard let amount = DecimalAmount.parse(argument, decimals: Self.decimals) else { return nil }
    microcredits = amount
  }

  var defaultValueDescription: String { DecimalAmount.text(microcredits, decimals: Self.decimals) }

  /// `0.25 credits`.
  static func words(_ microcredits: some BinaryInteger) -> String {
    "\(DecimalAmount.text(microcredits, decimals: decimals)) credits"
  }
}

/// Per cent on the command line, with at most four digits after the point.
struct PercentArgument: ExpressibleByArgument, Equatable, Sendable {
  static let zero = PercentArgument(partsPerMillion: 0)

  let partsPerMillion: UInt32

  private init(partsPerMillion: UInt32) { self.partsPerMillion = partsPerMillion }

  init?(argument: String) {
    guard let parts = DecimalAmount.parse(argument, decimals: 4), parts <= 500_000 else { return nil }
    partsPerMillion = UInt32(parts)
  }

  var defaultValueDescription: String { DecimalAmount.text(partsPerMillion, decimals: 4) }
}
