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
  /// The answer is a value and no text: it has no tokens and comes whole or not at all.
  case complete = 6
}

/// The part of a trace that an earlier receipt of the same payer has committed already, because its keys and values were
/// still in the provider's cache.
public struct CachedPrefix: Equatable, Sendable {
  /// Positions, fewer than the prompt's; 0 for none.
  public var length: UInt32
  /// H("razao/prefix/1", trace root over exactly these positions ‖ the trace blind that salted them in the earlier job);
  /// zeros for none.
  public var commitment: Digest

  public static let none = CachedPrefix(length: 0, commitment: .zero)

  public init(length: UInt32, commitment: Digest) {
    self.length = length
    self.commitment = commitment
  }

  /// The statement of a prefix by its root and the earlier job's trace blind.
  public init(length: UInt32, root: Digest, traceBlind: Digest) {
    self.init(length: length, commitment: taggedHash("razao/prefix/1", root.bytes, traceBlind.bytes))
  }
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
  /// Of a text, prompt + answer − 1 − cached prefix: the last answer token is never fed. Of embeddings, the prompt's
  /// tokens; of a picture or a sequence, 1.
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
