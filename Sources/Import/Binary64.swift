/// The few operations on binary64 that the importer is made of: each rounds once, to nearest, ties to even.
///
/// Nothing here or in the callers is a library function whose last bit could differ between machines, and no
/// product is ever fused with a sum.
enum Binary64 {
  /// 2^exponent, exact.
  /// - Precondition: −1022…1023.
  static func powerOfTwo(_ exponent: Int) -> Double {
    precondition((-1022...1023).contains(exponent))
    return Double(bitPattern: UInt64(exponent + 1023) << 52)
  }

  /// The nearest integer, halves to even.
  static func roundedHalfEven(_ x: Double) -> Double { x.rounded(.toNearestOrEven) }

  /// The nearest integer, halves to even, where it is less than 2^62 in magnitude.
  static func integer(_ x: Double) -> Int64? {
    let rounded = roundedHalfEven(x)
    return rounded.magnitude < 0x1p62 ? Int64(rounded) : nil
  }

  /// The greatest magnitude, 0 for no values.
  static func greatestMagnitude(_ values: [Double]) -> Double {
    var greatest = 0.0
    for value in values where value.magnitude > greatest { greatest = value.magnitude }
    return greatest
  }
}
