import Hashing
import Receipts

/// Sets credits aside for one provider. The channel's id is H("razao/channel-id/1", account ‖ payee ‖ salt).
///
/// Fields: payee 32, a provider's id | voucher key 32 | microcredits u64 | salt u64.
/// Checks: the amount is not zero (22); there is such a provider (209), on duty (211); no channel has or had this id
/// (250); the balance covers the amount (20).
public struct OpenChannel: Message {
  public static let kind: UInt16 = 40
  public static let name = "openChannel"
  public static let scope = KeyScope.channels

  public var payee: Digest
  public var voucherKey: PublicKey
  public var microcredits: UInt64
  /// Any number that the payer has not used with this provider.
  public var salt: UInt64

  public init(payee: Digest, voucherKey: PublicKey, microcredits: UInt64, salt: UInt64) {
    self.payee = payee
    self.voucherKey = voucherKey
    self.microcredits = microcredits
    self.salt = salt
  }

  public init(reading reader: inout ByteReader) throws(ByteReaderError) {
    payee = try reader.readDigest()
    voucherKey = try reader.readPublicKey()
    microcredits = try reader.read()
    salt = try reader.read()
  }

  public func write(to writer: inout ByteWriter) {
    writer.write(payee)
    writer.write(voucherKey)
    writer.write([microcredits, salt])
  }

  public func apply(from sender: Sender, to ledger: inout LedgerContext) throws(Refusal) {
    guard microcredits > 0 else { throw Refusal(.zeroAmount) }
    guard !(try ledger.provider(payee)).isRetired else { throw Refusal(.retired, payee.hex) }
    let id = Channel.id(payer: sender.account, payee: payee, salt: salt)
    guard !ledger.state.contains(.channel(id)), !ledger.state.contains(.settlement(payee, id)) else {
      throw Refusal(.channelExists, id.hex)
    }
    try ledger.debit(from: sender, .credit, microcredits, .channelOpened, reference: id)
    ledger.state.set(
      .channel(id), Channel(payer: sender.account, payee: payee, voucherKey: voucherKey, deposit: microcredits))
    ledger.emit(
      "channelOpened",
      [
        MessageField("channel", id), MessageField("payer", sender.account), MessageField("payee", payee),
        MessageField("microcredits", microcredits),
      ])
  }

  public var fields: [MessageField] {
    [
      MessageField("payee", payee), MessageField("voucherKey", voucherKey.bytes.hex),
      MessageField("microcredits", microcredits), MessageField("salt", salt),
    ]
  }
}
