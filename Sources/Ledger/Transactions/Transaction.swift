import Hashing
import Receipts

/// What an account signs: its messages, all of which apply or none.
///
/// Layout in docs/spec-ledger.md, section 2; little-endian, at most 64 KiB, one canonical encoding.
public struct Transaction: Sendable {
  public static let byteLimit = 65_536
  public static let messageLimit = 16
  /// Bytes before the first message, and the signature.
  static let fixedByteCount = 8 + 4 + 32 + 32 + 32 + 8 + 8 + 8 + 2 + 64

  /// H("razao/chain/1", chain id).
  public var chain: Digest
  public var account: Digest
  /// The account's own key, or one that it authorised.
  public var key: PublicKey
  public var nonce: UInt64
  /// Grains.
  public var fee: UInt64
  /// The last height at which it may apply; 0 for any.
  public var expiryHeight: UInt64
  /// 1 to 16.
  public var messages: [any Message]

  public init(
    chain: Digest, account: Digest, key: PublicKey, nonce: UInt64, fee: UInt64, expiryHeight: UInt64 = 0,
    messages: [any Message]
  ) {
    self.chain = chain
    self.account = account
    self.key = key
    self.nonce = nonce
    self.fee = fee
    self.expiryHeight = expiryHeight
    self.messages = messages
  }

  /// The bytes that are signed.
  public var unsigned: [UInt8] {
    var writer = ByteWriter()
    writer.write(contentsOf: "RAZAOTX1".utf8)
    writer.write(UInt32(1))
    writer.write(chain)
    writer.write(account)
    writer.write(contentsOf: key.bytes)
    writer.write([nonce, fee, expiryHeight])
    writer.write(UInt16(clamping: messages.count))
    for message in messages {
      writer.write(type(of: message).kind)
      writer.writeCounted(message.encoded())
    }
    return writer.bytes
  }

  /// Signs; the key must be the one that the transaction names.
  /// - Returns: the encoding that is submitted.
  public func signed(with key: borrowing SigningKey) throws(SigningError) -> [UInt8] {
    let bytes = unsigned
    return bytes + (try key.signature(over: taggedHash("razao/tx/1", bytes))).bytes
  }
}

/// A transaction as it came in.
public struct SignedTransaction: Sendable {
  public let transaction: Transaction
  public let signature: Signature
  /// SHA-256 of all its bytes; CometBFT names it so too.
  public let id: Digest
  public let byteCount: Int
  private let signedDigest: Digest

  /// Reads the one encoding.
  /// - Throws: `oversize`, `malformed`, `unknownKind`, `malformedMessage`.
  /// - Complexity: O(bytes); never allocates more than the bytes justify.
  public init(decoding bytes: [UInt8]) throws(Refusal) {
    guard bytes.count <= Transaction.byteLimit else { throw Refusal(.oversize, "\(bytes.count) bytes") }
    let parts: TransactionParts
    do { parts = try TransactionParts(bytes) } catch { throw Refusal(.malformed, "\(error)") }
    var messages: [any Message] = []
    for (kind, body) in parts.messages { messages.append(try MessageRegistry.message(kind: kind, body: body)) }
    transaction = Transaction(
      chain: parts.chain, account: parts.account, key: parts.key, nonce: parts.nonce, fee: parts.fee,
      expiryHeight: parts.expiryHeight, messages: messages)
    signature = parts.signature
    id = Self.id(of: bytes)
    byteCount = bytes.count
    signedDigest = taggedHash("razao/tx/1", bytes.dropLast(64))
  }

  /// SHA-256 of the bytes.
  public static func id(of bytes: [UInt8]) -> Digest {
    var hasher = SHA256()
    hasher.update(bytes)
    return hasher.finalize()
  }

  /// Whether the key it names has signed it.
  public var isSigned: Bool { transaction.key.verifies(signature, over: signedDigest) }
}

/// The envelope before its messages are read.
private struct TransactionParts {
  let chain: Digest
  let account: Digest
  let key: PublicKey
  let nonce: UInt64
  let fee: UInt64
  let expiryHeight: UInt64
  let messages: [(kind: UInt16, body: [UInt8])]
  let signature: Signature

  init(_ bytes: [UInt8]) throws(ByteReaderError) {
    var reader = ByteReader(bytes)
    guard try reader.readBytes(8) == Array("RAZAOTX1".utf8) else { throw reader.failure("not a transaction") }
    guard try reader.read(UInt32.self) == 1 else { throw reader.failure("a version other than 1") }
    chain = try reader.readDigest()
    account = try reader.readDigest()
    guard let key = PublicKey(try reader.readBytes(32)) else { throw reader.failure("a key") }
    self.key = key
    nonce = try reader.read()
    fee = try reader.read()
    expiryHeight = try reader.read()
    let count = try reader.read(UInt16.self)
    guard (1...UInt16(Transaction.messageLimit)).contains(count) else { throw reader.failure("\(count) messages") }
    var messages: [(UInt16, [UInt8])] = []
    for _ in 0..<count {
      messages.append((try reader.read(), try reader.readBytes(limit: Transaction.byteLimit, "message")))
    }
    self.messages = messages
    guard let signature = Signature(try reader.readBytes(64)) else { throw reader.failure("a signature") }
    self.signature = signature
    try reader.finish()
  }
}
