import Hashing
import Receipts

/// Registers a provider of the sender's account, or changes one; a retired one comes back.
///
/// The provider's key signs chain, account and body, so that nobody registers somebody else's key, and what one account
/// was given cannot be used by another. An id never changes its owner.
///
/// Fields: key 32 | endpoint text ≤ 256 | certificate hash 32 | capacity u32 | offers, list of ≤ 64: program 32, prompt
/// price u64, answer price u64 | possession: signature 64 over H("razao/possession/provider/1", chain ‖ account ‖ the
/// fields before).
/// Checks: an https:// endpoint (204); no program twice (205); the key's signature (206); no other account's id (208);
/// active stake of at least `minimumStake` (207).
public struct RegisterProvider: Message {
  public static let kind: UInt16 = 31
  public static let name = "registerProvider"
  public static let scope = KeyScope.provider

  public var key: PublicKey
  public var endpoint: String
  public var certificate: Digest
  public var capacity: UInt32
  public var offers: [Offer]
  public var possession: Signature

  public init(
    key: PublicKey, endpoint: String, certificate: Digest, capacity: UInt32, offers: [Offer], possession: Signature
  ) {
    self.key = key
    self.endpoint = endpoint
    self.certificate = certificate
    self.capacity = capacity
    self.offers = offers
    self.possession = possession
  }

  /// A registration that the provider's key signs.
  public init(
    endpoint: String, certificate: Digest, capacity: UInt32, offers: [Offer], chain: Digest, account: Digest,
    signedWith key: borrowing SigningKey
  ) throws(SigningError) {
    let unsigned = Self.unsigned(key.publicKey, endpoint, certificate, capacity, offers)
    self.init(
      key: key.publicKey, endpoint: endpoint, certificate: certificate, capacity: capacity, offers: offers,
      possession: try key.signature(over: Self.digest(chain: chain, account: account, unsigned)))
  }

  public init(reading reader: inout ByteReader) throws(ByteReaderError) {
    key = try reader.readPublicKey()
    endpoint = try reader.readText(limit: Provider.endpointLimit, "endpoint")
    certificate = try reader.readDigest()
    capacity = try reader.read()
    offers = try reader.readList(limit: Provider.offerLimit, "offers") { reader throws(ByteReaderError) in
      try Offer(&reader)
    }
    possession = try reader.readSignature()
  }

  public func write(to writer: inout ByteWriter) {
    writer.write(contentsOf: Self.unsigned(key, endpoint, certificate, capacity, offers))
    writer.write(possession)
  }

  private static func unsigned(
    _ key: PublicKey, _ endpoint: String, _ certificate: Digest, _ capacity: UInt32, _ offers: [Offer]
  ) -> [UInt8] {
    var writer = ByteWriter()
    writer.write(key)
    writer.writeCounted(endpoint.utf8)
    writer.write(certificate)
    writer.write(capacity)
    writer.writeList(offers) { writer, offer in offer.write(to: &writer) }
    return writer.bytes
  }

  private static func digest(chain: Digest, account: Digest, _ unsigned: [UInt8]) -> Digest {
    taggedHash("razao/possession/provider/1", chain.bytes, account.bytes, unsigned)
  }

  public func apply(from sender: Sender, to ledger: inout LedgerContext) throws(Refusal) {
    try Endpoint.check(endpoint)
    guard Set(offers.map(\.program)).count == offers.count else { throw Refusal(.duplicateOffer) }
    let unsigned = Self.unsigned(key, endpoint, certificate, capacity, offers)
    let digest = Self.digest(chain: ledger.block.chain, account: sender.account, unsigned)
    guard key.verifies(possession, over: digest) else { throw Refusal(.noPossession) }
    let id = key.provider
    var provider =
      ledger.state.get(.provider(id))
      ?? Provider(
        owner: sender.account, key: key, endpoint: endpoint, certificate: certificate, capacity: capacity,
        offers: offers, height: ledger.block.height)
    guard provider.owner == sender.account else { throw Refusal(.notOwner, provider.owner.hex) }
    try ledger.requireStake(of: sender.account)
    (provider.endpoint, provider.certificate) = (endpoint, certificate)
    (provider.capacity, provider.offers, provider.isRetired) = (capacity, offers, false)
    ledger.state.set(.provider(id), provider)
    ledger.emit(
      "providerRegistered",
      [MessageField("provider", id), MessageField("owner", sender.account), MessageField("endpoint", endpoint)])
  }

  public var fields: [MessageField] {
    [
      MessageField("provider", key.provider), MessageField("key", key.bytes.hex), MessageField("endpoint", endpoint),
      MessageField("certificate", certificate), MessageField("capacity", capacity),
    ]
      + offers.map {
        MessageField("offer", "\($0.program.hex) prompt \($0.prices.prompt) answer \($0.prices.answer)")
      }
  }
}
