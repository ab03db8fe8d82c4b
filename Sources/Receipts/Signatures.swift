import Hashing

import enum Crypto.Curve25519

/// An Ed25519 public key (RFC 8032): 32 bytes; whether they are a key shows when a signature is checked.
public struct PublicKey: Hashable, Sendable {
  /// Exactly 32 bytes.
  public let bytes: [UInt8]

  /// - Returns: `nil` unless there are exactly 32 bytes.
  public init?(_ bytes: some Collection<UInt8>) {
    guard bytes.count == 32 else { return nil }
    self.bytes = Array(bytes)
  }

  init(_ reader: inout ByteReader) throws(ByteReaderError) {
    bytes = try reader.readBytes(32)
  }

  /// The provider's name: H("razao/provider/1", key).
  public var provider: Digest { taggedHash("razao/provider/1", bytes) }

  /// Whether `signature` is this key's over the digest's 32 bytes. False for bytes that are no key, and for the
  /// points of small order, with which anybody could sign.
  public func verifies(_ signature: Signature, over digest: Digest) -> Bool {
    guard !isOfSmallOrder, let key = try? Curve25519.Signing.PublicKey(rawRepresentation: bytes) else { return false }
    return key.isValidSignature(signature.bytes, for: digest.bytes)
  }

  /// The y coordinates of the eight points whose order divides 8, and their non-canonical forms p and p + 1.
  /// The sign bit does not matter.
  private static let smallOrder: [[UInt8]] = [
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  ].compactMap { [UInt8](hex: $0) }

  private var isOfSmallOrder: Bool {
    var y = bytes
    y[31] &= 0x7F
    return Self.smallOrder.contains(y)
  }
}

/// An Ed25519 signature: 64 bytes.
public struct Signature: Hashable, Sendable {
  /// Exactly 64 bytes.
  public let bytes: [UInt8]

  /// - Returns: `nil` unless there are exactly 64 bytes.
  public init?(_ bytes: some Collection<UInt8>) {
    guard bytes.count == 64 else { return nil }
    self.bytes = Array(bytes)
  }

  init(_ reader: inout ByteReader) throws(ByteReaderError) {
    bytes = try reader.readBytes(64)
  }
}

/// The signing library refused to sign; nothing was signed.
public struct SigningError: Error, Equatable, Sendable, CustomStringConvertible {
  public var description: String { "the signature could not be made" }
}

/// An Ed25519 private key. It cannot be copied, so there is one place from which it signs.
public struct SigningKey: ~Copyable, Sendable {
  private let key: Curve25519.Signing.PrivateKey
  /// The key that others check with.
  public let publicKey: PublicKey

  /// Loads a key from its seed (RFC 8032, section 5.1.5).
  /// - Returns: `nil` unless there are exactly 32 bytes.
  public init?(seed: [UInt8]) {
    guard let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: seed),
      let publicKey = PublicKey(key.publicKey.rawRepresentation)
    else { return nil }
    self.key = key
    self.publicKey = publicKey
  }

  /// Signs 32 bytes, which must come from a hash with a tag of its own.
  public borrowing func signature(over digest: Digest) throws(SigningError) -> Signature {
    guard let bytes = try? key.signature(for: digest.bytes), let signature = Signature(bytes) else {
      throw SigningError()
    }
    return signature
  }

  /// Signs a statement.
  public borrowing func sign<Body: SignedLayout>(_ body: Body) throws(SigningError) -> Signed<Body> {
    Signed(body: body, signature: try signature(over: body.signedDigest))
  }
}
