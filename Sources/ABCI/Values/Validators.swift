import Protobuf

/// A consensus validator as commits name it.
package struct ABCIValidator: ABCIMessage {
  /// The first 20 bytes of SHA-256 of the public key.
  package var address: [UInt8] = []
  package var power: Int64 = 0

  package init() {}

  package mutating func read(_ field: ProtobufField) throws(ProtobufError) {
    switch field.number {
    case 1: address = try field.bytes()
    case 3: power = try field.int64()
    default: break
    }
  }

  package func write(to writer: inout ProtobufWriter) {
    writer.bytes(address, field: 1)
    writer.int64(power, field: 3)
  }
}

/// A consensus key with its kind; engines since 0.40 know more kinds than Ed25519 and secp256k1.
package struct ConsensusPublicKey: ABCIMessage {
  /// Kinds of keys by the numbers of their fields in the message.
  package enum Kind: UInt32, Sendable {
    case ed25519 = 1
    case secp256k1 = 2
    case bls12381 = 3
    case mldsa65 = 4
    case secp256k1eth = 5
  }

  /// `nil` when the message names no key of a known kind.
  package var kind: Kind?
  package var bytes: [UInt8] = []

  package init() {}

  package init(ed25519 bytes: [UInt8]) {
    kind = .ed25519
    self.bytes = bytes
  }

  package mutating func read(_ field: ProtobufField) throws(ProtobufError) {
    guard let kind = Kind(rawValue: field.number) else { return }
    self.kind = kind
    bytes = try field.bytes()
  }

  package func write(to writer: inout ProtobufWriter) {
    guard let kind else { return }
    writer.element(bytes, field: kind.rawValue)
  }
}

/// A validator's power from now on; 0 removes it.
package struct ABCIValidatorUpdate: ABCIMessage {
  package var publicKey = ConsensusPublicKey()
  package var power: Int64 = 0

  package init() {}

  package mutating func read(_ field: ProtobufField) throws(ProtobufError) {
    switch field.number {
    case 1: publicKey = try field.message()
    case 2: power = try field.int64()
    default: break
    }
  }

  package func write(to writer: inout ProtobufWriter) {
    writer.message(publicKey, field: 1)
    writer.int64(power, field: 2)
  }
}
