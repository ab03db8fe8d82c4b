import Hashing
import Receipts

/// What a provider answers with, and at which prices.
public struct Offer: Equatable, Sendable {
  public var program: Digest
  public var prices: Prices

  public init(program: Digest, prices: Prices) {
    self.program = program
    self.prices = prices
  }

  init(_ reader: inout ByteReader) throws(ByteReaderError) {
    program = try reader.readDigest()
    prices = Prices(prompt: try reader.read(), answer: try reader.read())
  }

  func write(to writer: inout ByteWriter) {
    writer.write(program)
    writer.write([prices.prompt, prices.answer])
  }
}

/// A provider: the key that signs its receipts, the account whose stake stands behind them, and where it answers.
///
/// The record is never removed and never changes its owner, so that what the key has signed stays somebody's.
public struct Provider: Record {
  public static let endpointLimit = 256
  public static let offerLimit = 64

  public var owner: Digest
  public var key: PublicKey
  public var endpoint: String
  /// H("razao/certificate/1", DER).
  public var certificate: Digest
  /// Answers that it computes at once, as it says.
  public var capacity: UInt32
  public var offers: [Offer]
  /// Whether it takes no new channels.
  public var isRetired: Bool
  /// The number of its last batch of receipts; 0 before the first.
  public var batches: UInt64
  /// The last epoch whose contributions it has anchored; 0 before the first.
  public var contributionEpoch: UInt64
  /// Accepted jobs of which the ledger found that it gave no answer.
  public var droppedSlots: UInt32
  /// Claims about dropped jobs that it has answered with a broken-off answer only.
  public var brokenSlots: UInt32
  /// Receipts of which the ledger found that it did not anchor them in time.
  public var lateReceipts: UInt32
  /// Batches and settlements of which the ledger found that they misstate a receipt.
  public var misstatements: UInt32
  /// Of the first registration.
  public var height: UInt64

  public init(
    owner: Digest, key: PublicKey, endpoint: String, certificate: Digest, capacity: UInt32, offers: [Offer],
    height: UInt64
  ) {
    self.owner = owner
    self.key = key
    self.endpoint = endpoint
    self.certificate = certificate
    self.capacity = capacity
    self.offers = offers
    self.height = height
    isRetired = false
    (batches, contributionEpoch) = (0, 0)
    (droppedSlots, brokenSlots, lateReceipts, misstatements) = (0, 0, 0, 0)
  }

  public init(reading reader: inout ByteReader) throws(ByteReaderError) {
    owner = try reader.readDigest()
    key = try reader.readPublicKey()
    endpoint = try reader.readText(limit: Self.endpointLimit, "endpoint")
    certificate = try reader.readDigest()
    capacity = try reader.read()
    offers = try reader.readList(limit: Self.offerLimit, "offers") { reader throws(ByteReaderError) in
      try Offer(&reader)
    }
    isRetired = try reader.readFlag()
    batches = try reader.read()
    contributionEpoch = try reader.read()
    droppedSlots = try reader.read()
    brokenSlots = try reader.read()
    lateReceipts = try reader.read()
    misstatements = try reader.read()
    height = try reader.read()
  }

  public func write(to writer: inout ByteWriter) {
    writer.write(owner)
    writer.write(key)
    writer.writeCounted(endpoint.utf8)
    writer.write(certificate)
    writer.write(capacity)
    writer.writeList(offers) { writer, offer in offer.write(to: &writer) }
    writer.write(isRetired)
    writer.write([batches, contributionEpoch])
    writer.write([droppedSlots, brokenSlots, lateReceipts, misstatements])
    writer.write(height)
  }

  /// The prices of a program, or `nil` where it does not offer it.
  public func prices(of program: Digest) -> Prices? { offers.first { $0.program == program }?.prices }
}

extension StateKey<Provider> {
  /// - Parameter id: H("razao/provider/1", provider key).
  public static func provider(_ id: Digest) -> Self { Self(.provider, id.bytes) }
}

extension LedgerContext {
  /// - Throws: `unknownProvider`.
  mutating func provider(_ id: Digest) throws(Refusal) -> Provider {
    guard let provider = state.get(.provider(id)) else { throw Refusal(.unknownProvider, id.hex) }
    return provider
  }

  /// The provider, for its owner.
  /// - Throws: `unknownProvider`, `notOwner`.
  mutating func provider(_ id: Digest, ownedBy sender: Sender) throws(Refusal) -> Provider {
    let provider = try provider(id)
    guard provider.owner == sender.account else { throw Refusal(.notOwner, provider.owner.hex) }
    return provider
  }

  /// - Throws: `understaked`.
  mutating func requireStake(of account: Digest) throws(Refusal) {
    let active = state.get(.stake(account))?.active ?? 0
    guard active >= parameters.minimumStake else {
      throw Refusal(.understaked, "\(active) of \(parameters.minimumStake) grains")
    }
  }
}

/// An address that programs can open: https://, then printable ASCII.
enum Endpoint {
  static func check(_ endpoint: String) throws(Refusal) {
    let prefix = "https://"
    guard endpoint.utf8.starts(with: prefix.utf8), endpoint.utf8.count > prefix.utf8.count,
      endpoint.utf8.allSatisfy({ (0x21...0x7E).contains($0) })
    else { throw Refusal(.badEndpoint, endpoint) }
  }
}
