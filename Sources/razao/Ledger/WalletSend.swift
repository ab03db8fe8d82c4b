import ArgumentParser
import Ledger

/// `razao wallet send`.
struct WalletSend: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "send", abstract: "Send RAZ to an account.",
    discussion: """
      Credits cannot be sent: they are bought, spent on answers, and sold.

      EXAMPLES
        razao wallet send 1.5 --to 3f2a…64 digits…9c --from main --wait
        razao wallet send 1.5 --to savings --dry-run
      """)

  @Argument(help: "How much, in RAZ: 1.5, at most nine digits after the point.") var amount: RazAmount
  @Option(help: "The account: 64 hexadecimal digits, or the name of a key here.") var to: String
  @OptionGroup var sending: SendingOptions

  func run() async throws {
    try await sending.send { _ in
      let to = try sending.ledger.account(to)
      return ([Transfer(to: to, amount: amount.grains)], "send \(RazAmount.words(amount.grains)) to \(to)")
    }
  }
}

/// `razao wallet authorize`.
struct WalletAuthorize: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "authorize", abstract: "Let a hot key sign for an account, within limits.",
    discussion: """
      Only the account's cold key can do this; doing it again sets the limits anew. Scopes: \
      \(ScopeWords.all.map(\.name).joined(separator: ", ")); or all.

      EXAMPLES
        razao wallet authorize spender --scopes channels,credits --limit 5 --days 30 --from main --wait
      """)

  @Argument(help: "The hot key: its name here, or its public key's 64 hexadecimal digits.") var key: String
  @Option(help: "What it may do, separated by commas.") var scopes: ScopesArgument
  @Option(help: "How much RAZ it may move out of the account, fees included. Default: no limit.") var limit: RazAmount?
  @Option(help: "For how many days, counted from the last block. Default: until it is revoked.") var days: UInt64?
  @OptionGroup var sending: SendingOptions

  func validate() throws {
    guard (days ?? 1) > 0, (days ?? 1) <= 36_500 else { throw ValidationError("--days must be 1 to 36500.") }
  }

  func run() async throws {
    try await sending.send { connection in
      let key = try sending.ledger.publicKey(key)
      var expiry: UInt64 = 0
      if let days { expiry = try await connection.client.status().time + days * 86_400_000 }
      let message = AuthorizeKey(key: key, scopes: scopes.scopes, expiry: expiry, razLimit: limit?.grains ?? .max)
      let names = ScopeWords.names(scopes.scopes).joined(separator: ", ")
      let end = days == nil ? "until it is revoked" : "until \(TimeWords.utc(expiry))"
      return ([message], "let key \(key.bytes.hex) do \(names), \(end)")
    }
  }
}

/// `razao wallet revoke`.
struct WalletRevoke: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "revoke", abstract: "Take a hot key's authority away.",
    discussion: """
      EXAMPLES
        razao wallet revoke spender --from main --wait
      """)

  @Argument(help: "The hot key: its name here, or its public key's 64 hexadecimal digits.") var key: String
  @OptionGroup var sending: SendingOptions

  func run() async throws {
    try await sending.send { _ in
      let key = try sending.ledger.publicKey(key)
      return ([RevokeKey(key: key)], "take the authority of key \(key.bytes.hex) away")
    }
  }
}

/// Scopes on the command line.
struct ScopesArgument: ExpressibleByArgument, Equatable {
  let scopes: KeyScope

  init?(argument: String) {
    guard let scopes = ScopeWords.parse(argument) else { return nil }
    self.scopes = scopes
  }
}
