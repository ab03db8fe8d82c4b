import Hashing

/// A provider's TLS certificate, and its identity's signature over H("razao/certificate/1", DER): what makes the
/// encrypted connection end at the same party that signs the receipts.
public struct CertificateStatement: Equatable, Sendable {
  public static let limit = 65_536

  public var der: [UInt8]
  public var signature: Signature

  public init(der: [UInt8], signature: Signature) {
    self.der = der
    self.signature = signature
  }

  /// What the identity signs.
  public static func digest(of der: [UInt8]) -> Digest { taggedHash("razao/certificate/1", der) }

  /// Whether `key` has signed this certificate.
  public func isSigned(by key: PublicKey) -> Bool { key.verifies(signature, over: Self.digest(of: der)) }
}
