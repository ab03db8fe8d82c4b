import Hashing

/// Pays out stake that has matured. Nothing is paid while a receipt that the stake stands behind has not expired.
///
/// Fields: none.
/// Checks: block time is later than the stake's lock (114); something has matured (115).
public struct WithdrawStake: Message {
  public static let kind: UInt16 = 12
  public static let name = "withdrawStake"
  public static let scope = KeyScope.stake

  public init() {}

  public init(reading reader: inout ByteReader) throws(ByteReaderError) {}

  public func write(to writer: inout ByteWriter) {}

  public func apply(from sender: Sender, to ledger: inout LedgerContext) throws(Refusal) {
    var stake = ledger.state.get(.stake(sender.account)) ?? Stake()
    guard ledger.block.time > stake.lockedUntil else {
      throw Refusal(.stakeLocked, "until \(stake.lockedUntil)")
    }
    let amount = try stake.maturing.takeMatured(now: ledger.block.time)
    ledger.state.set(.stake(sender.account), stake)
    try ledger.credit(sender.account, .raz, amount, .unstaked)
  }

  public var fields: [MessageField] { [] }
}
