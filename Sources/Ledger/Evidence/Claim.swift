import Hashing
import Receipts

/// What somebody says that a provider has not done, until it is answered or found to be so. There is one claim for each
/// receipt and one for each accept, and its record stays, so that none is raised twice.
public struct Claim: Record {
  /// What was not done.
  public enum Kind: UInt8, Sendable {
    /// A signed receipt that was not anchored.
    case unanchored = 1
    /// An accepted job that got no answer.
    case dropped = 2
  }

  /// What became of the claim.
  public enum State: UInt8, Sendable {
    case open = 1
    case answered = 2
    case upheld = 3
  }

  public var kind: Kind
  public var state: State
  public var claimant: Digest
  public var provider: Digest
  /// The receipt's hash, or the accept's.
  public var subject: Digest
  /// The secret that makes the seed of a dropped job; zero for a receipt.
  public var secret: Digest
  /// Block time in milliseconds until which anchoring was in time; 0 for a dropped job.
  public var dueBy: UInt64
  /// Of the block that the claim was made in.
  public var height: UInt64
  /// Block time in milliseconds until which it can be answered.
  public var deadline: UInt64
  /// Grains that the claimant has put down; 0 when it is decided.
  public var deposit: UInt64

  public init(
    kind: Kind, claimant: Digest, provider: Digest, subject: Digest, secret: Digest = .zero, dueBy: UInt64 = 0,
    height: UInt64, deadline: UInt64, deposit: UInt64
  ) {
    self.kind = kind
    state = .open
    self.claimant = claimant
    self.provider = provider
    self.subject = subject
    self.secret = secret
    self.dueBy = dueBy
    self.height = height
    self.deadline = deadline
    self.deposit = deposit
  }

  public init(reading reader: inout ByteReader) throws(ByteReaderError) {
    let codes = (try reader.read(UInt8.self), try reader.read(UInt8.self))
    guard let kind = Kind(rawValue: codes.0), let state = State(rawValue: codes.1) else {
      throw reader.failure("a claim of kind \(codes.0) in state \(codes.1)")
    }
    (self.kind, self.state) = (kind, state)
    claimant = try reader.readDigest()
    provider = try reader.readDigest()
    subject = try reader.readDigest()
    secret = try reader.readDigest()
    dueBy = try reader.read()
    height = try reader.read()
    deadline = try reader.read()
    deposit = try reader.read()
  }

  public func write(to writer: inout ByteWriter) {
    writer.write([kind.rawValue, state.rawValue])
    writer.write(claimant)
    writer.write(provider)
    writer.write(subject)
    writer.write(secret)
    writer.write([dueBy, height, deadline, deposit])
  }

  public var holdings: Holdings { Holdings(raz: Int128(deposit)) }

  /// H("razao/claim/1", u8 kind ‖ subject).
  public static func id(_ kind: Kind, _ subject: Digest) -> Digest {
    taggedHash("razao/claim/1", [kind.rawValue], subject.bytes)
  }
}

extension StateKey<Claim> {
  public static func claim(_ id: Digest) -> Self { Self(.claim, id.bytes) }
}

extension LedgerContext {
  /// The registered provider of this chain that has signed a receipt.
  /// - Throws: `foreignStatement`, `unknownProvider`, `unsignedStatement`.
  mutating func signer(of receipt: SignedReceipt) throws(Refusal) -> (id: Digest, record: Provider) {
    guard receipt.body.network == block.chain else { throw Refusal(.foreignStatement, receipt.body.network.hex) }
    let id = receipt.body.providerKey.provider
    let record = try provider(id)
    guard receipt.isSigned else { throw Refusal(.unsignedStatement) }
    return (id, record)
  }

  /// Opens a claim: takes the deposit, and keeps the provider's stake until the claim is certainly decided.
  /// - Throws: `alreadyClaimed`, `overspent`, `keyLimit`.
  mutating func open(_ claim: Claim, from sender: Sender, owner: Digest) throws(Refusal) {
    let id = Claim.id(claim.kind, claim.subject)
    guard !state.contains(.claim(id)) else { throw Refusal(.alreadyClaimed, id.hex) }
    try debit(from: sender, .raz, claim.deposit, .deposit, reference: id)
    state.set(.claim(id), claim)
    if var stake = state.get(.stake(owner)) {
      stake.lockedUntil = max(stake.lockedUntil, try Self.sum(claim.deadline, parameters.claimWindow))
      state.set(.stake(owner), stake)
    }
    emit(
      "claimOpened",
      [
        MessageField("claim", id), MessageField("kind", claim.kind == .dropped ? "dropped" : "unanchored"),
        MessageField("provider", claim.provider), MessageField("subject", claim.subject),
        MessageField("secret", claim.secret), MessageField("deadline", claim.deadline),
      ])
  }

  /// A claim that waits for its answer.
  /// - Throws: `unknownClaim`, `wrongClaimKind`, `claimDecided`, `claimOverdue`.
  mutating func answerable(_ id: Digest, _ kind: Claim.Kind) throws(Refusal) -> Claim {
    guard let claim = state.get(.claim(id)) else { throw Refusal(.unknownClaim, id.hex) }
    guard claim.kind == kind else { throw Refusal(.wrongClaimKind) }
    guard claim.state == .open else { throw Refusal(.claimDecided) }
    guard block.time <= claim.deadline else { throw Refusal(.claimOverdue, "at \(claim.deadline)") }
    return claim
  }

  /// Ends an answered claim. The deposit pays the provider for its trouble, or goes back where there was a reason.
  mutating func answer(_ id: Digest, _ claim: Claim, wasIdle: Bool) throws(Refusal) {
    var claim = claim
    let deposit = claim.deposit
    (claim.state, claim.deposit) = (.answered, 0)
    state.set(.claim(id), claim)
    if wasIdle {
      try credit(try provider(claim.provider).owner, .raz, deposit, .reward, reference: id)
    } else {
      try credit(claim.claimant, .raz, deposit, .depositReturned, reference: id)
    }
    emit("claimAnswered", [MessageField("claim", id), MessageField("wasIdle", wasIdle ? "yes" : "no")])
  }

  /// Takes `fraudPenalty` from a provider's account and counts the misstatement.
  mutating func convict(_ id: Digest, _ provider: Provider, by sender: Sender, reference: Digest) throws(Refusal) {
    var provider = provider
    provider.misstatements = provider.misstatements &+ 1
    state.set(.provider(id), provider)
    _ = try slash(provider.owner, parameters.fraudPenalty, challenger: sender.account, reference: reference)
  }
}
