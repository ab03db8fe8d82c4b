import Hashing

/// Fixes a provider's contributions to the joint seeds of one epoch before it accepts a job with one of them.
///
/// Fields: provider 32 | epoch u64 | root 32, over 4,096 leaves.
/// Checks: there is such a provider (209), of the sender (208); the epoch is later than the last one (274), so that a
/// root is never replaced.
public struct AnchorContributions: Message {
  public static let kind: UInt16 = 51
  public static let name = "anchorContributions"
  public static let scope = KeyScope.provider

  public var provider: Digest
  public var epoch: UInt64
  public var root: Digest

  public init(provider: Digest, epoch: UInt64, root: Digest) {
    self.provider = provider
    self.epoch = epoch
    self.root = root
  }

  public init(reading reader: inout ByteReader) throws(ByteReaderError) {
    self.init(provider: try reader.readDigest(), epoch: try reader.read(), root: try reader.readDigest())
  }

  public func write(to writer: inout ByteWriter) {
    writer.write(provider)
    writer.write(epoch)
    writer.write(root)
  }

  public func apply(from sender: Sender, to ledger: inout LedgerContext) throws(Refusal) {
    var record = try ledger.provider(provider, ownedBy: sender)
    guard epoch > record.contributionEpoch else {
      throw Refusal(.epochNotRising, "\(epoch) after \(record.contributionEpoch)")
    }
    record.contributionEpoch = epoch
    ledger.state.set(.provider(provider), record)
    ledger.state.set(
      .contributions(provider, epoch: epoch),
      ContributionRoot(root: root, height: ledger.block.height, time: ledger.block.time))
    ledger.emit(
      "contributionsAnchored",
      [MessageField("provider", provider), MessageField("epoch", epoch), MessageField("root", root)])
  }

  public var fields: [MessageField] {
    [MessageField("provider", provider), MessageField("epoch", epoch), MessageField("root", root)]
  }
}
