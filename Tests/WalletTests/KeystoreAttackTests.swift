import Foundation
import Hashing
import Receipts
import StrictJSON
import Testing

@testable import Wallet

/// Somebody else has been at the files.
@Suite struct KeystoreAttackTests {
  let wallet: TestWallet
  var keystore: Keystore { wallet.keystore }
  let path: String

  init() throws {
    wallet = try TestWallet()
    path = wallet.path("alice")
    _ = try wallet.keystore.make(name(), passphrase: passphrase())
  }

  private func unlockError() -> WalletError? {
    do throws(WalletError) {
      _ = try keystore.unlock(KeyName("alice"), passphrase: Passphrase(secret("correct horse")))
      return nil
    } catch { return error }
  }

  @Test(arguments: ["", "correct horsE", "correct horse\n", "correct"])
  func aWrongPassphraseIsRefused(_ guess: String) throws {
    #expect(throws: WalletError.self) { _ = try keystore.unlock(name(), passphrase: passphrase(guess)) }
  }

  @Test func aFileWithLooseModesIsRefused() throws {
    for mode in [0o604, 0o640, 0o660, 0o777] {
      try wallet.setMode(mode, path)
      #expect(unlockError() == .file(.readableByOthers(path: path)))
    }
  }

  @Test func aFolderThatOthersEnterIsRefused() throws {
    try wallet.setMode(0o755, keystore.folder)
    #expect(throws: WalletError.self) { try keystore.list() }
    #expect(throws: WalletError.self) { try keystore.make(name("bob"), passphrase: passphrase()) }
    #expect(unlockError() != nil)
  }

