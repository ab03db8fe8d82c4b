import Hashing

/// Burns credits of the sender's and gives RAZ for them at the price plus half the spread.
///
/// grains = ⌊amount · 10⁹ · 2·10⁶ / (price · (2·10⁶ + spread))⌋. They come first out of what was ever burned, then out
/// of what may still be issued; never over the cap.
///
/// Fields: amount u64, microcredits | minimum u64, grains.
/// Checks: the amount is not zero (22); the balance covers it (20); there is a price (107) and trading is open (108);
/// what it gives is at least the minimum (109) and not zero (22); the cap leaves room for it (110).
public struct SellCredits: Message {
  public static let kind: UInt16 = 6
  public static let name = "sellCredits"
  public static let scope = KeyScope.credits

  /// Microcredits to burn.
  public var amount: UInt64
  /// Grains below which the sender would rather not.
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
    try ledger.debit(from: sender, .credit, amount, .creditsSold)
    let price = try ledger.tradingPrice()
    let grains = try price.grains(forCredits: amount)
    guard grains >= minimum else { throw Refusal(.underMinimum, "\(grains) of \(minimum) grains") }
    guard grains > 0 else { throw Refusal(.zeroAmount, "\(amount) microcredits give no grain") }
    try ledger.burn(.credit, amount)
    try ledger.bringBack(grains)
    try ledger.credit(sender.account, .raz, grains, .creditsSold)
    ledger.emit(
      "creditsSold",
      [
        MessageField("account", sender.account), MessageField("grains", grains),
        MessageField("microcredits", amount),
      ])
  }

  public var fields: [MessageField] { [MessageField("amount", amount), MessageField("minimum", minimum)] }
}

extension LedgerContext {
  /// Counts RAZ that is added elsewhere as no longer burned, and what was never burned as issued.
  /// - Throws: `overCap`.
  fileprivate mutating func bringBack(_ grains: UInt64) throws(Refusal) {
    try changeSupply { supply throws(Refusal) in
      let unburned = min(grains, supply.razBurned)
      let (issued, overflow) = supply.razIssued.addingReportingOverflow(grains - unburned)
      guard !overflow, issued <= Supply.cap else {
        throw Refusal(.overCap, "\(grains - unburned) grains beside \(supply.razIssued) issued")
      }
      supply.razBurned -= unburned
      supply.razIssued = issued
    }
  }
}
