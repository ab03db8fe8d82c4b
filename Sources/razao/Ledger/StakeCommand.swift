import ArgumentParser
import Ledger
import StrictJSON

/// `razao stake`.
struct StakeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stake", abstract: "RAZ that stands behind an account's providers and auditors.",
    discussion: """
      What is removed from duty matures before it can be withdrawn, and can be slashed until then; nothing is paid out \
      while a receipt that the stake stands behind has not expired.

      EXAMPLES
        razao stake add 100 --from main --wait
        razao stake show main
      """,
    subcommands: [StakeAdd.self, StakeRemove.self, StakeWithdraw.self, StakeShow.self])
}

/// `razao stake add`.
struct StakeAdd: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "add", abstract: "Put RAZ on duty, behind the account's providers and auditors.",
    discussion: """
      EXAMPLES
        razao stake add 100 --from main --wait
        razao stake add 100 --dry-run
      """)

  @Argument(help: "How much, in RAZ.") var amount: RazAmount
  @OptionGroup var sending: SendingOptions

  func run() async throws {
    try await sending.send { _ in
      ([AddStake(amount: amount.grains)], "put \(RazAmount.words(amount.grains)) on duty as stake")
    }
  }
}

/// `razao stake remove`.
struct StakeRemove: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "remove", abstract: "Take RAZ off duty; it matures before it can be withdrawn.",
    discussion: """
      EXAMPLES
        razao stake remove 50 --from main --wait
        razao stake show main      when it matures
      """)

  @Argument(help: "How much, in RAZ.") var amount: RazAmount
  @OptionGroup var sending: SendingOptions

  func run() async throws {
    try await sending.send { _ in
      ([Unstake(amount: amount.grains)], "take \(RazAmount.words(amount.grains)) of stake off duty")
    }
  }
}

/// `razao stake withdraw`.
struct StakeWithdraw: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "withdraw", abstract: "Take back what has matured.",
    discussion: """
      EXAMPLES
        razao stake withdraw --from main --wait
      """)

  @OptionGroup var sending: SendingOptions

  func run() async throws {
    try await sending.send { _ in ([WithdrawStake()], "take back the stake that has matured") }
  }
}

/// `razao stake show`.
struct StakeShow: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show an account's stake: on duty, maturing, locked.",
    discussion: """
      EXAMPLES
        razao stake show main
        razao stake show 3f2a…64 digits…9c --json
      """)

  @Argument(help: "The account: 64 hexadecimal digits, or a key's name. Default: the only key's.") var account: String?
  @OptionGroup var ledger: LedgerOptions

  func run() async throws {
    try await LedgerAccess.reporting(ledger) { connection in
      let id = try account.map { try ledger.account($0) } ?? ledger.key(nil).account
      let stake = try await connection.proof(of: StateKey.stake(id).bytes).record(Stake.self) ?? Stake()
      let now = try await connection.client.status().time
      if ledger.json { Terminal.json(RecordFields.json(stake)) } else { stake.lines(now: now).forEach(Terminal.line) }
    }
  }
}

extension Stake {
  /// For the terminal.
  /// - Parameter now: block time in milliseconds.
  func lines(now: UInt64) -> [String] {
    var lines = ["on duty   \(RazAmount.words(active))"]
    for part in maturing {
      let isReady = part.maturesAt <= now && lockedUntil < now
      lines.append(
        "maturing  \(RazAmount.words(part.amount)), \(isReady ? "ready" : "at \(TimeWords.utc(part.maturesAt))")")
    }
    if lockedUntil >= now { lines.append("locked    until \(TimeWords.utc(lockedUntil)) by unexpired receipts") }
    lines.append("receipts  \(openCount(now: now)) not expired")
    if slashed > 0 { lines.append("slashed   \(RazAmount.words(slashed))") }
    return lines
  }
}
