import Hashing

/// What credits are traded at: the oracle's price, and half the spread on either side of it.
///
/// Whoever buys credits gets price · (1 − spread/2) for a RAZ; whoever sells them pays price · (1 + spread/2) for one.
/// Both round down, so that no round trip at one price ends with more than it began.
public struct CreditPrice: Equatable, Sendable {
  /// Microcredits for one RAZ, 1 to 10¹².
  public let price: UInt64
  /// Parts in a million between the two sides, at most 500,000.
  public let spread: UInt64

  private static let grainsPerRAZ: UInt128 = 1_000_000_000
  /// A million parts, twice, since half the spread falls on each side.
  private static let parts: UInt128 = 2_000_000

  public init(price: UInt64, spread: UInt64) {
    self.price = price
    self.spread = spread
  }

  /// Microcredits that grains buy.
  /// - Throws: `overflow`.
  public func credits(forGrains grains: UInt64) throws(Refusal) -> UInt64 {
    try Self.quotient(
      UInt128(grains), UInt128(price) * (Self.parts - UInt128(spread)), over: Self.grainsPerRAZ * Self.parts)
  }

  /// Grains that microcredits give.
  /// - Throws: `overflow`.
  public func grains(forCredits credits: UInt64) throws(Refusal) -> UInt64 {
    try Self.quotient(
      UInt128(credits), Self.grainsPerRAZ * Self.parts, over: UInt128(price) * (Self.parts + UInt128(spread)))
  }

  /// ⌊left · right / divisor⌋.
  private static func quotient(
    _ left: UInt128, _ right: UInt128, over divisor: UInt128
  ) throws(Refusal) -> UInt64 {
    let (product, overflow) = left.multipliedReportingOverflow(by: right)
    guard !overflow, divisor > 0, let quotient = UInt64(exactly: product / divisor) else { throw Refusal(.overflow) }
    return quotient
  }
}

extension LedgerContext {
  /// What credits are traded at now; notes the epoch's first price.
  /// - Throws: `noPrice`, `tradingHalted`.
  mutating func tradingPrice() throws(Refusal) -> CreditPrice {
    guard var oracle = state.get(.oracle) else { throw Refusal(.noPrice) }
    let before = oracle
    guard let price = oracle.enter(epoch: currentEpoch, now: block.time, parameters: parameters) else {
      throw Refusal(.noPrice)
    }
    guard !oracle.isHalted else {
      throw Refusal(.tradingHalted, "\(price) where the epoch began with \(oracle.opening)")
    }
    if oracle != before { state.set(.oracle, oracle) }
    return CreditPrice(price: price, spread: parameters.creditSpread)
  }
}
