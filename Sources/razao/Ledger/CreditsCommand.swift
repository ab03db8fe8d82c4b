import ArgumentParser
import Ledger
import StrictJSON

/// `razao credits`.
struct CreditsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "credits", abstract: "Credits pay for answers; they are bought with RAZ and sold for RAZ.",
    discussion: """
      One credit is one US dollar. RAZ is burned for credits and credits for RAZ, at the price that the ledger's \
      reporters state, with half a spread on either side.

      EXAMPLES
        razao credits price
        razao credits buy 10 --from main --wait
      """,
    subcommands: [CreditsBuy.self, CreditsSell.self, CreditsPrice.self, CreditsReport.self])
}

/// `razao credits buy`.
struct CreditsBuy: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "buy", abstract: "Burn RAZ for credits.",
    discussion: """
      EXAMPLES
        razao credits buy 10 --from main --wait
        razao credits buy 10 --minimum 4.9 --dry-run
      """)

  @Argument(help: "How much RAZ to burn.") var amount: RazAmount
  @Option(help: "The least credits to take for it. Default: 99 % of what the last price gives.")
  var minimum: CreditAmount?
  @OptionGroup var sending: SendingOptions

  func run() async throws {
    try await sending.send { connection in
      let quote = try await connection.creditQuote()
      let expected = try quote.price.map { price in try price.credits(forGrains: amount.grains) }
      let least = minimum?.microcredits ?? CreditQuote.nearly(expected)
      return (
        [BuyCredits(amount: amount.grains, minimum: least)],
        "burn \(RazAmount.words(amount.grains)) for at least \(CreditAmount.words(least))"
      )
    }
  }
}

/// `razao credits sell`.
struct CreditsSell: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sell", abstract: "Burn credits for RAZ.",
    discussion: """
      EXAMPLES
        razao credits sell 4.5 --from main --wait
        razao credits sell 4.5 --minimum 8.9 --dry-run
      """)

  @Argument(help: "How many credits to burn.") var amount: CreditAmount
  @Option(help: "The least RAZ to take for it. Default: 99 % of what the last price gives.") var minimum: RazAmount?
  @OptionGroup var sending: SendingOptions

  func run() async throws {
    try await sending.send { connection in
      let quote = try await connection.creditQuote()
      let expected = try quote.price.map { price in try price.grains(forCredits: amount.microcredits) }
      let least = minimum?.grains ?? CreditQuote.nearly(expected)
      return (
        [SellCredits(amount: amount.microcredits, minimum: least)],
        "burn \(CreditAmount.words(amount.microcredits)) for at least \(RazAmount.words(least))"
      )
    }
  }
}

/// `razao credits price`.
struct CreditsPrice: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "price", abstract: "Show what a RAZ costs, and what buying and selling give; with a checked proof.",
    discussion: """
      EXAMPLES
        razao credits price
        razao credits price --json
      """)

  @OptionGroup var ledger: LedgerOptions

  func run() async throws {
    try await LedgerAccess.reporting(ledger) { connection in
      let quote = try await connection.creditQuote()
      if ledger.json { Terminal.json(try quote.json()) } else { try quote.lines().forEach(Terminal.line) }
    }
  }
}

/// What credits cost after a block.
struct CreditQuote: Equatable {
  let height: UInt64
  let oracle: Oracle
  /// `nil` when no reporter has spoken recently enough.
  let price: CreditPrice?

  /// 99 % of an amount, rounded down; nothing of nothing.
  static func nearly(_ amount: UInt64?) -> UInt64 {
    guard let amount else { return 0 }
    return amount - amount / 100 - (amount % 100 == 0 ? 0 : 1)
  }

  /// Microcredits that one RAZ buys, and those that one RAZ is sold for.
  private func sides() throws -> (buying: UInt64, selling: UInt64)? {
    guard let price else { return nil }
    let spread = UInt128(price.spread)
    let selling = (UInt128(price.price) * (2_000_000 + spread) + 1_999_999) / 2_000_000
    return (try price.credits(forGrains: 1_000_000_000), UInt64(clamping: selling))
  }

  func json() throws -> JSON {
    let sides = try sides()
    return [
      "height": JSON(height), "price": price.map { JSON($0.price) } ?? .null,
      "buying": sides.map { JSON($0.buying) } ?? .null,
      "selling": sides.map { JSON($0.selling) } ?? .null, "spread_ppm": price.map { JSON($0.spread) } ?? .null,
      "halted": .bool(oracle.isHalted), "reporters": .array(oracle.reporters.map { RecordFields.json($0) }),
    ]
  }

  func lines() throws -> [String] {
    guard let price, let sides = try sides() else {
      return ["no price: no reporter has spoken recently enough; credits are not traded"]
    }
    var lines = [
      "price    1 RAZ = \(CreditAmount.words(price.price))", "buying   1 RAZ gives \(CreditAmount.words(sides.buying))",
      "selling  1 RAZ costs \(CreditAmount.words(sides.selling))",
    ]
    if oracle.isHalted { lines.append("trade    halted until the epoch's end: the price moved too far") }
    return lines
  }
}

extension LedgerConnection {
  /// The price of credits, proven.
  func creditQuote() async throws -> CreditQuote {
    let file = try await proof(of: StateKey.oracle.bytes)
    let oracle = try file.record(Oracle.self) ?? Oracle()
    let parameters = try await proof(of: StateKey.parameters.bytes).record(Parameters.self) ?? Parameters()
    let now = try await client.status().time
    let price = oracle.price(now: now, staleness: parameters.priceStaleness)
    return CreditQuote(
      height: file.proven.height, oracle: oracle,
      price: price.map { CreditPrice(price: $0, spread: parameters.creditSpread) })
  }
}

/// `razao credits report`.
struct CreditsReport: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "State the price of a RAZ, as one of the ledger's reporters.",
    discussion: """
      The median of the reports that are not stale is the price.

      EXAMPLES
        razao credits report 0.95 --from reporter --wait
      """)

  @Argument(help: "Credits for one RAZ.") var price: CreditAmount
  @OptionGroup var sending: SendingOptions

  func run() async throws {
    try await sending.send { _ in
      ([ReportPrice(price: price.microcredits)], "report \(CreditAmount.words(price.microcredits)) for 1 RAZ")
    }
  }
}
