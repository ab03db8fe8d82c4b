import Hashing
import Receipts

/// Credits that one account has set aside for one provider. It pays out by vouchers, each of which states all that it
/// has paid in its whole life, so that only the highest counts and the ledger sees one transaction for many answers.
public struct Channel: Record {
  public var payer: Digest
  /// The provider's id.
  public var payee: Digest
  /// The key that signs vouchers.
  public var voucherKey: PublicKey
  /// Microcredits that were ever put in.
  public var deposit: UInt64
  /// Microcredits that were paid out.
  public var redeemed: UInt64
  /// Block time in milliseconds from which the rest can go back to the payer; 0 while it is open.
  public var closesAt: UInt64

  public init(
    payer: Digest, payee: Digest, voucherKey: PublicKey, deposit: UInt64, redeemed: UInt64 = 0, closesAt: UInt64 = 0
  ) {
    self.payer = payer
    self.payee = payee
    self.voucherKey = voucherKey
    self.deposit = deposit
    self.redeemed = redeemed
    self.closesAt = closesAt
  }

  public init(reading reader: inout ByteReader) throws(ByteReaderError) {
    payer = try reader.readDigest()
    payee = try reader.readDigest()
    voucherKey = try reader.readPublicKey()
    deposit = try reader.read()
    redeemed = try reader.read()
    closesAt = try reader.read()
    guard redeemed <= deposit else { throw reader.failure("more redeemed than deposited") }
  }

  public func write(to writer: inout ByteWriter) {
    writer.write(payer)
    writer.write(payee)
    writer.write(voucherKey)
    writer.write([deposit, redeemed, closesAt])
  }

  public var holdings: Holdings { Holdings(credit: Int128(deposit) - Int128(redeemed)) }

  /// H("razao/channel-id/1", payer's account ‖ provider ‖ u64 salt): known to the payer before the channel is open.
  public static func id(payer: Digest, payee: Digest, salt: UInt64) -> Digest {
    var writer = ByteWriter()
    writer.write(salt)
    return taggedHash("razao/channel-id/1", payer.bytes, payee.bytes, writer.bytes)
  }
}

extension StateKey<Channel> {
  public static func channel(_ id: Digest) -> Self { Self(.channel, id.bytes) }
}

extension LedgerContext {
  /// - Throws: `unknownChannel`.
  mutating func channel(_ id: Digest) throws(Refusal) -> Channel {
    guard let channel = state.get(.channel(id)) else { throw Refusal(.unknownChannel, id.hex) }
    return channel
  }

  /// Gives the rest back to the payer and removes the channel. A settlement under the channel's own id stays, with all
  /// that it has paid, so that the id is never opened again and no old voucher finds a new deposit.
  mutating func dissolve(_ id: Digest, _ channel: Channel) throws(Refusal) {
    let rest = channel.deposit - channel.redeemed
    state.set(.channel(id), nil)
    state.set(
      .settlement(channel.payee, id),
      Settlement(channel: id, program: .zero, amount: channel.redeemed, height: block.height))
    try credit(channel.payer, .credit, rest, .channelReturned, reference: id)
    emit(
      "channelClosed",
      [
        MessageField("channel", id), MessageField("redeemedMicrocredits", channel.redeemed),
        MessageField("returnedMicrocredits", rest),
      ])
  }
}
