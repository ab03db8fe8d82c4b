import Hashing

/// Moves RAZ from the sender to another account, which need not exist yet. Credits cannot be transferred.
///
/// Fields: to 32 | amount u64, grains.
/// Checks: the amount is not zero (22); the receiver is not the sender (100); the balance covers it (20), a hot key's
/// limit too (23).
public struct Transfer: Message {
  public static let kind: UInt16 = 1
  public static let name = "transfer"
  public static let scope = KeyScope.transfer

  public var to: Digest
  /// Grains.
  public var amount: UInt64

  public init(to: Digest, amount: UInt64) {
    self.to = to
    self.amount = amount
  }

  public init(reading reader: inout ByteReader) throws(ByteReaderError) {
    self.init(to: try reader.readDigest(), amount: try reader.read())
  }

  public func write(to writer: inout ByteWriter) {
    writer.write(to)
    writer.write(amount)
  }

  public func apply(from sender: Sender, to ledger: inout LedgerContext) throws(Refusal) {
    guard amount > 0 else { throw Refusal(.zeroAmount) }
    guard to != sender.account else { throw Refusal(.toItself) }
    try ledger.debit(from: sender, .raz, amount, .transfer, reference: to)
    try ledger.credit(to, .raz, amount, .transfer, reference: sender.account)
  }

  public var fields: [MessageField] { [MessageField("to", to), MessageField("amount", amount)] }
}

extension RefusalCode {
  public static let toItself = RefusalCode(100, "sender and receiver are the same account")
}
