import Foundation
import Hashing
import Receipts
import Testing

@testable import Wallet

@Suite struct SealedKeyTests {
  @Test func scryptIsTheOneOfRFC7914() throws {
    // Python 3.11: hashlib.scrypt(b"password", salt=b"NaCl", n=1024, r=8, p=1, dklen=32); RFC 7914's have p = 16.
    let cost = try #require(ScryptCost(rounds: 1_024, blockSize: 8, parallelism: 1))
    let word = try passphrase("password")
    let same = cost.deriveKey(from: word, salt: Array("NaCl".utf8))
    let expected = try #require([UInt8](hex: "27b418c674c769d12501fbb1f53bac32df6514c0f28d043872b148b348961a79"))
    #expect(same?.withUnsafeBytes { Array($0) } == expected)
    let wide = try #require(ScryptCost(rounds: 1_024, blockSize: 8, parallelism: 2))
    let other = wide.deriveKey(from: word, salt: Array("NaCl".utf8))
    #expect(other != nil && other != same)
  }

  @Test func theStandardCostWorks() throws {
    #expect(ScryptCost.standard.rounds == 131_072)
    #expect(128 * ScryptCost.standard.rounds * ScryptCost.standard.blockSize == 128 << 20)
    let derived = ScryptCost.standard.deriveKey(from: try passphrase(), salt: [1, 2, 3])
    #expect(derived?.bitCount == 256)
  }

  @Test func everyCostThatIsAllowedIsTaken() throws {
    for blockSize in [1, 3, 8] {
      for parallelism in 1...4 {
        let cost = try #require(ScryptCost(rounds: 64, blockSize: blockSize, parallelism: parallelism))
        let derived = cost.deriveKey(from: try passphrase(), salt: [1])
        #expect(derived != nil, "r \(blockSize), p \(parallelism)")
      }
    }
  }

  @Test func twoSealingsShareNothing() throws {
    let bytes = try #require([UInt8](hex: RFC8032.seed))
    let seed = Secret(copying: bytes)
    let key = try RFC8032.key()
    let facts = try StoredKey(name: name(), role: .cold, account: nil, publicKey: key)
    let first = try SealedKey(seed, facts: facts, passphrase: passphrase(), cost: .cheap)
    let second = try SealedKey(seed, facts: facts, passphrase: passphrase(), cost: .cheap)
    #expect(first.salt != second.salt)
    #expect(first.nonce != second.nonce)
    #expect(first.ciphertext != second.ciphertext)
    let isSame = try second.open(passphrase()).equals(seed)
    #expect(isSame)
  }

