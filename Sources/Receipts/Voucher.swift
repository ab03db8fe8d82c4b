import Hashing

/// A payer's promise that a channel pays out so much in all: each replaces the ones before, only the highest counts.
/// 216 bytes with its signature; drawn in the specification, section 8.
public struct Voucher: Equatable, Sendable {
  /// H("razao/chain/1", the chain's name).
  public var chain: Digest
  public var channel: Digest
  /// The key that the channel names for vouchers.
  public var payerKey: PublicKey
  /// Millionths of a credit, over the channel's whole life.
  public var cumulative: UInt64
  /// What it pays up to: the hash of an accept, or of a checkpoint or receipt.
  public var reference: Digest

  public init(chain: Digest, channel: Digest, payerKey: PublicKey, cumulative: UInt64, reference: Digest) {
    self.chain = chain
    self.channel = channel
    self.payerKey = payerKey
    self.cumulative = cumulative
    self.reference = reference
  }
}

extension Voucher: SignedLayout {
  public static let layoutName = "voucher"
  public static let signatureTag: StaticString = "razao/voucher/1"
  public static let bodyByteCount = 152

  public init(reading reader: inout ByteReader) throws(ByteReaderError) {
    try reader.readHeading("RAZAOVO1", version: 1)
    try reader.readZeros(4)
    chain = try reader.readDigest()
    channel = try reader.readDigest()
    payerKey = try PublicKey(&reader)
    cumulative = try reader.read()
    reference = try reader.readDigest()
  }

  public func write(to writer: inout ByteWriter) {
    writer.writeHeading("RAZAOVO1", version: 1)
    writer.writeZeros(4)
    writer.write(chain)
    writer.write(channel)
    writer.write(contentsOf: payerKey.bytes)
    writer.write(cumulative)
    writer.write(reference)
  }
}

/// A voucher with its signature.
public typealias SignedVoucher = Signed<Voucher>

extension Signed<Voucher> {
  /// Whether the key it names has signed it; whether that is the channel's key is for `ChannelTerms` to say.
  public var isSigned: Bool { body.payerKey.verifies(signature, over: body.signedDigest) }
}
