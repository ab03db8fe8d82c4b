/// The greatest number of which every value of a row is a small multiple: odd · 2^power (docs/spec-import-int4.md,
/// section 5).
struct RowStep: Equatable {
  /// 1 for a row of zeros.
  let odd: UInt64
  let power: Int
  /// The greatest multiple in the row, 0 for a row of zeros.
  let greatest: UInt64

  /// - Parameter limit: the greatest multiple that is wanted.
  /// - Returns: `nil` when a multiple is greater, or the odd part of the step greater than any scale.
  /// - Complexity: O(row), and nearly always O(1) for a row that has no such step.
  init?(_ row: [Double], limit: Int) {
    let limit = UInt64(limit)
    var step: (odd: UInt64, power: Int)?
    var greatest = 0.0
    for value in row where value != 0 {
      guard let number = Self.parts(value) else { return nil }
      greatest = max(greatest, value.magnitude)
      let common = step.map { Self.commonStep($0, number) } ?? number
      step = common
      guard Self.multiple(greatest, of: common, limit: limit) != nil else { return nil }
    }
    guard let step else {
      (odd, power, self.greatest) = (1, 0, 0)
      return
    }
    guard let multiple = Self.multiple(greatest, of: step, limit: limit),
      step.odd <= UInt64(MatrixScales.greatestScale)
    else { return nil }
    (odd, power, self.greatest) = (step.odd, step.power, multiple)
  }

  /// value / step.
  /// - Precondition: the value is of the row.
  func multiple(_ value: Double) -> Int {
    guard value != 0, let magnitude = Self.multiple(value.magnitude, of: (odd, power), limit: greatest) else {
      return 0
    }
    return value < 0 ? -Int(magnitude) : Int(magnitude)
  }

  /// Whether w · 2^−exponent can be the step divided by a power of two, w at most 4095 and the multiples within the limit.
  func fits(exponent: Int, limit: Int) -> Bool {
    guard greatest > 0 else { return true }
    let doublings = (UInt64(limit) / greatest).bitWidth - 1 - (UInt64(limit) / greatest).leadingZeroBitCount
    let shift = power + exponent - doublings
    return shift <= 0 || (shift <= 12 && odd << UInt64(shift) <= UInt64(MatrixScales.greatestScale))
  }

  /// The scale w with which w · 2^−exponent is the step, or the step divided by the least power of two for which w is at
  /// most 4095; `nil` when that is no integer, or leaves multiples beyond the limit.
  func scale(exponent: Int, limit: Int) -> UInt16? {
    if greatest == 0 { return 1 }
    var shift = power + exponent
    var multiple = greatest
    guard shift >= 0 else { return nil }
    while shift > 12 || odd << UInt64(shift) > UInt64(MatrixScales.greatestScale) {
      shift -= 1
      multiple *= 2
      guard shift >= 0, multiple <= UInt64(limit) else { return nil }
    }
    return UInt16(odd << UInt64(shift))
  }

  /// An odd number and a power of two whose product is |value|; `nil` for values below 2^−900, which no weight is.
  private static func parts(_ value: Double) -> (odd: UInt64, power: Int)? {
    guard value.magnitude >= 0x1p-900 else { return nil }
    let significand = value.significandBitPattern | 1 << 52
    let zeros = significand.trailingZeroBitCount
    return (significand >> UInt64(zeros), Int(value.exponent) - 52 + zeros)
  }

  /// The greatest common step of two: the common divisor of the odd parts, the smaller power.
  private static func commonStep(_ a: (odd: UInt64, power: Int), _ b: (odd: UInt64, power: Int)) -> (UInt64, Int) {
    var (x, y) = (a.odd, b.odd)
    while y != 0 { (x, y) = (y, x % y) }
    return (x, min(a.power, b.power))
  }

  /// value / step, where it is at most the limit. The value is a multiple of the step.
  private static func multiple(_ value: Double, of step: (odd: UInt64, power: Int), limit: UInt64) -> UInt64? {
    guard let number = parts(value) else { return nil }
    let shift = number.power - step.power
    let quotient = number.odd / step.odd
    guard shift <= 7, quotient <= limit, quotient << UInt64(shift) <= limit else { return nil }
    return quotient << UInt64(shift)
  }
}
