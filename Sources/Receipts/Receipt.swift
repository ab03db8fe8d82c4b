import Hashing

/// The signed statement about one answer. 864 bytes with its signature; drawn in the specification, section 8.
///
/// Everything secret is committed under the requester's blinds: a receipt alone shows counts, prices and hashes.
public struct Receipt: Equatable, Sendable {
  public var arithmeticVersion: UInt32
  public var network: Digest
  public var requestID: RequestID
  public var clientNonce: Digest
  /// Milliseconds since 1970.
  public var expiry: UInt64
  /// H("razao/provider/1", provider key).
  public var provider: Digest
  public var providerKey: PublicKey
  public var programRoot: Digest
  public var form: RequestForm
  public var requestCommitment: Digest
  public var requestByteCount: UInt64
  public var promptCommitment: Digest
  public var promptCount: UInt32
  public var prefix: CachedPrefix
  public var sampling: StatedSampling
  public var seed: SeedStatement
  public var acceptHash: Digest
  public var answer: AnswerStatement
  public var trace: TraceStatement
  public var payment: Payment
  /// Millionths of a credit.
  public var amountOwed: UInt64
  /// The channel that pays, as accepted, or zero.
  public var channel: Digest
  /// Millionths of a credit that the channel owes the provider in all once this answer is paid; 0 without a channel.
  public var channelOwed: UInt64
  /// The commitment to the user's consent to audits, or zero; see `Consent`.
  public var consentCommitment: Digest
  public var times: ReceiptTimes

  /// A receipt that repeats what an accept has fixed.
  public init(
    for accept: SignedAccept, arithmeticVersion: UInt32, promptCommitment: Digest, promptCount: UInt32,
    prefix: CachedPrefix = .none, sampling: StatedSampling, seed: SeedStatement, answer: AnswerStatement,
    trace: TraceStatement, amountOwed: UInt64, channelOwed: UInt64 = 0, times: ReceiptTimes
  ) {
    self.arithmeticVersion = arithmeticVersion
    network = accept.body.network
    requestID = accept.body.requestID
    clientNonce = accept.body.clientNonce
    expiry = accept.body.expiry
    provider = accept.body.providerKey.provider
    providerKey = accept.body.providerKey
    programRoot = accept.body.programRoot
    form = accept.body.form
    requestCommitment = accept.body.requestCommitment
    requestByteCount = accept.body.requestByteCount
    self.promptCommitment = promptCommitment
    self.promptCount = promptCount
    self.prefix = prefix
    self.sampling = sampling
    self.seed = seed
    acceptHash = accept.hash
    self.answer = answer
    self.trace = trace
    payment = accept.body.payment
    self.amountOwed = amountOwed
    channel = accept.body.channel
    self.channelOwed = channelOwed
    consentCommitment = accept.body.consentCommitment
    self.times = times
  }
}

extension Receipt: SignedLayout {
  public static let layoutName = "receipt"
  public static let signatureTag: StaticString = "razao/receipt/1"
  public static let bodyByteCount = 800

  public init(reading reader: inout ByteReader) throws(ByteReaderError) {
    try reader.readHeading("RAZAORC1", version: 2)
    arithmeticVersion = try reader.read()
    network = try reader.readDigest()
    requestID = try RequestID(&reader)
    clientNonce = try reader.readDigest()
    expiry = try reader.read()
    provider = try reader.readDigest()
    providerKey = try PublicKey(&reader)
    programRoot = try reader.readDigest()
    try reader.readReserved(32, "adapter")
    form = try reader.readCode()
    requestCommitment = try reader.readDigest()
    requestByteCount = try reader.read()
    promptCommitment = try reader.readDigest()
    promptCount = try reader.read()
    prefix = CachedPrefix(length: try reader.read(), commitment: try reader.readDigest())
    sampling = try StatedSampling(&reader)
    seed = SeedStatement(
      kind: try reader.readCode(), commitment: try reader.readDigest(), material: try reader.readDigest())
    acceptHash = try reader.readDigest()
    answer = try AnswerStatement(&reader)
    trace = TraceStatement(
      root: try reader.readDigest(), positions: try reader.read(), layers: try reader.read())
    payment = try Payment(&reader)
    amountOwed = try reader.read()
    channel = try reader.readDigest()
    channelOwed = try reader.read()
    consentCommitment = try reader.readDigest()
    times = ReceiptTimes(accepted: try reader.read(), firstToken: try reader.read(), finished: try reader.read())
  }

  public func write(to writer: inout ByteWriter) {
    writer.writeHeading("RAZAORC1", version: 2)
    writer.write(arithmeticVersion)
    writer.write(network)
    writer.write(contentsOf: requestID.bytes)
    writer.write(clientNonce)
    writer.write(expiry)
    writer.write(provider)
    writer.write(contentsOf: providerKey.bytes)
    writer.write(programRoot)
    writer.writeZeros(32)
    writer.writeCode(form)
    writer.write(requestCommitment)
    writer.write(requestByteCount)
    writer.write(promptCommitment)
    writer.write(promptCount)
    writer.write(prefix.length)
    writer.write(prefix.commitment)
    sampling.write(to: &writer)
    writer.writeCode(seed.kind)
    writer.write(seed.commitment)
    writer.write(seed.material)
    writer.write(acceptHash)
    answer.write(to: &writer)
    writer.write(trace.root)
    writer.write([trace.positions, trace.layers])
    payment.write(to: &writer)
    writer.write(amountOwed)
    writer.write(channel)
    writer.write(channelOwed)
    writer.write(consentCommitment)
    writer.write([times.accepted, times.firstToken, times.finished])
  }
}

extension Signed<Receipt> {
  /// Whether the provider it names has signed it.
  public var isSigned: Bool { body.providerKey.verifies(signature, over: body.signedDigest) }
}
