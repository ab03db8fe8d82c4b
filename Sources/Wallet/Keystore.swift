import Hashing
import Receipts

/// The keys of this machine: a folder with one file a key, each sealed by its own passphrase.
///
/// The folder has mode 0700 and the files 0600; neither may be a symbolic link or another user's. A file is there as a
/// whole or not at all. Without a passphrase anyone who can read the files learns names and public keys, nothing more.
package struct Keystore: Sendable {
  /// `HOME/wallet`.
  package let folder: String
  private let cost: ScryptCost

  /// - Parameter home: Razao's home; the folder of keys is made in it when the first key is.
  package init(home: String) { self.init(home: home, cost: .standard) }

  /// Tests take a cost that costs nothing.
  init(home: String, cost: ScryptCost) {
    folder = home + "/wallet"
    self.cost = cost
  }

  /// Makes a key from the system's generator.
  /// - Parameter account: for a hot key, the account that it acts for; `nil` for a cold one.
  /// - Throws: `WalletError.exists` when the name is taken; nothing is ever overwritten.
  package func make(
    _ name: KeyName, role: KeyRole = .cold, account: Digest? = nil, passphrase: borrowing Passphrase
  ) throws(WalletError) -> StoredKey {
    try store(Secret.random(count: 32), name: name, role: role, account: account, passphrase: passphrase)
  }

  /// Takes over a key from its seed (RFC 8032, section 5.1.5).
  /// - Parameter seedText: 64 hexadecimal digits, spaces and line ends around them ignored.
  package func importSeed(
    _ seedText: borrowing Secret, name: KeyName, role: KeyRole = .cold, account: Digest? = nil,
    passphrase: borrowing Passphrase
  ) throws(WalletError) -> StoredKey {
    let seed = try Self.seed(seedText)
    return try store(seed, name: name, role: role, account: account, passphrase: passphrase)
  }

  /// All keys, in the order of their names' bytes, and what is wrong with files that are none.
  package func list() throws(WalletError) -> WalletListing {
    guard try folderIsThere() else { return WalletListing(keys: [], problems: []) }
    let names = try inFiles { () throws(HomeError) in try PrivateFolder.names(in: folder) }
    var listing = WalletListing(keys: [], problems: [])
    for file in names.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) where file.hasSuffix(".json") {
      do throws(WalletError) {
        listing.keys.append(try read(KeyName(file.dropLast(5))).facts)
      } catch {
        listing.problems.append(error)
      }
    }
    return listing
  }

  /// What a key's file tells without its passphrase.
  package func key(_ name: KeyName) throws(WalletError) -> StoredKey { try read(name).facts }

  /// The key that signs.
  /// - Throws: `WalletError.cannotUnlock` for another passphrase, and for a file that was changed.
  /// - Complexity: `ScryptCost.standard`: 128 MiB, about half a second.
  package func unlock(_ name: KeyName, passphrase: borrowing Passphrase) throws(WalletError) -> SigningKey {
    try read(name).signingKey(passphrase)
  }

  /// Seals a key anew, at today's cost; the file is replaced as a whole.
  package func changePassphrase(
    of name: KeyName, from old: borrowing Passphrase, to new: borrowing Passphrase
  ) throws(WalletError) {
    let sealed = try read(name)
    let seed = try checkedSeed(of: sealed, old)
    let renewed = try SealedKey(seed, facts: sealed.facts, passphrase: new, cost: cost)
    try inFiles { () throws(HomeError) in try PrivateFile.replace(renewed.encoded, at: path(name)) }
  }

  /// Removes a key's file; without a backup the key is lost, and what its account holds with it.
  /// - Parameter confirmation: the name once more, byte for byte.
  package func remove(_ name: KeyName, confirmation: String) throws(WalletError) {
    guard confirmation.utf8.elementsEqual("\(name)".utf8) else { throw WalletError.notConfirmed("\(name)") }
    guard try folderIsThere() else { throw WalletError.noSuchKey("\(name)", folder: folder) }
    let isRemoved = try inFiles { () throws(HomeError) in try PrivateFile.remove(path(name)) }
    guard isRemoved else { throw WalletError.noSuchKey("\(name)", folder: folder) }
  }

  /// The bytes of a backup: the key as it is sealed, after the check that the passphrase opens it.
  package func backup(_ name: KeyName, passphrase: borrowing Passphrase) throws(WalletError) -> [UInt8] {
    let sealed = try read(name)
    _ = try sealed.signingKey(passphrase)
    return sealed.encoded
  }

  /// Takes over a key from a backup, sealed anew under the same passphrase at today's cost.
  /// - Parameters:
  ///   - path: names the backup in what is wrong with it.
  ///   - name: another name than the backup's.
  package func restore(
    _ backup: [UInt8], path: String, as name: KeyName? = nil, passphrase: borrowing Passphrase
  ) throws(WalletError) -> StoredKey {
    let sealed = try SealedKey(decoding: backup, path: path)
    let facts = sealed.facts
    let seed = try checkedSeed(of: sealed, passphrase)
    return try store(
      seed, name: name ?? facts.name, role: facts.role, account: facts.role == .hot ? facts.account : nil,
      passphrase: passphrase)
  }
}

