import Hashing

import enum Crypto.Curve25519

/// A validator's name in commits: the first 20 bytes of SHA-256 of its key.
package struct ValidatorAddress: Hashable, Sendable, Comparable, CustomStringConvertible {
  package static let byteCount = 20

  /// Exactly 20 bytes.
  package let bytes: [UInt8]

  /// - Returns: `nil` unless there are exactly 20 bytes.
  package init?(_ bytes: some Collection<UInt8>) {
    guard bytes.count == Self.byteCount else { return nil }
    self.bytes = Array(bytes)
  }

  init(hashOf key: [UInt8]) {
    var hasher = SHA256()
    hasher.update(key)
    bytes = Array(hasher.finalize().bytes.prefix(Self.byteCount))
  }

  package static func < (left: ValidatorAddress, right: ValidatorAddress) -> Bool {
    left.bytes.lexicographicallyPrecedes(right.bytes)
  }

  package var description: String { bytes.hex }
}

/// An Ed25519 key with which a validator signs votes; other kinds of CometBFT keys are refused where answers are read.
package struct ConsensusKey: Hashable, Sendable {
  package static let byteCount = 32
  package static let signatureByteCount = 64

  /// Exactly 32 bytes.
  package let bytes: [UInt8]

  /// - Returns: `nil` unless there are 32 bytes, and for points of small order, with which anybody could sign.
  package init?(_ bytes: some Collection<UInt8>) {
    guard bytes.count == Self.byteCount else { return nil }
    self.bytes = Array(bytes)
    if isOfSmallOrder { return nil }
  }

  /// The key's address in commits.
  package var address: ValidatorAddress { ValidatorAddress(hashOf: bytes) }

  /// Whether `signature` is this key's over the message; false for bytes that are no point of the curve.
  /// - Complexity: one Ed25519 verification.
  package func verifies(_ signature: [UInt8], over message: [UInt8]) -> Bool {
    guard signature.count == Self.signatureByteCount,
      let key = try? Curve25519.Signing.PublicKey(rawRepresentation: bytes)
    else { return false }
    return key.isValidSignature(signature, for: message)
  }

  /// Whether the point's order divides 8. Its y is one of five values below p, or 0 or 1 written as p or p + 1;
  /// the sign bit of x does not matter.
  private var isOfSmallOrder: Bool {
    var y = bytes
    y[31] &= 0x7F
    return Self.smallOrder.contains(y)
  }

  private static let smallOrder: [[UInt8]] = {
    let p: [UInt8] = [0xED] + Array(repeating: 0xFF, count: 30) + [0x7F]
    let zero = [UInt8](repeating: 0, count: 32)
    let orderEight = [
      "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
      "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    ].compactMap { [UInt8](hex: $0) }
    return [zero, [1] + zero.dropLast(), [0xEC] + p.dropFirst(), p, [0xEE] + p.dropFirst()] + orderEight
  }()
}
