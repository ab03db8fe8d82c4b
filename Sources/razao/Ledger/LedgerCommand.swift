import ArgumentParser
import Foundation
import Ledger
import StrictJSON

/// `razao ledger`.
struct LedgerCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ledger", abstract: "Look at the ledger: accounts, blocks, transactions, registries, proofs.",
    discussion: """
      EXAMPLES
        razao ledger status
        razao ledger account main
        razao ledger prove account/main
      """,
    subcommands: [
      LedgerStatusCommand.self, LedgerAccount.self, LedgerBlock.self, LedgerTransaction.self, LedgerProviders.self,
      LedgerPrograms.self, LedgerProve.self, LedgerVerifyProof.self, LedgerServe.self, LedgerInitChain.self,
    ])
}

/// `razao ledger status`.
struct LedgerStatusCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Show the chain, its engine and its last block.",
    discussion: """
      EXAMPLES
        razao ledger status
        razao ledger status --ledger https://ledger.example --json
      """)

  @OptionGroup var ledger: LedgerOptions

  func run() async throws {
    try await LedgerAccess.reporting(ledger) { connection in
      let status = try await connection.client.status()
      let page = try? await connection.pages.page("/v1/status")
      let json: JSON = [
        "url": .string(connection.url), "chain_id": .string(status.chainID), "chain": .string(status.chain.hex),
        "engine": .string(status.engine.rawValue), "trust": .string(status.engine.trust),
        "operator_key": page?["operator_key"] ?? .null, "beacon": page?["beacon"] ?? .null,
        "height": JSON(status.height), "time": JSON(status.time), "block_time": .string(TimeWords.utc(status.time)),
        "app_hash": .string(status.appHash.hex),
      ]
      if ledger.json { Terminal.json(json) } else { JSONLines.lines(json).forEach(Terminal.line) }
    }
  }
}

extension LedgerStatus.Engine {
  /// Who stands behind blocks and the beacon.
  var trust: String {
    switch self {
    case .embedded: "single operator"
    case .replicated: "more than two thirds of the validators"
    }
  }
}

/// `razao ledger block`.
struct LedgerBlock: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "block", abstract: "Show a block: its hashes, its transactions and what became of them.",
    discussion: """
      EXAMPLES
        razao ledger block            the last one
        razao ledger block 1200 --json
      """)

  @Argument(help: "The height. Default: the last block.") var height: UInt64?
  @OptionGroup var ledger: LedgerOptions

  func run() async throws {
    try await LedgerAccess.reporting(ledger) { connection in
      let last: UInt64
      if let height { last = height } else { last = try await connection.client.status().height }
      guard let block = try await connection.pages.page("/v1/blocks/\(last)?limit=1000") else {
        throw CommandFailure("the ledger has no block \(last)", status: 1)
      }
      if ledger.json { Terminal.json(block) } else { JSONLines.lines(block).forEach(Terminal.line) }
    }
  }
}
