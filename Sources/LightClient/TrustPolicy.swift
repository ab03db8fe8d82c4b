/// The share of a trusted set, by power, that must have signed a header some heights later.
package struct TrustLevel: Hashable, Sendable {
  package let numerator: UInt32
  package let denominator: UInt32

  /// More than a third: at least one honest validator among the signers, as long as less than a third is not.
  package static let third = TrustLevel(unchecked: 1, 3)
  /// What every commit needs of its own set.
  static let twoThirds = TrustLevel(unchecked: 2, 3)

  /// - Returns: `nil` below one third, where no honest validator need have signed, and above one.
  package init?(_ numerator: UInt32, _ denominator: UInt32) {
    guard denominator > 0, numerator <= denominator, UInt64(numerator) * 3 >= UInt64(denominator) else { return nil }
    self.init(unchecked: numerator, denominator)
  }

  private init(unchecked numerator: UInt32, _ denominator: UInt32) {
    (self.numerator, self.denominator) = (numerator, denominator)
  }

  /// Whether `part` is **more** than this share of `whole`; exactly the share is not enough. Exact in 128 bits.
  func isExceeded(by part: UInt64, of whole: UInt64) -> Bool {
    let left = part.multipliedFullWidth(by: UInt64(denominator))
    let right = whole.multipliedFullWidth(by: UInt64(numerator))
    return left.high != right.high ? left.high > right.high : left.low > right.low
  }
}

/// What a light client is willing to believe.
package struct TrustPolicy: Hashable, Sendable {
  package var level: TrustLevel
  /// How long a verified header is a ground to believe others: less than the time for which validators can be
  /// punished, that is, shorter than the unbonding of their stake.
  package var trustingMilliseconds: UInt64
  /// How far ahead of the client's clock a header may be.
  package var clockDriftMilliseconds: UInt64

  package init(level: TrustLevel = .third, trustingMilliseconds: UInt64, clockDriftMilliseconds: UInt64 = 10_000) {
    self.level = level
    self.trustingMilliseconds = trustingMilliseconds
    self.clockDriftMilliseconds = clockDriftMilliseconds
  }
}
