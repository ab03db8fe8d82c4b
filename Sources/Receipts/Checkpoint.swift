import Hashing

/// The provider's statement in the middle of a stream: how far the answer is, and what is owed for it.
/// 248 bytes with its signature; drawn in the specification, section 8.
///
/// If the stream breaks off, the last checkpoint and the tokens up to it are what the requester holds against the
/// provider, and what the provider is owed.
public struct Checkpoint: Equatable, Sendable {
  /// Answer tokens between two checkpoints.
  public static let interval: UInt32 = 16

  public var requestID: RequestID
  public var acceptHash: Digest
  public var providerKey: PublicKey
  public var answerCount: UInt32
  /// Prompt + answer − 1.
  public var positions: UInt32
  /// The token chain after `answerCount` tokens.
  public var chain: Digest
  /// The trace root over `positions` positions.
  public var traceRoot: Digest
  /// Millionths of a credit.
  public var amountOwed: UInt64
  /// Milliseconds since 1970.
  public var time: UInt64

  public init(
    requestID: RequestID, acceptHash: Digest, providerKey: PublicKey, answerCount: UInt32, positions: UInt32,
    chain: Digest, traceRoot: Digest, amountOwed: UInt64, time: UInt64
  ) {
    self.requestID = requestID
    self.acceptHash = acceptHash
    self.providerKey = providerKey
    self.answerCount = answerCount
    self.positions = positions
    self.chain = chain
    self.traceRoot = traceRoot
    self.amountOwed = amountOwed
    self.time = time
  }
}

extension Checkpoint: SignedLayout {
  public static let layoutName = "checkpoint"
  public static let signatureTag: StaticString = "razao/checkpoint/1"
  public static let bodyByteCount = 184

  public init(reading reader: inout ByteReader) throws(ByteReaderError) {
    try reader.readHeading("RAZAOCK1", version: 1)
    try reader.readZeros(4)
    requestID = try RequestID(&reader)
    acceptHash = try reader.readDigest()
    providerKey = try PublicKey(&reader)
    answerCount = try reader.read()
    positions = try reader.read()
    chain = try reader.readDigest()
    traceRoot = try reader.readDigest()
    amountOwed = try reader.read()
    time = try reader.read()
  }

  public func write(to writer: inout ByteWriter) {
    writer.writeHeading("RAZAOCK1", version: 1)
    writer.writeZeros(4)
    writer.write(contentsOf: requestID.bytes)
    writer.write(acceptHash)
    writer.write(contentsOf: providerKey.bytes)
    writer.write([answerCount, positions])
    writer.write(chain)
    writer.write(traceRoot)
    writer.write([amountOwed, time])
  }
}

/// Why a checkpoint does not belong where it stands.
public enum CheckpointRefutation: Error, Equatable, Sendable {
  case signature
  /// Another request, accept or provider.
  case otherJob
  /// Counts that no answer with this prompt can have.
  case positions(stated: UInt32)
  case amount(stated: UInt64, computed: UInt64?)
  /// Not after the checkpoint before it, or before the accept.
  case order
  /// Not the chain over the tokens that were received.
  case chain
}

extension Signed<Checkpoint> {
  /// Checks a checkpoint against the accept, the one before it and, where the requester has them, the answer's ids.
  ///
  /// *Soundness.* The trace root cannot be checked without running the program; prompt and answer counts are the
  /// provider's word unless the caller has tokenised the prompt itself and knows the ids of the answer.
  public func check(
    accept: SignedAccept, promptCount: UInt32, previous: Checkpoint? = nil, answer: TokenChain? = nil
  ) throws(CheckpointRefutation) {
    guard body.providerKey.verifies(signature, over: body.signedDigest) else { throw .signature }
    guard body.requestID == accept.body.requestID, body.acceptHash == accept.hash,
      body.providerKey == accept.body.providerKey
    else { throw .otherJob }
    guard body.answerCount > 0, UInt64(body.positions) + 1 == UInt64(promptCount) + UInt64(body.answerCount) else {
      throw .positions(stated: body.positions)
    }
    let amount = accept.body.payment.prices.amount(promptTokens: promptCount, answerTokens: body.answerCount)
    guard body.amountOwed == amount else { throw .amount(stated: body.amountOwed, computed: amount) }
    let isAfterPrevious = previous.map { $0.answerCount < body.answerCount && $0.time <= body.time } ?? true
    guard isAfterPrevious, body.time >= accept.body.acceptedAt else { throw .order }
    if let answer {
      guard answer.end == body.chain else { throw .chain }
    }
  }
}
