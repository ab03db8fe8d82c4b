import Hashing

/// Pays out bond that has matured.
///
/// Fields: none.
/// Checks: something has matured (115).
/// Effects: with the last of a bond its record goes, and its consensus key is free again, unless the validator has
/// offended.
public struct WithdrawBond: Message {
  public static let kind: UInt16 = 22
  public static let name = "withdrawBond"
  public static let scope = KeyScope.bond

  public init() {}

  public init(reading reader: inout ByteReader) throws(ByteReaderError) {}

  public func write(to writer: inout ByteWriter) {}

  public func apply(from sender: Sender, to ledger: inout LedgerContext) throws(Refusal) {
    guard var bond = ledger.state.get(.bond(sender.account)) else { throw Refusal(.nothingMatured) }
    let amount = try bond.maturing.takeMatured(now: ledger.block.time)
    let isOver = bond.total == 0 && !bond.isJailed
    ledger.state.set(.bond(sender.account), isOver ? nil : bond)
    if isOver { ledger.state.set(.consensusKey(of: bond.key), nil) }
    try ledger.credit(sender.account, .raz, amount, .unbonded)
  }

  public var fields: [MessageField] { [] }
}
