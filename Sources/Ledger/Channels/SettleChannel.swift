import Hashing

/// Gives the rest of a channel back to its payer after the provider's time to redeem; anybody may send it.
///
/// Fields: channel 32.
/// Checks: there is such a channel (251); its close was asked for (263), `closePeriod` ago (264).
public struct SettleChannel: Message {
  public static let kind: UInt16 = 44
  public static let name = "settleChannel"
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
    let record = try ledger.channel(channel)
    guard record.closesAt > 0 else { throw Refusal(.notClosing) }
    guard ledger.block.time >= record.closesAt else {
      throw Refusal(.closePeriodRuns, "until \(record.closesAt), now \(ledger.block.time)")
    }
    try ledger.dissolve(channel, record)
  }

  public var fields: [MessageField] { [MessageField("channel", channel)] }
}
