import Hashing

/// How much RAZ a slot brings: 1 at first, halving whenever half of what was left has been issued.
public enum Emission {
  /// Grains of a slot at first.
  public static let firstRate: UInt64 = 1_000_000_000

  /// ⌊10⁹ / 2^k⌋ grains with k = ⌊log2(1 / (1 − issued/cap))⌋; nothing at the cap.
  ///
  /// With r = cap − issued, k is the greatest number with 2^k · r ≤ cap, that is 2^k ≤ ⌊cap/r⌋: the place of the highest
  /// bit of that quotient. No fraction is ever formed.
  public static func rate(issued: UInt64) -> UInt64 {
    guard issued < Supply.cap else { return 0 }
    let ratio = Supply.cap / (Supply.cap - issued)
    return firstRate >> UInt64(UInt64.bitWidth - 1 - ratio.leadingZeroBitCount)
  }

  /// What so many slots emit; never more than the cap leaves.
  public static func amount(slots: UInt64, rate: UInt64, issued: UInt64) -> UInt64 {
    let (product, overflow) = slots.multipliedReportingOverflow(by: rate)
    return min(overflow ? .max : product, issued < Supply.cap ? Supply.cap - issued : 0)
  }
}
