import ArgumentParser
import Foundation
import Hashing
import Ledger
import LedgerABCI
import Receipts
import StrictJSON
import Wallet

/// `razao ledger init-chain`.
struct LedgerInitChain: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init-chain", abstract: "Write genesis, keys and configuration for the nodes of a CometBFT chain.",
    discussion: """
      Each validator's account is that of its own voting key, OUTPUT/nodeN/config/priv_validator_key.json: keep it as you
      keep money.
      Files of an existing chain are never overwritten. docs/cometbft.md tells how to run the nodes.

      EXAMPLES
        razao ledger init-chain --validators 4 --output chain
        razao ledger init-chain --validators 4 --output chain --chain-id razao-1 --holder ACCOUNT=1000000
      """)

  @Option(help: "How many validators, 1 to 64.") var validators: Int
  @Option(help: "The folder to make; a folder for each node goes into it.") var output: String
  @Option(help: "The chain's id, 1 to 50 characters. Default: a new one.") var chainId: String?
  @Option(help: "RAZ that each validator bonds.") var bond: UInt64 = 1_000
  @Option(help: "ACCOUNT=RAZ: who holds RAZ at the beginning; may be repeated.") var holder: [String] = []
  @Option(help: "An account that may report the price of RAZ; may be repeated.") var reporter: [String] = []
  @Option(help: "Microcredits for one RAZ until reporters have spoken.") var price: UInt64 = 1_000_000
  @Flag(help: "Print as JSON.") var json = false

  func validate() throws {
    guard (1...64).contains(validators) else { throw ValidationError("--validators must be 1 to 64.") }
    guard (1...1_000_000).contains(bond) else { throw ValidationError("--bond must be 1 to 1000000 RAZ.") }
  }

  func run() async throws {
    try await Terminal.reporting {
      let folder = URL(fileURLWithPath: output).path
      guard !FileManager.default.fileExists(atPath: folder) else {
        throw CommandFailure("\(folder) exists; name a folder that does not", status: 73)
      }
      let plan = ChainPlan(genesis: try genesis(), nodes: try (1...validators).map { try node($0, in: folder) })
      let files = try plan.files()
      for file in files { try write(file, in: folder) }
      tell(plan, folder, count: files.count)
    }
  }

  private func genesis() throws -> Genesis {
    var genesis = Genesis(
      chainID: chainId ?? "razao-\(Self.random(4).hex)", price: price,
      time: UInt64(Date().timeIntervalSince1970) * 1_000)
    genesis.holders = try holder.map { text in
      let parts = text.split(separator: "=")
      guard parts.count == 2, let account = Digest(hex: parts[0]), let raz = UInt64(parts[1]), raz <= 21_000_000 else {
        throw CommandFailure("--holder must be ACCOUNT=RAZ, not \(text)", status: 64)
      }
      return .init(account: account, raz: raz * 1_000_000_000)
    }
    genesis.reporters = try reporter.map { text in
      guard let account = Digest(hex: text) else {
        throw CommandFailure("--reporter \(text) is no account", status: 64)
      }
      return account
    }
    return genesis
  }

  private func node(_ number: Int, in folder: String) throws -> ChainPlan.Node {
    let seed = Self.random(32)
    guard let key = SigningKey(seed: seed) else { throw CommandFailure("no key could be made", status: 70) }
    return .local(
      number, in: folder, consensusSeed: seed, nodeSeed: Self.random(32), account: key.publicKey.account,
      bond: bond * 1_000_000_000)
  }

  private static func random(_ count: Int) -> [UInt8] {
    var generator = SystemRandomNumberGenerator()
    return (0..<count).map { _ in UInt8.random(in: 0...255, using: &generator) }
  }

  private func write(_ file: ChainFile, in folder: String) throws {
    let path = "\(folder)/\(file.path)"
    try FileManager.default.createDirectory(
      atPath: (path as NSString).deletingLastPathComponent, withIntermediateDirectories: true,
      attributes: [.posixPermissions: 0o700])
    guard
      FileManager.default.createFile(
        atPath: path, contents: Data(file.bytes), attributes: [.posixPermissions: file.isSecret ? 0o600 : 0o644])
    else { throw CommandFailure("\(path) cannot be written", status: 73) }
  }

  private func tell(_ plan: ChainPlan, _ folder: String, count: Int) {
    if json {
      Terminal.json([
        "chain_id": .string(plan.genesis.chainID), "folder": .string(folder),
        "nodes": .array(plan.nodes.map { ["name": .string($0.name), "application": .string("\($0.application)")] }),
      ])
      return
    }
    Terminal.line("\(count) files for chain \(plan.genesis.chainID) are in \(folder)")
    for node in plan.nodes {
      Terminal.line(
        """
        \(node.name): razao ledger serve --abci \(node.application) --home \(folder)/\(node.name)/app \
        --chain-id \(plan.genesis.chainID) --engine "cometbft start --home \(folder)/\(node.name)"
        """)
    }
  }
}
