import Hashing
import Receipts

/// Who may validate and who does.
///
/// Candidates are the accounts with a bond on duty, the largest first, equal ones by account; of more than 256 the
/// smallest is dropped (its bond stays its own). At an epoch's end the first `validatorLimit` of them come into force.
/// Who has offended is taken out of both at once. The set in force is never empty again after its first member.
public struct ValidatorSet: Record {
  /// An account that would validate.
  public struct Candidate: Equatable, Sendable, Comparable {
    public var account: Digest
    /// Grains.
    public var bond: UInt64

    public init(account: Digest, bond: UInt64) {
      self.account = account
      self.bond = bond
    }

    /// In the order of rank: the larger bond first, then the smaller account.
    public static func < (left: Self, right: Self) -> Bool {
      left.bond == right.bond ? left.account < right.account : left.bond > right.bond
    }
  }

  /// A validator in force, with the bond that it was elected with.
  public struct Member: Equatable, Sendable {
    public var account: Digest
    public var key: PublicKey
    /// Grains.
    public var bond: UInt64

    public init(account: Digest, key: PublicKey, bond: UInt64) {
      self.account = account
      self.key = key
      self.bond = bond
    }

    /// Voting power: one for each 10⁻³ RAZ, at least 1. All RAZ together make 2.1·10¹⁰, where the engine allows 2⁶⁰/8.
    public var power: UInt64 { max(1, bond / 1_000_000) }
  }

  public static let candidateLimit = 256
  public static let memberLimit = 64

  /// In the order of rank.
  public var candidates: [Candidate]
  /// In the order of rank at the election.
  public var inForce: [Member]
  /// Keys of offenders that the engine is told to remove at the end of this block.
  public var removed: [PublicKey]

  public init(candidates: [Candidate] = [], inForce: [Member] = [], removed: [PublicKey] = []) {
    self.candidates = candidates
    self.inForce = inForce
    self.removed = removed
  }

  public init(reading reader: inout ByteReader) throws(ByteReaderError) {
    candidates = try reader.readList(limit: Self.candidateLimit, "candidates") { reader throws(ByteReaderError) in
      Candidate(account: try reader.readDigest(), bond: try reader.read())
    }
    inForce = try reader.readList(limit: Self.memberLimit, "validators") { reader throws(ByteReaderError) in
      Member(account: try reader.readDigest(), key: try reader.readPublicKey(), bond: try reader.read())
    }
    removed = try reader.readList(limit: Self.memberLimit, "removed validators") { reader throws(ByteReaderError) in
      try reader.readPublicKey()
    }
  }

  public func write(to writer: inout ByteWriter) {
    writer.writeList(candidates) { writer, candidate in
      writer.write(candidate.account)
      writer.write(candidate.bond)
    }
    writer.writeList(inForce) { writer, member in
      writer.write(member.account)
      writer.write(member.key)
      writer.write(member.bond)
    }
    writer.writeList(removed) { writer, key in writer.write(key) }
  }
}

extension ValidatorSet {
  /// Ranks an account by its bond anew; 0 takes it out.
  /// - Throws: `tooManyCandidates` when the list is full of larger bonds.
  mutating func rank(_ account: Digest, bond: UInt64) throws(Refusal) {
    candidates.removeAll { $0.account == account }
    guard bond > 0 else { return }
    let candidate = Candidate(account: account, bond: bond)
    candidates.insert(candidate, at: candidates.firstIndex { candidate < $0 } ?? candidates.endIndex)
    guard candidates.count > Self.candidateLimit else { return }
    guard candidates.removeLast() != candidate else { throw Refusal(.tooManyCandidates) }
  }

  /// Takes an offender out of both lists. The last validator in force stays there, or the chain would stop; it goes
  /// when another is elected.
  mutating func expel(_ account: Digest) {
    candidates.removeAll { $0.account == account }
    guard inForce.count > 1, let index = inForce.firstIndex(where: { $0.account == account }) else { return }
    removed.append(inForce.remove(at: index).key)
  }

  /// Brings other members into force.
  /// - Returns: what changes for the engine: who leaves, then who comes or has another power; each key once.
  mutating func elect(_ members: [Member]) -> [ValidatorUpdate] {
    guard !members.isEmpty else { return [] }
    var updates: [ValidatorUpdate] = []
    for old in inForce where !members.contains(where: { $0.key == old.key }) {
      updates.append(ValidatorUpdate(key: old.key, power: 0))
    }
    for new in members where inForce.first(where: { $0.key == new.key })?.power != new.power {
      updates.append(ValidatorUpdate(key: new.key, power: new.power))
    }
    inForce = members
    return updates
  }
}

extension StateKey<ValidatorSet> {
  public static var validatorSet: Self { Self(.validators) }
}
