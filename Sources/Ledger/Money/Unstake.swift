import Hashing

/// Withdraws stake from duty. It matures for `unstakingTime`, in which it can still be slashed.
///
/// Fields: amount u64, grains.
/// Checks: the amount is not zero (22); the active stake covers it (111); what stays covers `receiptReserve` for each
/// open receipt (112); there are fewer than 32 parts that mature (113).
public struct Unstake: Message {
  public static let kind: UInt16 = 11
  public static let name = "unstake"
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
    var stake = ledger.state.get(.stake(sender.account)) ?? Stake()
    guard stake.active >= amount else {
      throw Refusal(.uncoveredUnstake, "\(stake.active) where \(amount) are asked for")
    }
    stake.active -= amount
    let open = stake.openCount(now: ledger.block.time)
    let reserve = UInt128(open) * UInt128(ledger.parameters.receiptReserve)
    guard UInt128(stake.active) >= reserve else {
      throw Refusal(.reservedStake, "\(reserve) grains for \(open) receipts, \(stake.active) would stay")
    }
    try stake.maturing.add(amount, now: ledger.block.time, wait: ledger.parameters.unstakingTime)
    ledger.state.set(.stake(sender.account), stake)
    ledger.emit("unstaked", [MessageField("account", sender.account), MessageField("amount", amount)])
  }

  public var fields: [MessageField] { [MessageField("amount", amount)] }
}