  @Test func aLinkInPlaceOfAFileIsRefused() throws {
    try FileManager.default.moveItem(atPath: path, toPath: wallet.home + "/elsewhere")
    try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: wallet.home + "/elsewhere")
    #expect(unlockError() == .file(.unusable(path: path, reason: "it is a symbolic link")))
    #expect(throws: WalletError.self) {
      try keystore.changePassphrase(of: name(), from: passphrase(), to: passphrase("new"))
    }
  }

  @Test func aLinkInPlaceOfTheFolderIsRefused() throws {
    let elsewhere = wallet.home + "/elsewhere"
    try FileManager.default.moveItem(atPath: keystore.folder, toPath: elsewhere)
    try FileManager.default.createSymbolicLink(atPath: keystore.folder, withDestinationPath: elsewhere)
    #expect(unlockError() == .file(.unusable(path: keystore.folder, reason: "it is a symbolic link")))
    #expect(throws: WalletError.self) { try keystore.make(name("bob"), passphrase: passphrase()) }
    #expect(throws: WalletError.self) { try keystore.remove(name(), confirmation: "alice") }
  }

  @Test func aLinkThatWaitsForANewKeyIsNotFollowed() throws {
    let target = wallet.home + "/target"
    try FileManager.default.createSymbolicLink(atPath: wallet.path("bob"), withDestinationPath: target)
    #expect(throws: WalletError.exists("bob")) { try keystore.make(name("bob"), passphrase: passphrase()) }
    #expect(!FileManager.default.fileExists(atPath: target))
  }

  @Test func aPipeInPlaceOfAFileDoesNotHang() throws {
    try FileManager.default.removeItem(atPath: path)
    #expect(mkfifo(path, 0o600) == 0)
    #expect(unlockError() == .file(.unusable(path: path, reason: "not a file")))
  }

  @Test func aFolderInPlaceOfAFileIsRefused() throws {
    try FileManager.default.removeItem(atPath: path)
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    #expect(unlockError() != nil)
  }

  @Test func aTruncatedFileIsRefused() throws {
    let text = try wallet.text("alice")
    for count in stride(from: 0, to: text.utf8.count - 2, by: 13) {
      try wallet.write(String(text.prefix(count)), to: "alice")
      guard case .malformed(path, _) = unlockError() else {
        Issue.record("\(count) bytes")
        return
      }
    }
  }

  @Test func anOverlongFileIsRefused() throws {
    try wallet.write(String(repeating: " ", count: 5_000) + wallet.text("alice"), to: "alice")
    guard case .malformed = unlockError() else {
      Issue.record("read")
      return
    }
  }

  @Test func noChangedCharacterGoesUnnoticed() throws {
    let text = Array(try wallet.text("alice").utf8)
    for index in stride(from: 0, to: text.count, by: 3) where text[index] != 0x20 && text[index] != 0x0A {
      var changed = text
      changed[index] ^= 1
      // The case of a hexadecimal digit says nothing; no such change is made by the lowest bit.
      try wallet.write(String(decoding: changed, as: UTF8.self), to: "alice")
      #expect(unlockError() != nil, "byte \(index)")
    }
  }

  @Test func aSwappedPublicKeyIsRefused() throws {
    let other = try keystore.make(name("bob"), passphrase: passphrase())
    try wallet.set("public_key", to: .string(other.publicKey.bytes.hex), in: "alice")
    guard case .malformed = unlockError() else {
      Issue.record("the account is another key's")
      return
    }
    try wallet.set("account", to: .string(other.account.hex), in: "alice")
    #expect(unlockError() == .cannotUnlock("alice"))
  }

  @Test func anotherRoleIsRefused() throws {
    try wallet.set("role", to: "hot", in: "alice")
    #expect(unlockError() == .cannotUnlock("alice"))
    try wallet.set("account", to: .string(Digest.zero.hex), in: "alice")
    #expect(unlockError() == .cannotUnlock("alice"))
  }

  @Test func aHotKeyCannotBeGivenToAnotherAccount() throws {
    _ = try keystore.make(name("hot"), role: .hot, account: taggedHash("test", [1]), passphrase: passphrase())
    try wallet.set("account", to: .string(taggedHash("test", [2]).hex), in: "hot")
    #expect(throws: WalletError.cannotUnlock("hot")) { _ = try keystore.unlock(name("hot"), passphrase: passphrase()) }
  }

  @Test func aRenamedFileIsRefused() throws {
    try FileManager.default.moveItem(atPath: path, toPath: wallet.path("bob"))
    #expect(throws: WalletError.otherName(path: wallet.path("bob"), stated: "alice")) { try keystore.key(name("bob")) }
    try wallet.set("name", to: "bob", in: "bob")
    #expect(throws: WalletError.cannotUnlock("bob")) { _ = try keystore.unlock(name("bob"), passphrase: passphrase()) }
  }

  @Test func anotherKeysSealIsRefused() throws {
    _ = try keystore.make(name("bob"), passphrase: passphrase())
    let other = try JSON.parse(Array(wallet.text("bob").utf8))
    try wallet.set("cipher", to: other["cipher"], in: "alice")
    try wallet.set("kdf", to: other["kdf"], in: "alice")
    #expect(unlockError() == .cannotUnlock("alice"))
  }

  @Test func aCheaperDerivationIsNoticed() throws {
    try wallet.set("kdf.n", to: 2, in: "alice")
    #expect(unlockError() == .cannotUnlock("alice"))
  }

  @Test(
    arguments: [
      ("kdf.n", 1 << 40), ("kdf.n", 1 << 21), ("kdf.n", 3), ("kdf.n", 0), ("kdf.n", -2), ("kdf.n", 1),
      ("kdf.r", 1 << 30),
      ("kdf.r", 0), ("kdf.p", 1 << 30), ("kdf.p", 0), ("kdf.p", Int.max), ("kdf.n", Int.min),
    ])
  func aFileThatAsksForTooMuchIsRefusedBeforeAnythingIsAllocated(_ member: String, _ value: Int) throws {
    try wallet.set(member, to: JSON(value), in: "alice")
    guard case .tooCostly(path, _) = unlockError() else {
      Issue.record("\(member) = \(value)")
      return
    }
  }

  @Test(arguments: ["version", "name", "role", "account", "public_key", "kdf", "cipher", "kdf.salt", "cipher.nonce"])
  func aMissingOrForeignMemberIsRefused(_ member: String) throws {
    let text = try wallet.text("alice")
    let values: [JSON?] = [nil, "Z!", "", 7, .null, [], ["a": 1]]
    for value in values {
      try wallet.set(member, to: value, in: "alice")
      guard case .malformed = unlockError() else {
        Issue.record("\(member)")
        return
      }
      try wallet.write(text, to: "alice")
    }
    #expect(unlockError() == nil)
  }

  @Test func aMemberThatNobodyKnowsIsRefused() throws {
    for member in ["comment", "kdf.comment", "cipher.comment"] {
      let text = try wallet.text("alice")
      try wallet.set(member, to: "not bound by the seal", in: "alice")
      guard case .malformed = unlockError() else {
        Issue.record("\(member)")
        return
      }
      try wallet.write(text, to: "alice")
    }
  }
}
