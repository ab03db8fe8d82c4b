import Hashing
import Receipts

/// Registers an auditor of the sender's account, or changes one; a retired one comes back. A new seed commitment counts
/// from this block on.
///
/// Fields: key 32 | endpoint text ≤ 256 | seed commitment 32 | possession: signature 64 over
/// H("razao/possession/auditor/1", chain ‖ account ‖ the fields before).
/// Checks: an https:// endpoint (204); the key's signature (206); no other account's id (208); active stake of at least
/// `minimumStake` (207).
public struct RegisterAuditor: Message {
  public static let kind: UInt16 = 33
  public static let name = "registerAuditor"
  public static let scope = KeyScope.auditor

  public var key: PublicKey
  public var endpoint: String
  public var seedCommitment: Digest
  public var possession: Signature

  public init(key: PublicKey, endpoint: String, seedCommitment: Digest, possession: Signature) {
    self.key = key
    self.endpoint = endpoint
    self.seedCommitment = seedCommitment
    self.possession = possession
  }

  /// A registration that the auditor's key signs.
  public init(
    endpoint: String, seedCommitment: Digest, chain: Digest, account: Digest, signedWith key: borrowing SigningKey
  ) throws(SigningError) {
    let unsigned = Self.unsigned(key.publicKey, endpoint, seedCommitment)
    self.init(
      key: key.publicKey, endpoint: endpoint, seedCommitment: seedCommitment,
      possession: try key.signature(over: Self.digest(chain: chain, account: account, unsigned)))
  }

  public init(reading reader: inout ByteReader) throws(ByteReaderError) {
    key = try reader.readPublicKey()
    endpoint = try reader.readText(limit: Provider.endpointLimit, "endpoint")
    seedCommitment = try reader.readDigest()
    possession = try reader.readSignature()
  }

  public func write(to writer: inout ByteWriter) {
    writer.write(contentsOf: Self.unsigned(key, endpoint, seedCommitment))
    writer.write(possession)
  }

  private static func unsigned(_ key: PublicKey, _ endpoint: String, _ seedCommitment: Digest) -> [UInt8] {
    var writer = ByteWriter()
    writer.write(key)
    writer.writeCounted(endpoint.utf8)
    writer.write(seedCommitment)
    return writer.bytes
  }

  private static func digest(chain: Digest, account: Digest, _ unsigned: [UInt8]) -> Digest {
    taggedHash("razao/possession/auditor/1", chain.bytes, account.bytes, unsigned)
  }

  public func apply(from sender: Sender, to ledger: inout LedgerContext) throws(Refusal) {
    try Endpoint.check(endpoint)
    let unsigned = Self.unsigned(key, endpoint, seedCommitment)
    let digest = Self.digest(chain: ledger.block.chain, account: sender.account, unsigned)
    guard key.verifies(possession, over: digest) else { throw Refusal(.noPossession) }
    let id = key.auditor
    let before = ledger.state.get(.auditor(id))
    if let before, before.owner != sender.account { throw Refusal(.notOwner, before.owner.hex) }
    try ledger.requireStake(of: sender.account)
    let keepsSeed = before?.seedCommitment == seedCommitment
    ledger.state.set(
      .auditor(id),
      Auditor(
        owner: sender.account, key: key, endpoint: endpoint, seedCommitment: seedCommitment,
        committedAt: keepsSeed ? before?.committedAt ?? ledger.block.height : ledger.block.height))
    ledger.emit("auditorRegistered", [MessageField("auditor", id), MessageField("owner", sender.account)])
  }

  public var fields: [MessageField] {
    [
      MessageField("auditor", key.auditor), MessageField("key", key.bytes.hex), MessageField("endpoint", endpoint),
      MessageField("seedCommitment", seedCommitment),
    ]
  }
}
