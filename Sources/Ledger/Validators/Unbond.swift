import Hashing

/// Withdraws a part of the sender's bond, or all. It matures for `unstakingTime`, in which it can still be slashed; the
/// validator stays in force until the epoch's end.
///
/// Fields: amount u64, grains.
/// Checks: the amount is not zero (22); the bond on duty covers it (156); what stays is nothing or at least the least
/// bond (151), unless the validator has offended; it is not the last candidate that leaves (157); there are fewer than
/// 32 parts that mature (113).
public struct Unbond: Message {
  public static let kind: UInt16 = 21
  public static let name = "unbond"
  public static let scope = KeyScope.bond

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
    guard var bond = ledger.state.get(.bond(sender.account)), bond.active >= amount else {
      throw Refusal(.uncoveredUnbond)
    }
    bond.active -= amount
    if !bond.isJailed { try leave(sender.account, with: bond.active, &ledger) }
    try bond.maturing.add(amount, now: ledger.block.time, wait: ledger.parameters.unstakingTime)
    ledger.state.set(.bond(sender.account), bond)
    ledger.emit("unbonded", [MessageField("account", sender.account), MessageField("amount", amount)])
  }

  /// Ranks the account by what stays.
  private func leave(_ account: Digest, with left: UInt64, _ ledger: inout LedgerContext) throws(Refusal) {
    let least = ledger.parameters.minimumBond
    guard left == 0 || left >= least else { throw Refusal(.lowBond, "\(left) of \(least) grains would stay") }
    var set = ledger.state.get(.validatorSet) ?? ValidatorSet()
    guard set.candidates.contains(where: { $0.account == account }) else { return }
    guard left > 0 || set.candidates.count > 1 else { throw Refusal(.lastValidator) }
    try set.rank(account, bond: left)
    ledger.state.set(.validatorSet, set)
  }

  public var fields: [MessageField] { [MessageField("amount", amount)] }
}
