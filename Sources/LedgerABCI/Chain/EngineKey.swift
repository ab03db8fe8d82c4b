import Hashing
import Receipts
import StrictJSON

/// An Ed25519 key as CometBFT keeps it.
struct EngineKey {
  /// 32 secret bytes.
  let seed: [UInt8]
  let publicKey: PublicKey

  init(seed: [UInt8], _ publicKey: PublicKey) {
    self.seed = seed
    self.publicKey = publicKey
  }

  /// The first 20 bytes of SHA-256 of the public key: a validator's address, or a node's id.
  static func address(of key: PublicKey) -> [UInt8] {
    Array(SHA256.hash(key.bytes).bytes.prefix(20))
  }

  static func json(_ key: PublicKey) -> JSON {
    ["type": "tendermint/PubKeyEd25519", "value": .string(Base64Text.encoded(key.bytes))]
  }

  private var privateJSON: JSON {
    ["type": "tendermint/PrivKeyEd25519", "value": .string(Base64Text.encoded(seed + publicKey.bytes))]
  }

  /// `priv_validator_key.json`.
  var validatorJSON: JSON {
    [
      "address": .string(Self.address(of: publicKey).hex.uppercasedASCII), "pub_key": Self.json(publicKey),
      "priv_key": privateJSON,
    ]
  }

  /// `node_key.json`.
  var nodeJSON: JSON { ["priv_key": privateJSON] }
}

extension String {
  /// With a…z as A…Z.
  var uppercasedASCII: String {
    String(decoding: utf8.map { (0x61...0x7a).contains($0) ? $0 - 32 : $0 }, as: UTF8.self)
  }
}

/// Base64 with padding (RFC 4648, section 4).
enum Base64Text {
  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

  static func encoded(_ bytes: [UInt8]) -> String {
    var text: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      let bits = group.reduce(UInt32(0)) { $0 << 8 | UInt32($1) } << UInt32(8 * (3 - group.count))
      for index in 0..<4 {
        let digit = alphabet[Int(bits >> UInt32(18 - 6 * index) & 63)]
        text.append(index <= group.count ? digit : 0x3d)
      }
    }
    return String(decoding: text, as: UTF8.self)
  }
}
