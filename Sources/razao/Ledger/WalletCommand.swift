import ArgumentParser
import StrictJSON
import Wallet

/// `razao wallet`.
struct WalletCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "wallet", abstract: "Keys, and what they sign: RAZ to others, authority to other keys.",
    discussion: """
      Keys lie in HOME/wallet, encrypted by a passphrase that comes from a prompt, from standard input, or from the \
      file that RAZAO_PASSPHRASE_FILE names. A cold key is an account; a hot key acts for one, within what it was \
      authorised for.
      """,
    subcommands: [
      WalletNew.self, WalletList.self, WalletShow.self, WalletImport.self, WalletExport.self, WalletPassphrase.self,
      WalletRemove.self, WalletSend.self, WalletAuthorize.self, WalletRevoke.self,
    ])
}

/// `razao wallet list`.
struct WalletList: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Show the keys of this machine.",
    discussion: """
      EXAMPLES
        razao wallet list
        razao wallet list --json
      """)

  @OptionGroup var place: WalletPlace

  func run() async throws {
    try await LedgerAccess.reporting(json: place.json) {
      let listing = try place.keystore.list()
      if place.json {
        Terminal.json(["keys": .array(listing.keys.map(\.json))])
      } else {
        for key in listing.keys { Terminal.line("\("\(key.name)".padded(to: 32)) \(key.role.rawValue) \(key.account)") }
      }
      for problem in listing.problems { Terminal.note("razao: \(problem)") }
      guard listing.problems.isEmpty else {
        throw CommandFailure("\(listing.problems.count) of the files are no keys", status: 1)
      }
    }
  }
}

/// `razao wallet show`.
struct WalletShow: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show a key: its account and its public half.",
    discussion: """
      EXAMPLES
        razao wallet show main
        razao ledger account main      what its account holds
      """)

  @Argument(help: "The key's name.") var name: String
  @OptionGroup var place: WalletPlace

  func run() async throws {
    try await LedgerAccess.reporting(json: place.json) {
      place.show(try place.keystore.key(KeyName(name)))
    }
  }
}

/// Where keys are; the commands that need no ledger take these.
struct WalletPlace: ParsableArguments {
  @Option(help: "Where keys are kept. Default: RAZAO_HOME or ~/.razao.") var home: String?
  @Flag(help: "Print as JSON.") var json = false

  var keystore: Keystore { Keystore(home: Files.home(home)) }

  /// Prints what a key's file tells without its passphrase.
  func show(_ key: StoredKey) {
    guard !json else { return Terminal.json(key.json) }
    Terminal.line("name        \(key.name)")
    Terminal.line("role        \(key.role.rawValue)")
    Terminal.line("account     \(key.account)")
    Terminal.line("public key  \(key.publicKey.bytes.hex)")
  }
}

extension StoredKey {
  /// For `--json`.
  var json: JSON {
    [
      "name": .string("\(name)"), "role": .string(role.rawValue), "account": .string(account.hex),
      "public_key": .string(publicKey.bytes.hex),
    ]
  }
}
