import Hashing
import Receipts
import StrictJSON

/// A program that a provider serves, and its price.
package struct ServedProgram: Equatable, Sendable {
  package var root: Digest
  package var name: String
  package var kind: ProgramKind
  /// Longest prompt and answer together, in tokens.
  package var context: Int
  package var price: Prices

  package init(root: Digest, name: String, kind: ProgramKind = .text, context: Int, price: Prices) {
    self.root = root
    self.name = name
    self.kind = kind
    self.context = context
    self.price = price
  }
}

/// What a provider says of itself at `GET /razao/v1/identity`: its key, the certificate that the key vouches for, its programs.
///
/// The document proves that key and certificate belong together; that the *connection* belongs to them is proven by
/// pinning the certificate. Programs and prices are only claims until a signed accept repeats them.
package struct IdentityDocument: Equatable, Sendable {
  package static let version = 1

  package var network: Digest
  package var key: PublicKey
  /// The TLS certificate, and the key's signature over it.
  package var certificate: CertificateStatement
  package var programs: [ServedProgram]

  package init(identity: NodeIdentity, network: Digest, programs: [ServedProgram]) {
    self.network = network
    key = identity.publicKey
    certificate = identity.certificate
    self.programs = programs
  }

  /// Provider id: `H("razao/provider/1", key)`.
  package var id: Digest { key.provider }

  /// The program that a request's `model` means here, by name (byte for byte) or by root in hexadecimal.
  package func program(_ model: String) -> ServedProgram? {
    let root = Digest(hex: model)
    return programs.first { $0.root == root || $0.name.utf8.elementsEqual(model.utf8) }
  }

  /// Checks the certificate's signature, the network, and the key if a certain one is expected.
  package func verify(network: Digest, expectedKey: PublicKey? = nil) throws(IdentityError) {
    guard self.network == network else { throw IdentityError.otherNetwork }
    if let expectedKey, expectedKey != key {
      throw IdentityError.otherKey(expected: expectedKey.bytes.hex, actual: key.bytes.hex)
    }
    guard certificate.isSigned(by: key) else { throw IdentityError.certificateNotSigned }
  }
}

extension IdentityDocument {
  static let limits = JSONLimits(byteCount: 1 << 20, depth: 8)
  static let maximumProgramCount = 1_024

  package var json: JSON {
    [
      "version": JSON(Self.version),
      "network": .string(network.hex),
      "key": .string(key.bytes.hex),
      "certificate": .string(certificate.der.base64),
      "signature": .string(certificate.signature.bytes.base64),
      "programs": .array(programs.map(\.json)),
    ]
  }

  /// Parses a document; nothing in it is verified yet.
  package init(_ bytes: [UInt8]) throws(IdentityError) {
    do {
      try self.init(json: try JSON.parse(bytes, limits: Self.limits))
    } catch let error as IdentityError {
      throw error
    } catch {
      throw IdentityError.malformed("\(error)")
    }
  }

  package init(json: JSON) throws(IdentityError) {
    guard let version = json["version"]?.integer else { throw IdentityError.malformed("no version") }
    guard version == Self.version else { throw IdentityError.unsupportedVersion(version) }
    guard let network = json["network"]?.string.flatMap({ Digest(hex: $0) }) else {
      throw IdentityError.malformed("network")
    }
    guard let key = json["key"]?.string.flatMap({ [UInt8](hex: $0) }).flatMap({ PublicKey($0) }) else {
      throw IdentityError.malformed("key")
    }
    guard let der = json["certificate"]?.string.flatMap({ [UInt8](base64: $0) }),
      der.count <= CertificateStatement.limit
    else { throw IdentityError.malformed("certificate") }
    guard let signature = json["signature"]?.string.flatMap({ [UInt8](base64: $0) }).flatMap({ Signature($0) }) else {
      throw IdentityError.malformed("signature")
    }
    guard let programs = json["programs"]?.array, programs.count <= Self.maximumProgramCount else {
      throw IdentityError.malformed("programs")
    }
    self.network = network
    self.key = key
    certificate = CertificateStatement(der: der, signature: signature)
    self.programs = []
    for program in programs { self.programs.append(try ServedProgram(json: program)) }
  }
}

extension ServedProgram {
  package var json: JSON {
    [
      "root": .string(root.hex), "name": .string(name), "kind": .string(kind.rawValue), "context": JSON(context),
      "prompt_price": JSON(price.prompt), "answer_price": JSON(price.answer),
    ]
  }

  init(json: JSON) throws(IdentityError) {
    guard let root = json["root"]?.string.flatMap({ Digest(hex: $0) }),
      let name = json["name"]?.string, name.utf8.count <= 256,
      let kind = json["kind"]?.string.flatMap({ ProgramKind(rawValue: $0) }),
      let context = json["context"]?.integer, context > 0,
      let prompt = json["prompt_price"]?.integer, prompt >= 0, let answer = json["answer_price"]?.integer, answer >= 0
    else { throw IdentityError.malformed("a program") }
    self.init(
      root: root, name: name, kind: kind, context: context,
      price: Prices(prompt: UInt64(prompt), answer: UInt64(answer)))
  }
}
