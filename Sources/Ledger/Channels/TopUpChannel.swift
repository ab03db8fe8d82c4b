import Hashing

/// Adds credits to a channel.
///
/// Fields: channel 32 | microcredits u64.
/// Checks: the amount is not zero (22); there is such a channel (251), the sender's (252), not being closed (253); the
/// sum fits (21); the balance covers the amount (20).
public struct TopUpChannel: Message {
  public static let kind: UInt16 = 41
  public static let name = "topUpChannel"
  public static let scope = KeyScope.channels

  public var channel: Digest
  public var microcredits: UInt64

  public init(channel: Digest, microcredits: UInt64) {
    self.channel = channel
    self.microcredits = microcredits
  }

  public init(reading reader: inout ByteReader) throws(ByteReaderError) {
    self.init(channel: try reader.readDigest(), microcredits: try reader.read())
  }

  public func write(to writer: inout ByteWriter) {
    writer.write(channel)
    writer.write(microcredits)
  }

  public func apply(from sender: Sender, to ledger: inout LedgerContext) throws(Refusal) {
    guard microcredits > 0 else { throw Refusal(.zeroAmount) }
    var record = try ledger.channel(channel)
    guard record.payer == sender.account else { throw Refusal(.notPayer) }
    guard record.closesAt == 0 else { throw Refusal(.channelClosing, "at \(record.closesAt)") }
    record.deposit = try LedgerContext.sum(record.deposit, microcredits)
    try ledger.debit(from: sender, .credit, microcredits, .channelToppedUp, reference: channel)
    ledger.state.set(.channel(channel), record)
    ledger.emit(
      "channelToppedUp", [MessageField("channel", channel), MessageField("depositMicrocredits", record.deposit)])
  }

  public var fields: [MessageField] {
    [MessageField("channel", channel), MessageField("microcredits", microcredits)]
  }
}
