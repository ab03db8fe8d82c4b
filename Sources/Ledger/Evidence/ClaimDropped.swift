import Hashing
import Receipts

/// Says that a provider has accepted a job with a joint seed and given no answer, and posts the secret that makes the
/// seed: without that a provider could drop the draws that it dislikes. A job whose secret was not posted in time is
/// void and counts against nobody.
///
/// *In time* is block time from `acceptedAt` to `acceptedAt + claimWindow`, so a provider keeps what it has accepted for
/// so long. An honest provider cannot lose by it: only its own key makes the accept, which says that it has the request;
/// the claim gives it the secret, and `claimWindow` to answer, and any receipt of it that answers this accept and secret
/// ends the claim and brings it the deposit, which pays for the work where the secret comes to it this way first.
///
/// Fields: accept 528, signed | secret 32.
/// Checks: of this chain (300), a joint seed (314), by a registered provider (209) that has signed it (301); the secret
/// is the one it commits to (315); block time is in time (316) and not later than the expiry (303); no claim about it
/// before (305); the balance covers `claimDeposit` (20, 23).
public struct ClaimDropped: Message {
  public static let kind: UInt16 = 62
  public static let name = "claimDropped"
  public static let scope = KeyScope.evidence

  public var accept: SignedAccept
  public var secret: Digest

  public init(accept: SignedAccept, secret: Digest) {
    self.accept = accept
    self.secret = secret
  }

  public init(reading reader: inout ByteReader) throws(ByteReaderError) {
    self.init(accept: try reader.readSigned(), secret: try reader.readDigest())
  }

  public func write(to writer: inout ByteWriter) {
    writer.write(contentsOf: accept.encoded())
    writer.write(secret)
  }

  public func apply(from sender: Sender, to ledger: inout LedgerContext) throws(Refusal) {
    let body = accept.body
    guard body.network == ledger.block.chain else { throw Refusal(.foreignStatement, body.network.hex) }
    guard body.seedKind == .joint else { throw Refusal(.notJoint) }
    let id = body.providerKey.provider
    let owner = try ledger.provider(id).owner
    guard accept.isSigned else { throw Refusal(.unsignedStatement) }
    guard SeedStatement.commitment(to: secret) == body.seedCommitment else { throw Refusal(.wrongSecret) }
    let (now, window) = (ledger.block.time, ledger.parameters.claimWindow)
    guard body.acceptedAt <= now, now <= (try LedgerContext.sum(body.acceptedAt, window)) else {
      throw Refusal(.untimelySecret, "accepted at \(body.acceptedAt), now \(now)")
    }
    guard now <= body.expiry else { throw Refusal(.expiredStatement, "at \(body.expiry), now \(now)") }
    try ledger.open(
      Claim(
        kind: .dropped, claimant: sender.account, provider: id, subject: accept.hash, secret: secret,
        height: ledger.block.height, deadline: try LedgerContext.sum(now, window),
        deposit: ledger.parameters.claimDeposit),
      from: sender, owner: owner)
  }

  public var fields: [MessageField] {
    [
      MessageField("accept", accept.hash), MessageField("provider", accept.body.providerKey.provider),
      MessageField("secret", secret), MessageField("claim", Claim.id(.dropped, accept.hash)),
    ]
  }
}
