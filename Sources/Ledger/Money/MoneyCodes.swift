/// Codes of the messages about money: 100 to 149.
extension RefusalCode {
  public static let ownKey = RefusalCode(101, "the key is the account's own")
  public static let badScopes = RefusalCode(102, "the scopes are none, or some that no hot key can have")
  public static let pastExpiry = RefusalCode(103, "the expiry has passed already")
  public static let noSuchKey = RefusalCode(104, "the account has authorised no such key")
  public static let notReporter = RefusalCode(105, "the account is not a registered reporter")
  public static let badPrice = RefusalCode(106, "the price is out of range")
  public static let noPrice = RefusalCode(107, "no report of the price is recent enough")
  public static let tradingHalted = RefusalCode(108, "the price moved too far in this epoch; credits wait for its end")
  public static let underMinimum = RefusalCode(109, "the price gives less than the minimum asked for")
  public static let overCap = RefusalCode(110, "more RAZ than the cap would have been issued")
  public static let uncoveredUnstake = RefusalCode(111, "the active stake does not cover the amount")
  public static let reservedStake = RefusalCode(112, "open receipts need the stake")
  public static let tooManyMaturing = RefusalCode(113, "too many parts mature; withdraw those that have")
  public static let stakeLocked = RefusalCode(114, "receipts that the stake stands behind have not expired")
  public static let nothingMatured = RefusalCode(115, "nothing has matured")

  public static let badReporters = RefusalCode(116, "reporters must be at most 32 accounts, each once")

  static let money: [RefusalCode] = [
    toItself, ownKey, badScopes, pastExpiry, noSuchKey, notReporter, badPrice, noPrice, tradingHalted, underMinimum,
    overCap, uncoveredUnstake, reservedStake, tooManyMaturing, stakeLocked, nothingMatured, badReporters,
  ]
}
