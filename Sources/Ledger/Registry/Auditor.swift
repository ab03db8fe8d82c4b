import Hashing
import Receipts

/// An auditor: the key that signs its reports, the account whose stake stands behind them, and the commitment to the
/// seed of its secret projections, which it must not be able to choose after it has seen what it audits.
public struct Auditor: Record {
  public var owner: Digest
  public var key: PublicKey
  public var endpoint: String
  public var seedCommitment: Digest
  /// Height at which the seed was committed to; an audit counts only for what was anchored later.
  public var committedAt: UInt64
  public var isRetired: Bool

  public init(
    owner: Digest, key: PublicKey, endpoint: String, seedCommitment: Digest, committedAt: UInt64,
    isRetired: Bool = false
  ) {
    self.owner = owner
    self.key = key
    self.endpoint = endpoint
    self.seedCommitment = seedCommitment
    self.committedAt = committedAt
    self.isRetired = isRetired
  }

  public init(reading reader: inout ByteReader) throws(ByteReaderError) {
    owner = try reader.readDigest()
    key = try reader.readPublicKey()
    endpoint = try reader.readText(limit: Provider.endpointLimit, "endpoint")
    seedCommitment = try reader.readDigest()
    committedAt = try reader.read()
    isRetired = try reader.readFlag()
  }

  public func write(to writer: inout ByteWriter) {
    writer.write(owner)
    writer.write(key)
    writer.writeCounted(endpoint.utf8)
    writer.write(seedCommitment)
    writer.write(committedAt)
    writer.write(isRetired)
  }
}

extension StateKey<Auditor> {
  /// - Parameter id: H("razao/auditor/1", auditor key).
  public static func auditor(_ id: Digest) -> Self { Self(.auditor, id.bytes) }
}

extension PublicKey {
  /// The auditor's name: H("razao/auditor/1", key).
  public var auditor: Digest { taggedHash("razao/auditor/1", bytes) }
}
