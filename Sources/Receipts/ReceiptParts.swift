import Hashing

/// Why an answer ended. When several hold at one token, the first of this list is stated.
public enum FinishReason: UInt8, Sendable, CaseIterable {
  /// The last token is one of the program's stop tokens.
  case stopToken = 1
  /// The text reached one of the request's stop strings.
  case stopString = 2
  /// As many tokens as the request allowed.
  case lengthLimit = 3
  /// No position is left in the program's context.
  case contextFull = 4
  /// The requester went away, or the provider could not go on; the receipt is partial.
  case aborted = 5
}

/// The answer as a receipt states it.
public struct AnswerStatement: Equatable, Sendable {
  public var chainEnd: Digest
  public var count: UInt32
  public var finishReason: FinishReason
  /// Whether the answer was cut off; it is owed up to its last token.
  public var isPartial: Bool
  public var textCommitment: Digest
  public var textByteCount: UInt64

  public init(
    chainEnd: Digest, count: UInt32, finishReason: FinishReason, isPartial: Bool, textCommitment: Digest,
    textByteCount: UInt64
  ) {
    self.chainEnd = chainEnd
    self.count = count
    self.finishReason = finishReason
    self.isPartial = isPartial
    self.textCommitment = textCommitment
    self.textByteCount = textByteCount
  }

  init(_ reader: inout ByteReader) throws(ByteReaderError) {
    chainEnd = try reader.readDigest()
    count = try reader.read()
    finishReason = try reader.readCode(width: 1)
    isPartial = try reader.readFlag()
    try reader.readZeros(2)
    textCommitment = try reader.readDigest()
    textByteCount = try reader.read()
  }

  func write(to writer: inout ByteWriter) {
    writer.write(chainEnd)
    writer.write(count)
    writer.writeCode(finishReason, width: 1)
    writer.write(isPartial)
    writer.writeZeros(2)
    writer.write(textCommitment)
    writer.write(textByteCount)
  }
}

/// The root over every cell of the computation, and the grid's size.
public struct TraceStatement: Equatable, Sendable {
  public var root: Digest
  /// Prompt + answer − 1: the last answer token is never fed.
  public var positions: UInt32
  public var layers: UInt32

  public init(root: Digest, positions: UInt32, layers: UInt32) {
    self.root = root
    self.positions = positions
    self.layers = layers
  }
}

/// Milliseconds since 1970 by the provider's clock.
public struct ReceiptTimes: Equatable, Sendable {
  public var accepted: UInt64
  /// Equal to `finished` when there is no token.
  public var firstToken: UInt64
  public var finished: UInt64

  public init(accepted: UInt64, firstToken: UInt64, finished: UInt64) {
    self.accepted = accepted
    self.firstToken = firstToken
    self.finished = finished
  }
}
