import Hashing

/// The commitments of one round, until the first block with transactions after it.
///
/// Round n is the blocks n · `beaconRound` and up; commitments are taken in its first half, rounded up, secrets in the
/// rest.
public struct BeaconRound: Record {
  public static let commitLimit = 64

  /// One account's commitment.
  public struct Commit: Equatable, Sendable {
    public var account: Digest
    public var commitment: Digest
    /// What was revealed.
    public var secret: Digest?

    public init(account: Digest, commitment: Digest, secret: Digest? = nil) {
      self.account = account
      self.commitment = commitment
      self.secret = secret
    }
  }

  /// Grains put down for each commitment, given back when its secret is revealed.
  public var deposit: UInt64
  /// In the order of committing.
  public var commits: [Commit]

  public init(deposit: UInt64, commits: [Commit] = []) {
    self.deposit = deposit
    self.commits = commits
  }

  public init(reading reader: inout ByteReader) throws(ByteReaderError) {
    deposit = try reader.read()
    commits = try reader.readList(limit: Self.commitLimit, "commitments") { reader throws(ByteReaderError) in
      Commit(
        account: try reader.readDigest(), commitment: try reader.readDigest(),
        secret: try reader.readFlag() ? try reader.readDigest() : nil)
    }
  }

  public func write(to writer: inout ByteWriter) {
    writer.write(deposit)
    writer.writeList(commits) { writer, commit in
      writer.write(commit.account)
      writer.write(commit.commitment)
      writer.write(commit.secret != nil)
      if let secret = commit.secret { writer.write(secret) }
    }
  }

  /// Commitments whose secret is not there.
  public var missing: Int { commits.count { $0.secret == nil } }

  public var holdings: Holdings { Holdings(raz: Int128(deposit) * Int128(missing)) }

  /// H("razao/beacon-commitment/1", account ‖ u64 round ‖ secret): of this account and round alone, so that nobody can
  /// copy a commitment and its reveal.
  public static func commitment(account: Digest, round: UInt64, secret: Digest) -> Digest {
    var writer = ByteWriter()
    writer.write(round)
    return taggedHash("razao/beacon-commitment/1", account.bytes, writer.bytes, secret.bytes)
  }

  /// Which round a block is in, and whether the round takes commitments then, or secrets.
  public static func phase(
    height: UInt64, roundLength: UInt64
  ) -> (round: UInt64, takesCommitments: Bool) {
    let length = max(2, roundLength)
    return (height / length, height % length < (length + 1) / 2)
  }
}

extension StateKey<BeaconRound> {
  public static func beaconRound(_ round: UInt64) -> Self { Self(.beaconCommit, round.keyBytes) }
}
