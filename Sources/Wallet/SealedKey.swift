import Crypto
import FoundationEssentials
import Hashing
import Receipts

/// A seed under a passphrase: what a key's file holds.
///
/// The passphrase and a salt go through scrypt; the key that comes out encrypts the 32 bytes of the seed with
/// ChaCha20-Poly1305 (RFC 8439). Everything that the file says in the clear is associated data, so that nothing in it
/// can be changed or exchanged for another file's without the seal breaking. The salt is new at each sealing, hence so
/// is the key, and no nonce is ever used twice with it.
struct SealedKey: Equatable, Sendable {
  static let saltCount = 32
  static let nonceCount = 12
  /// The seed and the tag of 16 bytes.
  static let ciphertextCount = 48

  let facts: StoredKey
  let cost: ScryptCost
  let salt: [UInt8]
  let nonce: [UInt8]
  let ciphertext: [UInt8]

  /// The parts as a file states them.
  /// - Returns: `nil` unless each has its length.
  init?(facts: StoredKey, cost: ScryptCost, salt: [UInt8], nonce: [UInt8], ciphertext: [UInt8]) {
    guard salt.count == Self.saltCount, nonce.count == Self.nonceCount, ciphertext.count == Self.ciphertextCount else {
      return nil
    }
    self.facts = facts
    self.cost = cost
    self.salt = salt
    self.nonce = nonce
    self.ciphertext = ciphertext
  }

  /// Seals a seed.
  /// - Throws: `WalletError.notSealed` when the library refuses, as it does without memory.
  init(
    _ seed: borrowing Secret, facts: StoredKey, passphrase: borrowing Passphrase, cost: ScryptCost
  ) throws(WalletError) {
    let salt = Self.random(Self.saltCount)
    let nonce = Self.random(Self.nonceCount)
    guard let key = cost.deriveKey(from: passphrase, salt: salt) else {
      throw WalletError.notSealed("no key could be derived; is there enough memory?")
    }
    let bound = Self.associatedData(facts: facts, cost: cost, salt: salt, nonce: nonce)
    let ciphertext = seed.withBytes { seed -> [UInt8]? in
      guard let nonce = try? ChaChaPoly.Nonce(data: nonce),
        let box = try? ChaChaPoly.seal(seed, using: key, nonce: nonce, authenticating: bound)
      else { return nil }
      return Array(box.ciphertext) + Array(box.tag)
    }
    guard let ciphertext,
      let sealed = SealedKey(facts: facts, cost: cost, salt: salt, nonce: nonce, ciphertext: ciphertext)
    else { throw WalletError.notSealed("the cipher refused") }
    self = sealed
  }

  /// The seed.
  /// - Throws: `WalletError.cannotUnlock` for another passphrase, and for a file that was changed.
  func open(_ passphrase: borrowing Passphrase) throws(WalletError) -> Secret {
    guard let key = cost.deriveKey(from: passphrase, salt: salt),
      let nonce = try? ChaChaPoly.Nonce(data: nonce),
      let box = try? ChaChaPoly.SealedBox(
        nonce: nonce, ciphertext: ciphertext.dropLast(16), tag: ciphertext.suffix(16)),
      var seed = try? ChaChaPoly.open(box, using: key, authenticating: associatedData)
    else { throw WalletError.cannotUnlock("\(facts.name)") }
    let secret = Secret(copying: seed)
    seed.resetBytes(in: seed.startIndex..<seed.endIndex)
    return secret
  }

  /// The key that signs, after the check that it is the one whose public half the file states.
  func signingKey(_ passphrase: borrowing Passphrase) throws(WalletError) -> SigningKey {
    let seed = try open(passphrase)
    guard let key = SigningKey.make(seed), key.publicKey == facts.publicKey else {
      throw WalletError.cannotUnlock("\(facts.name)")
    }
    return key
  }

  var associatedData: [UInt8] { Self.associatedData(facts: facts, cost: cost, salt: salt, nonce: nonce) }

  /// "RAZAOWK1" | u8 name's length, name | u8 role (0 cold, 1 hot) | account 32 | public key 32 | u64 N | u32 r |
  /// u32 p | salt 32 | nonce 12.
  private static func associatedData(facts: StoredKey, cost: ScryptCost, salt: [UInt8], nonce: [UInt8]) -> [UInt8] {
    var writer = ByteWriter()
    writer.write(contentsOf: "RAZAOWK1".utf8)
    let name = Array("\(facts.name)".utf8)
    writer.write(UInt8(name.count))
    writer.write(contentsOf: name)
    writer.write(UInt8(facts.role == .cold ? 0 : 1))
    writer.write(facts.account)
    writer.write(contentsOf: facts.publicKey.bytes)
    writer.write(UInt64(cost.rounds))
    writer.write(UInt32(cost.blockSize))
    writer.write(UInt32(cost.parallelism))
    writer.write(contentsOf: salt)
    writer.write(contentsOf: nonce)
    return writer.bytes
  }

  private static func random(_ count: Int) -> [UInt8] {
    var generator = SystemRandomNumberGenerator()
    return (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
  }
}

extension SigningKey {
  /// Loads a key from its seed, and wipes the copy that loading takes.
  /// - Returns: `nil` unless there are exactly 32 bytes.
  static func make(_ seed: borrowing Secret) -> SigningKey? {
    seed.withBytes { seed in
      var bytes = Array(seed)
      defer { Secret.wipe(&bytes) }
      return SigningKey(seed: bytes)
    }
  }

  /// The public half of the key that a seed makes.
  /// - Returns: `nil` unless there are exactly 32 bytes.
  static func publicKey(of seed: borrowing Secret) -> PublicKey? {
    guard let key = make(seed) else { return nil }
    return key.publicKey
  }
}
