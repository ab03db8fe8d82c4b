import Hashing

/// Burns RAZ of the sender's and mints credits for it at the price, less half the spread.
///
/// credits = ⌊amount · price · (2·10⁶ − spread) / (10⁹ · 2·10⁶)⌋ microcredits.
///
/// Fields: amount u64, grains | minimum u64, microcredits.
/// Checks: the amount is not zero (22); the balance covers it (20), a hot key's limit too (23); there is a price (107)
/// and trading is open (108); what it gives is at least the minimum (109) and not zero (22).
public struct BuyCredits: Message {
  public static let kind: UInt16 = 5
  public static let name = "buyCredits"
  public static let scope = KeyScope.credits

  /// Grains to burn.
  public var amount: UInt64
  /// Microcredits below which the sender would rather not.
  public var minimum: UInt64

  public init(amount: UInt64, minimum: UInt64 = 0) {
    self.amount = amount
    self.minimum = minimum
  }

  public init(reading reader: inout ByteReader) throws(ByteReaderError) {
    self.init(amount: try reader.read(), minimum: try reader.read())
  }

  public func write(to writer: inout ByteWriter) { writer.write([amount, minimum]) }

  public func apply(from sender: Sender, to ledger: inout LedgerContext) throws(Refusal) {
    guard amount > 0 else { throw Refusal(.zeroAmount) }
    try ledger.debit(from: sender, .raz, amount, .creditsBought)
    let price = try ledger.tradingPrice()
    let credits = try price.credits(forGrains: amount)
    guard credits >= minimum else { throw Refusal(.underMinimum, "\(credits) of \(minimum) microcredits") }
    guard credits > 0 else { throw Refusal(.zeroAmount, "\(amount) grains buy no microcredit") }
    try ledger.burn(.raz, amount)
    try ledger.issue(.credit, credits)
    try ledger.credit(sender.account, .credit, credits, .creditsBought)
    ledger.emit(
      "creditsBought",
      [
        MessageField("account", sender.account), MessageField("grains", amount),
        MessageField("microcredits", credits),
      ])
  }

  public var fields: [MessageField] { [MessageField("amount", amount), MessageField("minimum", minimum)] }
}
