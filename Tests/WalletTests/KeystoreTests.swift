import Foundation
import Hashing
import Receipts
import Testing

@testable import Wallet

@Suite struct KeystoreTests {
  let wallet: TestWallet
  var keystore: Keystore { wallet.keystore }

  init() throws { wallet = try TestWallet() }

  @Test func aKeyThatWasMadeSigns() throws {
    let made = try keystore.make(name(), passphrase: passphrase())
    let key = try keystore.unlock(name(), passphrase: passphrase())
    let digest = taggedHash("test", [1, 2, 3])
    #expect(made.publicKey.verifies(try key.signature(over: digest), over: digest))
    #expect(made.role == .cold)
    #expect(made.account == taggedHash("razao/account/1", made.publicKey.bytes))
  }

  @Test func twoKeysAreTwo() throws {
    let first = try keystore.make(name("a"), passphrase: passphrase())
    let second = try keystore.make(name("b"), passphrase: passphrase())
    #expect(first.publicKey != second.publicKey)
  }

  @Test(arguments: ["", "\n", "  \r\n"]) func anImportedSeedIsItsKey(_ end: String) throws {
    let key = try keystore.importSeed(secret(RFC8032.seed.uppercased() + end), name: name(), passphrase: passphrase())
    #expect(key.publicKey.bytes.hex == RFC8032.publicKey)
    let unlocked = try keystore.unlock(name(), passphrase: passphrase()).publicKey
    #expect(unlocked.bytes.hex == RFC8032.publicKey)
  }

  @Test(arguments: ["", "00", "zz" + RFC8032.seed.dropFirst(2), RFC8032.seed + "00", "0x" + RFC8032.seed])
  func whatIsNoSeedIsRefused(_ text: String) throws {
    #expect(throws: WalletError.badSeed) {
      try keystore.importSeed(secret(text), name: name(), passphrase: passphrase())
    }
    #expect(try keystore.list().keys.isEmpty)
  }

  @Test func aHotKeyActsForAnAccount() throws {
    let cold = try keystore.make(name("cold"), passphrase: passphrase())
    let hot = try keystore.make(name("hot"), role: .hot, account: cold.account, passphrase: passphrase())
    #expect(hot.account == cold.account)
    #expect(hot.publicKey != cold.publicKey)
    #expect(try keystore.key(name("hot")) == hot)
    let unlocked = try keystore.unlock(name("hot"), passphrase: passphrase()).publicKey
    #expect(unlocked == hot.publicKey)
  }

  @Test func aHotKeyWithoutAnAccountIsRefused() throws {
    #expect(throws: WalletError.self) { try keystore.make(name(), role: .hot, passphrase: passphrase()) }
    #expect(throws: WalletError.self) { try keystore.make(name(), account: .zero, passphrase: passphrase()) }
  }

  @Test func aNameThatIsTakenIsNeverOverwritten() throws {
    let first = try keystore.make(name(), passphrase: passphrase())
    #expect(throws: WalletError.exists("alice")) { try keystore.make(name(), passphrase: passphrase()) }
    #expect(throws: WalletError.exists("alice")) {
      try keystore.importSeed(secret(RFC8032.seed), name: name(), passphrase: passphrase())
    }
    #expect(try keystore.key(name()) == first)
  }

  @Test func keysAreListedByName() throws {
    #expect(try keystore.list() == WalletListing(keys: [], problems: []))
    for text in ["c", "a", "b-2", "b_1"] { _ = try keystore.make(name(text), passphrase: passphrase()) }
    #expect(try keystore.list().keys.map { "\($0.name)" } == ["a", "b-2", "b_1", "c"])
  }

  @Test func aBrokenFileDoesNotHideTheOthers() throws {
    for text in ["a", "b"] { _ = try keystore.make(name(text), passphrase: passphrase()) }
    try wallet.write("{", to: "a")
    let listing = try keystore.list()
    #expect(listing.keys.map { "\($0.name)" } == ["b"])
    #expect(listing.problems.count == 1)
  }

  @Test func aChangedPassphraseReplacesTheOld() throws {
    let made = try keystore.make(name(), passphrase: passphrase("old"))
    try keystore.changePassphrase(of: name(), from: passphrase("old"), to: passphrase("new"))
    #expect(throws: WalletError.cannotUnlock("alice")) {
      _ = try keystore.unlock(name(), passphrase: passphrase("old"))
    }
    #expect(try keystore.unlock(name(), passphrase: passphrase("new")).publicKey == made.publicKey)
    #expect(try wallet.mode(wallet.path("alice")) == 0o600)
  }

  @Test func aWrongOldPassphraseChangesNothing() throws {
    _ = try keystore.make(name(), passphrase: passphrase("old"))
    let before = try wallet.text("alice")
    #expect(throws: WalletError.cannotUnlock("alice")) {
      try keystore.changePassphrase(of: name(), from: passphrase("guess"), to: passphrase("new"))
    }
    #expect(try wallet.text("alice") == before)
  }

  @Test func removingTakesTheNameOnceMore() throws {
    _ = try keystore.make(name(), passphrase: passphrase())
    for text in ["", "Alice", "alice ", "bob"] {
      #expect(throws: WalletError.notConfirmed("alice")) { try keystore.remove(name(), confirmation: text) }
    }
    try keystore.remove(name(), confirmation: "alice")
    #expect(throws: WalletError.noSuchKey("alice", folder: keystore.folder)) { try keystore.key(name()) }
    #expect(throws: WalletError.noSuchKey("alice", folder: keystore.folder)) {
      try keystore.remove(name(), confirmation: "alice")
    }
  }

  @Test func nothingElseIsLeftInTheFolder() throws {
    _ = try keystore.make(name(), passphrase: passphrase("old"))
    try keystore.changePassphrase(of: name(), from: passphrase("old"), to: passphrase("new"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: keystore.folder) == ["alice.json"])
  }
}

@Suite struct BackupTests {
  let wallet: TestWallet
  var keystore: Keystore { wallet.keystore }

  init() throws { wallet = try TestWallet() }

  @Test func aBackupRestoresTheKeyElsewhere() throws {
    let made = try keystore.make(name(), passphrase: passphrase())
    let backup = try keystore.backup(name(), passphrase: passphrase())
    let other = try TestWallet()
    let restored = try other.keystore.restore(backup, path: "b", as: name("bob"), passphrase: passphrase())
    #expect(restored.publicKey == made.publicKey)
    #expect(try other.keystore.unlock(name("bob"), passphrase: passphrase()).publicKey == made.publicKey)
    #expect(try keystore.backup(name(), passphrase: passphrase()) == backup)
  }

  @Test func aHotKeyKeepsItsAccount() throws {
    let account = taggedHash("test", [7])
    _ = try keystore.make(name(), role: .hot, account: account, passphrase: passphrase())
    let backup = try keystore.backup(name(), passphrase: passphrase())
    try keystore.remove(name(), confirmation: "alice")
    #expect(try keystore.restore(backup, path: "b", passphrase: passphrase()).account == account)
  }

  @Test func aBackupIsCheckedBeforeItIsRelied() throws {
    _ = try keystore.make(name(), passphrase: passphrase())
    #expect(throws: WalletError.cannotUnlock("alice")) { try keystore.backup(name(), passphrase: passphrase("no")) }
  }

  @Test func restoringNeverOverwrites() throws {
    _ = try keystore.make(name(), passphrase: passphrase())
    let backup = try keystore.backup(name(), passphrase: passphrase())
    #expect(throws: WalletError.exists("alice")) {
      try keystore.restore(backup, path: "b", passphrase: passphrase())
    }
  }
}
