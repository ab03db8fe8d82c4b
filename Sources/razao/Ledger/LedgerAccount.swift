import ArgumentParser
import Hashing
import Ledger
import StrictJSON

/// `razao ledger account`.
struct LedgerAccount: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "account", abstract: "Explain an account's balance, entry by entry, receipt by receipt.",
    discussion: """
      The balance comes with a proof, which is checked; every entry names its cause, and the entries must add up.

      EXAMPLES
        razao ledger account main
        razao ledger account purse --json
      """)

  @Argument(help: "The account: 64 hexadecimal digits, a key's name, or a service of this home, such as purse.")
  var account: String
  @Flag(help: "Show the balance alone.") var brief = false
  @OptionGroup var ledger: LedgerOptions

  func run() async throws {
    try await LedgerAccess.reporting(ledger) { connection in
      let history = try await connection.history(of: ledger.account(account))
      let report = AccountReport(history: history, isBrief: brief)
      if ledger.json { Terminal.json(report.json) } else { report.lines.forEach(Terminal.line) }
      try history.check()
    }
  }
}

/// An account for people and programs.
struct AccountReport {
  let history: AccountHistory
  var isBrief = false

  var json: JSON {
    var object: JSONObject = [
      "account": .string(history.id.hex), "height": JSON(history.height), "raz": JSON(history.account.raz),
      "credit": JSON(history.account.credit), "nonce": JSON(history.account.nonce),
      "stake": history.stake.map { RecordFields.json($0) } ?? .null,
    ]
    if !isBrief {
      object["entries"] = .array(history.entries.map(\.json))
      object["channels"] = .array(history.channels.map(\.json))
    }
    object["sums"] = ["raz": JSON(history.sum(of: .raz)), "credit": JSON(history.sum(of: .credit))]
    return .object(object)
  }

  var lines: [String] {
    var lines = ["account \(history.id) after block \(history.height)"]
    if !isBrief {
      for token in Token.allCases { lines += table(token) }
      for channel in history.channels { lines += channel.lines + [""] }
    }
    lines.append("balance".padded(to: 12) + " \(Self.words(history.account.raz, .raz))")
    lines.append("".padded(to: 12) + " \(Self.words(history.account.credit, .credit))")
    if let stake = history.stake {
      lines.append("stake".padded(to: 12) + " \(RazAmount.words(stake.active)) on duty")
      let maturing = stake.total - stake.active
      if maturing > 0 { lines.append("".padded(to: 12) + " \(RazAmount.words(maturing)) maturing") }
    }
    return lines
  }

  /// The entries of one token with the running sum.
  private func table(_ token: Token) -> [String] {
    let entries = history.entries(of: token)
    guard !entries.isEmpty else { return [] }
    let unit = token == .raz ? "RAZ" : "credits"
    let decimals = token == .raz ? RazAmount.decimals : CreditAmount.decimals
    var lines = ["", row(["block", unit, "sum", "cause", "what for"])]
    var sum: Int128 = 0
    for entry in entries {
      sum &+= entry.amount
      let sign = entry.amount > 0 ? "+" : ""
      lines.append(
        row([
          "\(entry.height)", sign + DecimalAmount.text(entry.amount, decimals: decimals),
          DecimalAmount.text(sum, decimals: decimals), entry.cause, entry.purpose,
        ]))
    }
    let addsUp = sum == Int128(history.account[token])
    return lines + ["\(entries.count) entries, \(addsUp ? "which add up" : "WHICH DO NOT ADD UP to the balance")", ""]
  }

  private func row(_ cells: [String]) -> String {
    let widths = [8, 18, 18, 18]
    let padded = cells.enumerated().map {
      $0.offset < widths.count ? $0.element.padded(to: widths[$0.offset]) : $0.element
    }
    return "  " + padded.joined(separator: " ")
  }

  static func words(_ amount: UInt64, _ token: Token) -> String {
    token == .raz ? RazAmount.words(amount) : CreditAmount.words(amount)
  }
}
