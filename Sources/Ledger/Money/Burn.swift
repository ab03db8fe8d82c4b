import Hashing

/// Destroys RAZ of the sender's: for good, or so that it can be emitted again.
///
/// Fields: amount u64, grains | recycle flag.
/// Checks: the amount is not zero (22); the balance covers it (20), a hot key's limit too (23).
/// Effects: without `recycle` the amount counts as burned; with it, as never issued, so that emission may issue it
/// again.
public struct Burn: Message {
  public static let kind: UInt16 = 2
  public static let name = "burn"
  public static let scope = KeyScope.transfer

  /// Grains.
  public var amount: UInt64
  public var recycle: Bool

  public init(amount: UInt64, recycle: Bool = false) {
    self.amount = amount
    self.recycle = recycle
  }

  public init(reading reader: inout ByteReader) throws(ByteReaderError) {
    self.init(amount: try reader.read(), recycle: try reader.readFlag())
  }

  public func write(to writer: inout ByteWriter) {
    writer.write(amount)
    writer.write(recycle)
  }

  public func apply(from sender: Sender, to ledger: inout LedgerContext) throws(Refusal) {
    guard amount > 0 else { throw Refusal(.zeroAmount) }
    try ledger.debit(from: sender, .raz, amount, .burn)
    if recycle { try ledger.recycle(amount) } else { try ledger.burn(.raz, amount) }
  }

  public var fields: [MessageField] {
    [MessageField("amount", amount), MessageField("recycle", recycle ? "true" : "false")]
  }
}

extension LedgerContext {
  /// Counts RAZ that was taken elsewhere as never issued, so that emission may issue it again.
  public mutating func recycle(_ amount: UInt64) throws(Refusal) {
    try changeSupply { supply throws(Refusal) in
      let (left, overflow) = supply.razIssued.subtractingReportingOverflow(amount)
      guard !overflow else { throw Refusal(.overflow, "\(amount) of \(supply.razIssued) grains issued") }
      supply.razIssued = left
    }
  }
}
