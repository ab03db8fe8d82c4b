import Foundation
import Receipts
import StrictJSON
import Wallet

/// The file in which CometBFT keeps a validator's key: `priv_key.value` is base64 of the seed and the public key.
enum ConsensusKeyFile {
  /// - Throws: `CommandFailure` with status 1, naming the file and nothing of what is in it.
  static func key(_ bytes: [UInt8], path: String) throws -> SigningKey {
    func malformed(_ what: String) -> CommandFailure {
      CommandFailure("\(path) holds no validator's key: \(what)", status: 1)
    }
    guard let json = try? JSON.parse(bytes, limits: JSONLimits(byteCount: 1 << 16, depth: 4)),
      let member = json["priv_key"]
    else { throw malformed("it has no member `priv_key`") }
    guard member["type"]?.string == "tendermint/PrivKeyEd25519" else { throw malformed("its type is not Ed25519") }
    guard let text = member["value"]?.string, let data = Data(base64Encoded: text), data.count == 64 else {
      throw malformed("its value is not 64 bytes of base64")
    }
    var seed = [UInt8](data.prefix(32))
    defer { Secret.wipe(&seed) }
    guard let key = SigningKey(seed: seed), key.publicKey.bytes == [UInt8](data.suffix(32)) else {
      throw malformed("its halves do not belong together")
    }
    return key
  }
}
