import Hashing

/// The form of a request: where it was sent, and with that what its answer is.
public enum RequestForm: UInt8, Sendable, CaseIterable {
  case chat = 1
  case completions = 2
  case embeddings = 3
  case images = 4
  case sequences = 5

  /// Whether the answer is generated token by token; all other answers are values, without a token.
  public var generates: Bool { self == .chat || self == .completions }
}

/// What a provider signs before it computes: that it will answer this request, with this program, at these prices.
/// 528 bytes with its signature; drawn in the specification, section 8.
public struct Accept: Equatable, Sendable {
  public var network: Digest
  public var requestID: RequestID
  public var clientNonce: Digest
  public var providerKey: PublicKey
  public var programRoot: Digest
  public var form: RequestForm
  public var requestCommitment: Digest
  public var requestByteCount: UInt64
  public var seedKind: SeedKind
  public var seedCommitment: Digest
  public var payment: Payment
  /// Milliseconds since 1970, by the provider's clock.
  public var acceptedAt: UInt64
  /// Milliseconds since 1970, chosen by the requester: the end of the receipt's life as evidence.
  public var expiry: UInt64
  /// The requester's commitment to its user's consent to audits, or zero. Nothing that the provider receives opens
  /// it; see `Consent`.
  public var consentCommitment: Digest
  /// The commitment to the prompt's ids by a requester that tokenises itself, or zero: the provider's word then.
  public var promptCommitment: Digest
  /// The channel that pays, or zero.
  public var channel: Digest
  /// The provider's contribution to a joint seed; `none` for the other kinds.
  public var contribution: ContributionSlot

  public init(
    network: Digest, requestID: RequestID, clientNonce: Digest, providerKey: PublicKey, programRoot: Digest,
    form: RequestForm, requestCommitment: Digest, requestByteCount: UInt64, seedKind: SeedKind,
    seedCommitment: Digest, payment: Payment, acceptedAt: UInt64, expiry: UInt64,
    consentCommitment: Digest = .zero, promptCommitment: Digest = .zero, channel: Digest = .zero,
    contribution: ContributionSlot = .none
  ) {
    self.network = network
    self.requestID = requestID
    self.clientNonce = clientNonce
    self.providerKey = providerKey
    self.programRoot = programRoot
    self.form = form
    self.requestCommitment = requestCommitment
    self.requestByteCount = requestByteCount
    self.seedKind = seedKind
    self.seedCommitment = seedCommitment
    self.payment = payment
    self.acceptedAt = acceptedAt
    self.expiry = expiry
    self.consentCommitment = consentCommitment
    self.promptCommitment = promptCommitment
    self.channel = channel
    self.contribution = contribution
  }
}

extension Accept: SignedLayout {
  public static let layoutName = "accept"
  public static let signatureTag: StaticString = "razao/accept/1"
  public static let bodyByteCount = 464

  public init(reading reader: inout ByteReader) throws(ByteReaderError) {
    try reader.readHeading("RAZAOAC1", version: 2)
    try reader.readZeros(4)
    network = try reader.readDigest()
    requestID = try RequestID(&reader)
    clientNonce = try reader.readDigest()
    providerKey = try PublicKey(&reader)
    programRoot = try reader.readDigest()
    form = try reader.readCode()
    requestCommitment = try reader.readDigest()
    requestByteCount = try reader.read()
    seedKind = try reader.readCode()
    seedCommitment = try reader.readDigest()
    payment = try Payment(&reader)
    acceptedAt = try reader.read()
    expiry = try reader.read()
    consentCommitment = try reader.readDigest()
    promptCommitment = try reader.readDigest()
    channel = try reader.readDigest()
    contribution = try ContributionSlot(&reader)
  }

  public func write(to writer: inout ByteWriter) {
    writer.writeHeading("RAZAOAC1", version: 2)
    writer.writeZeros(4)
    writer.write(network)
    writer.write(contentsOf: requestID.bytes)
    writer.write(clientNonce)
    writer.write(contentsOf: providerKey.bytes)
    writer.write(programRoot)
    writer.writeCode(form)
    writer.write(requestCommitment)
    writer.write(requestByteCount)
    writer.writeCode(seedKind)
    writer.write(seedCommitment)
    payment.write(to: &writer)
    writer.write(acceptedAt)
    writer.write(expiry)
    writer.write(consentCommitment)
    writer.write(promptCommitment)
    writer.write(channel)
    contribution.write(to: &writer)
  }
}

extension Payment {
  init(_ reader: inout ByteReader) throws(ByteReaderError) {
    payerKind = try reader.readCode()
    payer = try reader.readDigest()
    prices = Prices(prompt: try reader.read(), answer: try reader.read())
  }

  func write(to writer: inout ByteWriter) {
    writer.writeCode(payerKind)
    writer.write(payer)
    writer.write(prices.prompt)
    writer.write(prices.answer)
  }
}

extension ContributionSlot {
  init(_ reader: inout ByteReader) throws(ByteReaderError) {
    epoch = try reader.read()
    slot = try reader.read()
    try reader.readZeros(4)
    root = try reader.readDigest()
  }

  func write(to writer: inout ByteWriter) {
    writer.write(epoch)
    writer.write(slot)
    writer.writeZeros(4)
    writer.write(root)
  }
}

extension Signed<Accept> {
  /// What a receipt refers to: H("razao/accept-hash/1", the whole accept with its signature).
  public var hash: Digest { taggedHash("razao/accept-hash/1", encoded()) }

  /// Whether the provider it names has signed it.
  public var isSigned: Bool { body.providerKey.verifies(signature, over: body.signedDigest) }
}
