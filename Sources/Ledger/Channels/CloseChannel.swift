import Hashing

/// Ends a channel. The provider gives the rest back at once; the payer gives the provider `closePeriod` to redeem what
/// it holds, after which anybody settles.
///
/// Fields: channel 32.
/// Checks: there is such a channel (251), the sender's or its provider's account's (262); the payer asks once (253).
public struct CloseChannel: Message {
  public static let kind: UInt16 = 43
  public static let name = "closeChannel"
  public static let scope = KeyScope.channels

  public var channel: Digest

  public init(channel: Digest) {
    self.channel = channel
  }

  public init(reading reader: inout ByteReader) throws(ByteReaderError) {
    self.init(channel: try reader.readDigest())
  }

  public func write(to writer: inout ByteWriter) { writer.write(channel) }

  public func apply(from sender: Sender, to ledger: inout LedgerContext) throws(Refusal) {
    var record = try ledger.channel(channel)
    if try ledger.provider(record.payee).owner == sender.account { return try ledger.dissolve(channel, record) }
    guard record.payer == sender.account else { throw Refusal(.notParty) }
    guard record.closesAt == 0 else { throw Refusal(.channelClosing, "at \(record.closesAt)") }
    record.closesAt = try LedgerContext.sum(ledger.block.time, ledger.parameters.closePeriod)
    ledger.state.set(.channel(channel), record)
    ledger.emit(
      "channelClosing",
      [
        MessageField("channel", channel), MessageField("payee", record.payee),
        MessageField("closesAt", record.closesAt),
      ])
  }

  public var fields: [MessageField] { [MessageField("channel", channel)] }
}
