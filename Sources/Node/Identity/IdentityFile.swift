import Foundation
import Hashing
import Receipts
import StrictJSON
import Wallet

import enum Crypto.P256

/// A node's identity on disk: `identity.json` in its home, mode 0600.
package enum IdentityFile {
  static let name = "identity.json"

  /// Loads the identity, or makes one when there is none. Two processes that do so at once end with the same one.
  /// - Throws: `HomeError`, or `IdentityError` when no certificate can be made.
  package static func loadOrMake(home: String) throws -> NodeIdentity {
    try PrivateFile.makeFolder(home)
    let path = "\(home)/\(name)"
    if let bytes = try PrivateFile.read(path) { return try decode(bytes, path: path) }
    let tlsKey = P256.Signing.PrivateKey()
    let draft = encode(
      seed: SystemRandom.bytes(32), tlsKeyPEM: tlsKey.pemRepresentation,
      certificate: try SelfSignedCertificate.make(key: tlsKey))
    if try PrivateFile.create(draft, at: path) { return try decode(draft, path: path) }
    guard let bytes = try PrivateFile.read(path) else {
      throw HomeError.unusable(path: path, reason: "it vanished while it was read")
    }
    return try decode(bytes, path: path)
  }

  /// The signing key of a home, for whoever keeps it alone; made with the identity when there is none.
  package static func signingKey(home: String) throws -> SigningKey {
    _ = try loadOrMake(home: home)
    let path = "\(home)/\(name)"
    guard let bytes = try PrivateFile.read(path), let json = try? JSON.parse(bytes),
      let seed = json["signing_key"]?.string.flatMap({ [UInt8](hex: $0) }), let key = SigningKey(seed: seed)
    else { throw HomeError.malformed(path: path, what: "the signing key is missing or broken") }
    return key
  }

  static func encode(seed: [UInt8], tlsKeyPEM: String, certificate: [UInt8]) -> [UInt8] {
    let json: JSON = [
      "version": 1, "signing_key": .string(seed.hex), "tls_key": .string(tlsKeyPEM),
      "certificate": .string(certificate.base64),
    ]
    return json.encoded(indented: true) + [0x0A]
  }

  static func decode(_ bytes: [UInt8], path: String) throws -> NodeIdentity {
    guard let json = try? JSON.parse(bytes) else { throw HomeError.malformed(path: path, what: "not JSON") }
    guard json["version"]?.integer == 1 else { throw HomeError.malformed(path: path, what: "unknown version") }
    guard let seed = json["signing_key"]?.string.flatMap({ [UInt8](hex: $0) }), let key = SigningKey(seed: seed) else {
      throw HomeError.malformed(path: path, what: "the signing key is missing or broken")
    }
    guard let tlsKey = json["tls_key"]?.string, (try? P256.Signing.PrivateKey(pemRepresentation: tlsKey)) != nil,
      let certificate = json["certificate"]?.string.flatMap({ [UInt8](base64: $0) })
    else { throw HomeError.malformed(path: path, what: "the TLS key or the certificate is missing or broken") }
    return try NodeIdentity(key: key, tlsKeyPEM: tlsKey, certificate: certificate)
  }
}

extension [UInt8] {
  /// Base64 (RFC 4648, section 4).
  package var base64: String { Data(self).base64EncodedString() }

  /// Base64 without padding, in the alphabet for URLs and headers (RFC 4648, section 5).
  package var base64URL: String {
    base64.replacingOccurrences(of: "+", with: "-").replacingOccurrences(of: "/", with: "_")
      .replacingOccurrences(of: "=", with: "")
  }

  /// - Returns: `nil` for anything but padded base64.
  package init?(base64 text: String) {
    guard let data = Data(base64Encoded: text) else { return nil }
    self = Array(data)
  }

  /// - Returns: `nil` for anything but unpadded base64url.
  package init?(base64URL text: String) {
    guard !text.contains(where: { "+/=".contains($0) }) else { return nil }
    let standard = text.replacingOccurrences(of: "-", with: "+").replacingOccurrences(of: "_", with: "/")
    self.init(base64: standard + String(repeating: "=", count: (4 - standard.utf8.count % 4) % 4))
  }
}
