import Foundation
import SwiftASN1
import X509

import enum Crypto.P256

/// The certificate that a node shows in TLS: self-signed, pinned by its peers, so that names and authorities say nothing.
enum SelfSignedCertificate {
  /// Valid from a day ago (peers' clocks differ) for twenty years: the identity's signature is what it lives by.
  static func make(key: P256.Signing.PrivateKey, now: Date = Date()) throws(IdentityError) -> [UInt8] {
    do {
      let name = try DistinguishedName { CommonName("razao node") }
      let certificate = try Certificate(
        version: .v3, serialNumber: Certificate.SerialNumber(),
        publicKey: Certificate.PublicKey(key.publicKey),
        notValidBefore: now.addingTimeInterval(-86_400), notValidAfter: now.addingTimeInterval(20 * 365 * 86_400),
        issuer: name, subject: name, signatureAlgorithm: .ecdsaWithSHA256,
        extensions: try Certificate.Extensions {
          Critical(BasicConstraints.isCertificateAuthority(maxPathLength: nil))
          SubjectAlternativeNames([.dnsName("localhost")])
        },
        issuerPrivateKey: Certificate.PrivateKey(key))
      var serializer = DER.Serializer()
      try serializer.serialize(certificate)
      return serializer.serializedBytes
    } catch {
      throw .certificateNotMade("\(error)")
    }
  }
}
