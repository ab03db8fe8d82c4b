import ArgumentParser
import Hashing
import Ledger
import Receipts
import Wallet

/// `razao bond`.
struct BondCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bond", abstract: "RAZ that stands behind an account's consensus validator.",
    discussion: """
      The largest bonds validate, from an epoch's end on. What is removed matures before it can be withdrawn, and can \
      be slashed until then.

      EXAMPLES
        razao bond add 1000 --validator-file priv_validator_key.json --from main --wait
        razao bond show main
      """,
    subcommands: [BondAdd.self, BondRemove.self, BondWithdraw.self, BondShow.self])
}

/// `razao bond add`.
struct BondAdd: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "add", abstract: "Put RAZ behind a validator; its key shows that it is yours.",
    discussion: """
      The validator's key is the engine's file priv_validator_key.json, or a key of this machine; it signs once, here.

      EXAMPLES
        razao bond add 1000 --validator-file node/config/priv_validator_key.json --from main --wait
        razao bond add 1000 --validator consensus --dry-run
      """)

  @Argument(help: "How much, in RAZ.") var amount: RazAmount
  @Option(help: "The engine's file with the validator's key.") var validatorFile: String?
  @Option(help: "The name of the validator's key, where it is one of this machine.") var validator: String?
  @OptionGroup var sending: SendingOptions

  func validate() throws {
    guard (validatorFile == nil) != (validator == nil) else {
      throw ValidationError("Give --validator-file FILE or --validator NAME.")
    }
  }

  func run() async throws {
    try await sending.send { connection in
      let account = try sending.ledger.key(sending.from).account
      let chain = try await connection.client.status().chain
      let key = try consensusKey()
      let possession = try key.signature(over: AddBond.possessionDigest(chain: chain, account: account))
      return (
        [AddBond(key: key.publicKey, amount: amount.grains, possession: possession)],
        "put \(RazAmount.words(amount.grains)) behind validator \(key.publicKey.bytes.hex)"
      )
    }
  }

  private func consensusKey() throws -> SigningKey {
    if let validatorFile {
      return try ConsensusKeyFile.key(Files.read(validatorFile, limit: 1 << 16), path: validatorFile)
    }
    let name = try KeyName(validator ?? "")
    return try sending.ledger.keystore.unlock(name, passphrase: SecretInput.passphrase(of: "\(name)"))
  }
}

/// `razao bond remove`.
struct BondRemove: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "remove", abstract: "Take RAZ from behind a validator; it matures before it can be withdrawn.",
    discussion: """
      EXAMPLES
        razao bond remove 500 --from main --wait
      """)

  @Argument(help: "How much, in RAZ.") var amount: RazAmount
  @OptionGroup var sending: SendingOptions

  func run() async throws {
    try await sending.send { _ in
      ([Unbond(amount: amount.grains)], "take \(RazAmount.words(amount.grains)) from behind the validator")
    }
  }
}

/// `razao bond withdraw`.
struct BondWithdraw: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "withdraw", abstract: "Take back what has matured.",
    discussion: """
      EXAMPLES
        razao bond withdraw --from main --wait
      """)

  @OptionGroup var sending: SendingOptions

  func run() async throws {
    try await sending.send { _ in ([WithdrawBond()], "take back the bond that has matured") }
  }
}

/// `razao bond show`.
struct BondShow: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show an account's validator and its bond.",
    discussion: """
      EXAMPLES
        razao bond show main
      """)

  @Argument(help: "The account: 64 hexadecimal digits, or a key's name. Default: the only key's.") var account: String?
  @OptionGroup var ledger: LedgerOptions

  func run() async throws {
    try await LedgerAccess.reporting(ledger) { connection in
      let id = try account.map { try ledger.account($0) } ?? ledger.key(nil).account
      guard let bond = try await connection.proof(of: StateKey.bond(id).bytes).record(Bond.self) else {
        throw CommandFailure("account \(id) has no bond", status: 1)
      }
      if ledger.json { Terminal.json(RecordFields.json(bond)) } else { bond.lines.forEach(Terminal.line) }
    }
  }
}

extension Bond {
  /// For the terminal.
  var lines: [String] {
    var lines = ["validator  \(key.bytes.hex)", "on duty    \(RazAmount.words(active))"]
    lines += maturing.map { "maturing   \(RazAmount.words($0.amount)), at \(TimeWords.utc($0.maturesAt))" }
    if isJailed { lines.append("jailed     it has offended and never validates again") }
    if slashed > 0 { lines.append("slashed    \(RazAmount.words(slashed))") }
    return lines
  }
}
