import Hashing

/// Puts RAZ of the sender's behind its providers and auditors.
///
/// Fields: amount u64, grains.
/// Checks: the amount is not zero (22); the balance covers it (20), a hot key's limit too (23).
public struct AddStake: Message {
  public static let kind: UInt16 = 10
  public static let name = "stake"
  public static let scope = KeyScope.stake

  /// Grains.
  public var amount: UInt64

  public init(amount: UInt64) {
    self.amount = amount
  }

  public init(reading reader: inout ByteReader) throws(ByteReaderError) {
    self.init(amount: try reader.read())
  }

  public func write(to writer: inout ByteWriter) { writer.write(amount) }

  public func apply(from sender: Sender, to ledger: inout LedgerContext) throws(Refusal) {
    guard amount > 0 else { throw Refusal(.zeroAmount) }
    try ledger.debit(from: sender, .raz, amount, .staked)
    var stake = ledger.state.get(.stake(sender.account)) ?? Stake()
    stake.active = try LedgerContext.sum(stake.active, amount)
    ledger.state.set(.stake(sender.account), stake)
    ledger.emit("staked", [MessageField("account", sender.account), MessageField("amount", amount)])
  }

  public var fields: [MessageField] { [MessageField("amount", amount)] }
}