  @Test func aSealedSeedOfAnotherKeyIsRefused() throws {
    // The seal holds, but whoever made it lied about the public key.
    let key = try RFC8032.key()
    let facts = try StoredKey(name: name(), role: .cold, account: nil, publicKey: key)
    let sealed = try SealedKey(Secret.random(count: 32), facts: facts, passphrase: passphrase(), cost: .cheap)
    #expect(throws: WalletError.cannotUnlock("alice")) { _ = try sealed.signingKey(passphrase()) }
    let wallet = try TestWallet()
    #expect(throws: WalletError.cannotUnlock("alice")) {
      try wallet.keystore.restore(sealed.encoded, path: "b", passphrase: passphrase())
    }
    #expect(try wallet.keystore.list().keys.isEmpty)
  }

  /// Made with Python's hashlib.scrypt and the package cryptography, from the layout in SealedKey.
  @Test func aFileThatWasWrittenOnceOpensForEver() throws {
    let file = #"""
      {
       "version": 1,
       "name": "alice",
       "role": "cold",
       "account": "0a4440719fb746689648eb304ba8705c176079c6c8158cd0dbd6a3df19f2b307",
       "public_key": "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
       "kdf": {
        "name": "scrypt",
        "n": 1024,
        "r": 8,
        "p": 1,
        "salt": "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
       },
       "cipher": {
        "name": "chacha20-poly1305",
        "nonce": "404142434445464748494a4b",
        "ciphertext": "3d7a4c1614b94161a90d89a688a85d2a8571aa0d4631bcb1c652dbc15945660874aed20264438c43c0dfd621f328cf5a"
       }
      }
      """#
    let sealed = try SealedKey(decoding: Array(file.utf8), path: "golden")
    #expect(sealed.facts.publicKey.bytes.hex == RFC8032.publicKey)
    let key = try sealed.signingKey(passphrase("correct horse")).publicKey
    #expect(key == sealed.facts.publicKey)
    // "RAZAOWK1", 5, "alice", cold, account, public key, N, r, p, salt, nonce.
    #expect(sealed.associatedData.count == 8 + 1 + 5 + 1 + 32 + 32 + 8 + 4 + 4 + 32 + 12)
  }

  @Test func theMostThatAFileMayAskForIs256MiB() {
    #expect(ScryptCost(rounds: 1 << 18, blockSize: 8, parallelism: 1) != nil)
    #expect(ScryptCost(rounds: 1 << 19, blockSize: 8, parallelism: 1) == nil)
    #expect(ScryptCost(rounds: 1 << 20, blockSize: 2, parallelism: 1) != nil)
    #expect(ScryptCost(rounds: 1 << 20, blockSize: 3, parallelism: 1) == nil)
  }

  @Test func theFileHasNoTraceOfTheSeed() throws {
    let wallet = try TestWallet()
    _ = try wallet.keystore.importSeed(secret(RFC8032.seed), name: name(), passphrase: passphrase("hunter2"))
    let text = try wallet.text("alice")
    #expect(!text.contains(RFC8032.seed))
    #expect(!text.contains("hunter2"))
    #expect(try wallet.mode(wallet.path("alice")) == 0o600)
    #expect(try wallet.mode(wallet.keystore.folder) == 0o700)
  }
}

@Suite struct SecretTests {
  @Test func emptyAndOverlongPassphrasesAreRefused() {
    #expect(throws: WalletError.badPassphrase("it is empty")) { _ = try passphrase("") }
    #expect(throws: WalletError.self) { _ = try passphrase(String(repeating: "a", count: 1_025)) }
    #expect(throws: Never.self) { _ = try passphrase(String(repeating: "a", count: 1_024)) }
  }

  @Test func passphrasesAreComparedByBytes() throws {
    let composed = try passphrase("\u{e9}")
    let isSame = composed.equals(try passphrase("\u{e9}"))
    #expect(isSame)
    let decomposed = composed.equals(try passphrase("e\u{301}"))
    #expect(!decomposed)
  }

  @Test func wipingEmptiesAnArray() {
    var bytes: [UInt8] = [1, 2, 3]
    Secret.wipe(&bytes)
    #expect(bytes.isEmpty)
    Secret.wipe(&bytes)
  }

  @Test(arguments: [
    "", "A", "a b", "-a", "_a", "a/b", "../a", "a.json", "é", "a\u{0}", "\u{1B}[2J", String(repeating: "a", count: 33),
  ])
  func whatIsNoNameIsRefused(_ text: String) {
    #expect(throws: WalletError.self) { try KeyName(text) }
  }

  @Test func anErrorMovesNoCursor() throws {
    do {
      _ = try KeyName("\u{1B}[2J" + String(repeating: "x", count: 1_000))
      Issue.record("a name")
    } catch {
      #expect("\(error)".utf8.allSatisfy { $0 >= 0x20 })
      #expect("\(error)".utf8.count < 200)
    }
  }

  @Test func everyErrorIsOneLine() {
    let errors: [WalletError] = [
      .badName("x"), .noSuchKey("x", folder: "/f"), .exists("x"), .cannotUnlock("x"), .malformed(path: "/p", what: "w"),
      .otherName(path: "/p", stated: "y"), .tooCostly(path: "/p", what: "w"), .badSeed, .badPassphrase("w"),
      .badRole("w"), .notConfirmed("x"), .file(.readableByOthers(path: "/p")), .notSealed("w"),
    ]
    for error in errors { #expect(!"\(error)".isEmpty && !"\(error)".contains("\n")) }
  }
}
