import ArgumentParser
import Hashing
import Wallet

/// Whose key a new one is.
struct KeyRoleOptions: ParsableArguments {
  @Option(help: "Make a hot key that acts for this account: its 64 hexadecimal digits, or a key's name here.")
  var hotFor: String?

  /// The role, and for a hot key the account.
  func role(_ place: WalletPlace) throws -> (role: KeyRole, account: Digest?) {
    guard let hotFor else { return (.cold, nil) }
    if let account = Digest(hex: hotFor) { return (.hot, account) }
    return (.hot, try place.keystore.key(KeyName(hotFor)).account)
  }
}

/// `razao wallet new`.
struct WalletNew: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "new", abstract: "Make a key.",
    discussion: """
      EXAMPLES
        razao wallet new main
        razao wallet new provider --hot-for main
        RAZAO_PASSPHRASE_FILE=secret razao wallet new main --json
      """)

  @Argument(help: "The key's name: a-z, 0-9, - and _.") var name: String
  @OptionGroup var role: KeyRoleOptions
  @OptionGroup var place: WalletPlace

  func run() async throws {
    try await LedgerAccess.reporting(json: place.json) {
      let name = try KeyName(name)
      let (role, account) = try role.role(place)
      let passphrase = try SecretInput.newPassphrase(for: "\(name)")
      place.show(try place.keystore.make(name, role: role, account: account, passphrase: passphrase))
      if !place.json { Terminal.note("keep a backup: razao wallet export \(name) \(name).backup") }
    }
  }
}

/// `razao wallet import`.
struct WalletImport: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Take over a key from its seed or from a backup.",
    discussion: """
      The seed, 64 hexadecimal digits, is read from standard input and never from an argument; when it is piped in, \
      the passphrase is the next line, unless RAZAO_PASSPHRASE_FILE names a file.

      EXAMPLES
        razao wallet import main < seed-and-passphrase.txt
        razao wallet import main --backup main.backup
      """)

  @Argument(help: "The key's name here: a-z, 0-9, - and _.") var name: String
  @Option(help: "A backup that `razao wallet export` wrote; it keeps its role and its passphrase.") var backup: String?
  @OptionGroup var role: KeyRoleOptions
  @OptionGroup var place: WalletPlace

  func validate() throws {
    guard backup == nil || role.hotFor == nil else {
      throw ValidationError("A backup keeps its role; leave --hot-for away.")
    }
  }

  func run() async throws {
    try await LedgerAccess.reporting(json: place.json) {
      let name = try KeyName(name)
      if let backup {
        let bytes = try Files.read(backup, limit: 1 << 16)
        let passphrase = try SecretInput.passphrase(of: backup)
        return place.show(try place.keystore.restore(bytes, path: backup, as: name, passphrase: passphrase))
      }
      let (role, account) = try role.role(place)
      let seed = try SecretInput.line(prompt: "seed, 64 hexadecimal digits: ")
      let passphrase = try SecretInput.newPassphrase(for: "\(name)")
      place.show(
        try place.keystore.importSeed(seed, name: name, role: role, account: account, passphrase: passphrase))
    }
  }
}

/// `razao wallet export`.
struct WalletExport: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Write a backup of a key, encrypted as it is here.",
    discussion: """
      EXAMPLES
        razao wallet export main main.backup
        razao wallet import main --backup main.backup      on another machine
      """)

  @Argument(help: "The key's name.") var name: String
  @Argument(help: "The file to write; it must not exist.") var file: String
  @OptionGroup var place: WalletPlace

  func run() async throws {
    try await LedgerAccess.reporting(json: place.json) {
      let name = try KeyName(name)
      let key = try place.keystore.key(name)
      let backup = try place.keystore.backup(name, passphrase: SecretInput.passphrase(of: "\(name)"))
      guard try PrivateFile.create(backup, at: file) else {
        throw CommandFailure("\(file) exists already; name another file", status: 73)
      }
      if place.json { Terminal.json(key.json) } else { Terminal.note("\(file) opens with the passphrase of '\(name)'") }
    }
  }
}

/// `razao wallet passphrase`.
struct WalletPassphrase: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "passphrase", abstract: "Change a key's passphrase.",
    discussion: """
      The old passphrase comes from RAZAO_PASSPHRASE_FILE and the new one from RAZAO_NEW_PASSPHRASE_FILE, from \
      prompts, or from two lines of standard input. Backups keep the passphrase they were made with.

      EXAMPLES
        razao wallet passphrase main
      """)

  @Argument(help: "The key's name.") var name: String
  @OptionGroup var place: WalletPlace

  func run() async throws {
    try await LedgerAccess.reporting(json: place.json) {
      let key = try place.keystore.key(KeyName(name))
      let old = try SecretInput.passphrase(of: name)
      let new = try SecretInput.newPassphrase(for: name, variable: "RAZAO_NEW_PASSPHRASE_FILE")
      try place.keystore.changePassphrase(of: key.name, from: old, to: new)
      if place.json { Terminal.json(key.json) } else { Terminal.note("'\(name)' has a new passphrase") }
    }
  }
}

/// `razao wallet remove`.
struct WalletRemove: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "remove", abstract: "Remove a key from this machine; without a backup it is lost, with all it holds.",
    discussion: """
      EXAMPLES
        razao wallet remove old
        razao wallet remove old --confirm old      without a question
      """)

  @Argument(help: "The key's name.") var name: String
  @Option(help: "The name once more; asked for when it is not given.") var confirm: String?
  @OptionGroup var place: WalletPlace

  func run() async throws {
    try await LedgerAccess.reporting(json: place.json) {
      let key = try place.keystore.key(KeyName(name))
      let confirmation: String
      if let confirm {
        confirmation = confirm
      } else {
        Terminal.note("without a backup, key '\(name)' and all that account \(key.account) holds are lost")
        Terminal.write(Array("type the name to remove it: ".utf8), to: 2)
        confirmation = readLine(strippingNewline: true) ?? ""
      }
      try place.keystore.remove(key.name, confirmation: confirmation)
      if place.json { Terminal.json(key.json) } else { Terminal.note("'\(name)' is removed") }
    }
  }
}
