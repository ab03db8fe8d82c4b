import Hashing
import Receipts

import enum Crypto.P256

/// Who a node is: an Ed25519 key that signs what the node says, and a P-256 certificate for TLS that this key vouches for.
///
/// Both are made once, kept in one file of the node's home, and never change: a provider's stake and history hang on
/// the key. A class, because the signing key cannot be copied.
package final class NodeIdentity: Sendable {
  package let key: SigningKey
  /// TLS key, PKCS #8 PEM.
  package let tlsKeyPEM: String
  /// The self-signed certificate, and the key's signature over it.
  package let certificate: CertificateStatement

  /// The key that others check with.
  package var publicKey: PublicKey { key.publicKey }

  /// `H("razao/provider/1", public key)`.
  package var id: Digest { publicKey.provider }

  init(key: consuming SigningKey, tlsKeyPEM: String, certificate: [UInt8]) throws(SigningError) {
    let signature = try key.signature(over: CertificateStatement.digest(of: certificate))
    self.certificate = CertificateStatement(der: certificate, signature: signature)
    self.key = key
    self.tlsKeyPEM = tlsKeyPEM
  }
}

extension Digest {
  /// The first eight hexadecimal digits: what logs show.
  package var short: String { String(hex.prefix(8)) }

  /// Draws 32 bytes from the system's generator.
  package static func random() -> Digest {
    Digest(SystemRandom.bytes(32)) ?? .zero
  }
}

extension RequestID {
  /// Draws an id from the system's generator.
  package static func random() -> RequestID {
    guard let id = RequestID(SystemRandom.bytes(16)) else { preconditionFailure("16 bytes are an id") }
    return id
  }
}

/// The operating system's generator, which is fit for keys (getrandom on Linux).
enum SystemRandom {
  static func bytes(_ count: Int) -> [UInt8] {
    var generator = SystemRandomNumberGenerator()
    return (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
  }
}

/// What is wrong with an identity.
package enum IdentityError: Error, Equatable, Sendable, CustomStringConvertible {
  case malformed(String)
  case unsupportedVersion(Int)
  /// A certificate could not be made.
  case certificateNotMade(String)
  /// The identity's key did not sign this certificate.
  case certificateNotSigned
  /// The peer belongs to another network.
  case otherNetwork
  /// The peer is somebody else than the one asked for.
  case otherKey(expected: String, actual: String)

  package var description: String {
    switch self {
    case .malformed(let what): "the identity is malformed: \(what)"
    case .unsupportedVersion(let version): "identity version \(version) is not known"
    case .certificateNotMade(let reason): "no certificate could be made: \(reason)"
    case .certificateNotSigned: "the identity's key did not sign its certificate"
    case .otherNetwork: "the peer belongs to another network; --home names the one whose ledger this home uses"
    case .otherKey(let expected, let actual): "the peer's key is \(actual), expected \(expected)"
    }
  }
}
