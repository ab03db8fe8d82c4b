import Hashing
import Receipts
import StrictJSON

/// A key's file. Every member is required and no other is allowed: what is not known would not be bound by the seal.
extension SealedKey {
  /// No key's file is longer.
  static let maximumFileCount = 4_096

  /// The file's bytes.
  var encoded: [UInt8] {
    let json: JSON = [
      "version": 1, "name": .string("\(facts.name)"), "role": .string(facts.role.rawValue),
      "account": .string(facts.account.hex), "public_key": .string(facts.publicKey.bytes.hex),
      "kdf": [
        "name": "scrypt", "n": JSON(cost.rounds), "r": JSON(cost.blockSize), "p": JSON(cost.parallelism),
        "salt": .string(salt.hex),
      ],
      "cipher": ["name": "chacha20-poly1305", "nonce": .string(nonce.hex), "ciphertext": .string(ciphertext.hex)],
    ]
    return json.encoded(indented: true) + [0x0A]
  }

  /// Reads a file; nothing is derived or allocated from what it says.
  /// - Throws: `WalletError.malformed` or `.tooCostly`, naming `path`.
  init(decoding bytes: [UInt8], path: String) throws(WalletError) {
    let reader = KeyFileReader(path: path)
    let json: JSON
    do { json = try JSON.parse(bytes, limits: JSONLimits(byteCount: Self.maximumFileCount, depth: 3)) } catch {
      throw reader.malformed("\(error)")
    }
    let file = try reader.object(json, ["version", "name", "role", "account", "public_key", "kdf", "cipher"], "file")
    guard file["version"]?.integer == 1 else { throw reader.malformed("its version is not known") }
    let kdf = try reader.object(file["kdf"], ["name", "n", "r", "p", "salt"], "kdf")
    let cipher = try reader.object(file["cipher"], ["name", "nonce", "ciphertext"], "cipher")
    guard kdf["name"]?.string == "scrypt" else { throw reader.malformed("its key derivation is not known") }
    guard cipher["name"]?.string == "chacha20-poly1305" else { throw reader.malformed("its cipher is not known") }
    let sealed = SealedKey(
      facts: try reader.facts(file), cost: try reader.cost(kdf), salt: try reader.bytes(kdf["salt"], "salt"),
      nonce: try reader.bytes(cipher["nonce"], "nonce"),
      ciphertext: try reader.bytes(cipher["ciphertext"], "ciphertext"))
    guard let sealed else { throw reader.malformed("the salt, the nonce or the ciphertext has another length") }
    self = sealed
  }
}

/// Reads the parts of a key's file, naming it in what is wrong.
private struct KeyFileReader {
  let path: String

  func malformed(_ what: String) -> WalletError { .malformed(path: path, what: what) }

  /// An object with exactly these members.
  func object(_ json: JSON?, _ names: [String], _ what: String) throws(WalletError) -> JSONObject {
    guard let object = json?.object, object.members.count == names.count, names.allSatisfy({ object[$0] != nil }) else {
      throw malformed("its \(what) does not have the members \(names.joined(separator: ", "))")
    }
    return object
  }

  func bytes(_ json: JSON?, _ what: String) throws(WalletError) -> [UInt8] {
    guard let text = json?.string, let bytes = [UInt8](hex: text) else {
      throw malformed("its \(what) is not hexadecimal")
    }
    return bytes
  }

  func facts(_ file: JSONObject) throws(WalletError) -> StoredKey {
    guard let text = file["name"]?.string, let name = try? KeyName(text) else { throw malformed("its name is none") }
    guard let role = file["role"]?.string.flatMap({ KeyRole(rawValue: $0) }) else {
      throw malformed("its role is not known")
    }
    guard let account = Digest(try bytes(file["account"], "account")),
      let key = PublicKey(try bytes(file["public_key"], "public key"))
    else { throw malformed("its account or public key has another length") }
    do { return try StoredKey(name: name, role: role, account: account, publicKey: key) } catch {
      throw malformed("\(error)")
    }
  }

  func cost(_ kdf: JSONObject) throws(WalletError) -> ScryptCost {
    guard let rounds = kdf["n"]?.integer, let blockSize = kdf["r"]?.integer, let parallelism = kdf["p"]?.integer else {
      throw malformed("the parameters of its key derivation are not integers")
    }
    guard let cost = ScryptCost(rounds: rounds, blockSize: blockSize, parallelism: parallelism) else {
      throw WalletError.tooCostly(
        path: path,
        what: "scrypt with N = \(rounds), r = \(blockSize), p = \(parallelism); at most 256 MiB are spent on a key file"
      )
    }
    return cost
  }
}