/// The keys of a folder.
package struct WalletListing: Equatable, Sendable {
  package var keys: [StoredKey]
  /// Files that look like keys and are none.
  package var problems: [WalletError]
}

extension Keystore {
  func path(_ name: KeyName) -> String { "\(folder)/\(name).json" }

  private func store(
    _ seed: borrowing Secret, name: KeyName, role: KeyRole, account: Digest?, passphrase: borrowing Passphrase
  ) throws(WalletError) -> StoredKey {
    guard let publicKey = SigningKey.publicKey(of: seed) else { throw WalletError.badSeed }
    let facts = try StoredKey(name: name, role: role, account: account, publicKey: publicKey)
    try inFiles { () throws(HomeError) in try PrivateFolder.make(folder) }
    let sealed = try SealedKey(seed, facts: facts, passphrase: passphrase, cost: cost)
    let isNew = try inFiles { () throws(HomeError) in try PrivateFile.create(sealed.encoded, at: path(name)) }
    guard isNew else { throw WalletError.exists("\(name)") }
    return facts
  }

  private func read(_ name: KeyName) throws(WalletError) -> SealedKey {
    guard try folderIsThere() else { throw WalletError.noSuchKey("\(name)", folder: folder) }
    let path = path(name)
    let bytes = try inFiles { () throws(HomeError) in
      try PrivateFile.read(path, limit: SealedKey.maximumFileCount, followsLinks: false)
    }
    guard let bytes else { throw WalletError.noSuchKey("\(name)", folder: folder) }
    let sealed = try SealedKey(decoding: bytes, path: path)
    guard sealed.facts.name == name else { throw WalletError.otherName(path: path, stated: "\(sealed.facts.name)") }
    return sealed
  }

  /// The seed, after the check that it is the stated public key's.
  private func checkedSeed(of sealed: SealedKey, _ passphrase: borrowing Passphrase) throws(WalletError) -> Secret {
    let seed = try sealed.open(passphrase)
    guard SigningKey.publicKey(of: seed) == sealed.facts.publicKey else {
      throw WalletError.cannotUnlock("\(sealed.facts.name)")
    }
    return seed
  }

  private func folderIsThere() throws(WalletError) -> Bool {
    try inFiles { () throws(HomeError) in try PrivateFolder.check(folder) }
  }

  /// What is wrong with files, in the words of keys.
  private func inFiles<Value>(_ body: () throws(HomeError) -> Value) throws(WalletError) -> Value {
    do { return try body() } catch {
      if case .malformed(let path, let what) = error { throw WalletError.malformed(path: path, what: what) }
      throw WalletError.file(error)
    }
  }

  /// 32 bytes from hexadecimal digits, without a copy that is not wiped.
  static func seed(_ text: borrowing Secret) throws(WalletError) -> Secret {
    let seed: Secret? = text.withBytes { text in
      guard text.count <= 1_024 else { return nil }
      var trimmed = text.filter { ![0x20, 0x0A, 0x0D, 0x09].contains($0) }
      defer { Secret.wipe(&trimmed) }
      guard trimmed.count == 64 else { return nil }
      var digits = trimmed.map(Self.nibble)
      defer { Secret.wipe(&digits) }
      guard digits.allSatisfy({ $0 < 16 }) else { return nil }
      var bytes = (0..<32).map { index -> UInt8 in digits[2 * index] << 4 | digits[2 * index + 1] }
      defer { Secret.wipe(&bytes) }
      return Secret(copying: bytes)
    }
    guard let seed else { throw WalletError.badSeed }
    return seed
  }

  /// The value of a hexadecimal digit, or 255.
  private static func nibble(_ digit: UInt8) -> UInt8 {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
    default: 255
    }
  }
}
