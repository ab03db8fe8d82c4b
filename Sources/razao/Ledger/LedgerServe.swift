import ArgumentParser
import Foundation
import Hashing
import Ledger
import LedgerABCI
import LedgerStore
import Logging
import Node
import Receipts
import ServiceLifecycle
import StrictJSON
import Wallet

/// `razao ledger serve`.
struct LedgerServe: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve", abstract: "Run a ledger: alone, or as the application of CometBFT.",
    discussion: """
      Alone it is *embedded*: one process decides the order of transactions and signs every block with the key in HOME, \
      so whoever uses it trusts that operator to be there and not to tell two stories; `verify` says so.

      With --abci it serves CometBFT 0.38 to 0.40 on a socket, and the validators decide.

      EXAMPLES
        razao ledger serve --home ./ledger --genesis genesis.json
        razao ledger serve --abci tcp://127.0.0.1:26658 --engine-rpc http://127.0.0.1:26657 --home ./node0/app
        razao ledger serve --abci unix://$PWD/chain/node1/abci.sock --home chain/node1/app \\
          --engine "cometbft start --home $PWD/chain/node1" --chain-id razao-1
      """)

  @OptionGroup var service: ServiceOptions
  @Option(help: "The address to answer queries at.") var host = "127.0.0.1"
  @Option(help: "The port for queries; 0 picks a free one.") var port = 8090
  @Option(help: "The genesis of an embedded ledger. Default: HOME/genesis.json.") var genesis: String?
  @Option(help: "Milliseconds between two blocks of an embedded ledger, 10 to 60000; none is made while nothing waits.")
  var interval = 1_000
  @Option(help: "Serve CometBFT at this address: tcp://HOST:PORT or unix:///PATH.") var abci: String?
  @Option(help: "The engine's JSON-RPC, where transactions are handed in; with --abci.") var engineRpc: String?
  @Option(help: "Start the engine with this command, and restart both when either ends; with --abci.")
  var engine: String?
  @Option(help: "The chain's id, so that another chain's snapshot is refused; with --abci.") var chainId: String?
  @Option(help: "Take a snapshot for new nodes every so many blocks; 0 for none; with --abci.")
  var snapshots: UInt64 = 0

  func validate() throws {
    guard (0...65_535).contains(port) else { throw ValidationError("--port must be 0 to 65535.") }
    guard (10...60_000).contains(interval) else { throw ValidationError("--interval must be 10 to 60000.") }
    guard abci != nil || (engineRpc == nil && engine == nil && chainId == nil && snapshots == 0) else {
      throw ValidationError("--engine, --engine-rpc, --chain-id and --snapshots go with --abci.")
    }
  }

  func run() async throws {
    try await service.running {
      let home = Files.home(service.home)
      try PrivateFile.makeFolder(home)
      if let abci { try await serveEngine(abci, home: home) } else { try await serveAlone(home: home) }
    }
  }

  private func serveAlone(home: String) async throws {
    let path = genesis ?? "\(home)/genesis.json"
    let genesis = try GenesisFile.decode(try Files.read(path, limit: 64 << 20))
    let ledger = try EmbeddedLedger(
      path: "\(home)/ledger.sqlite", genesis: genesis, key: try IdentityFile.signingKey(home: home))
    let height = try await ledger.status().height
    service.report(.notice("chain \(genesis.chainID), height \(height); a single operator signs its blocks"))
    try await LedgerService(ledger, host: host, port: port, report: service.report).run(
      with: [EmbeddedBlocks(ledger: ledger, interval: .milliseconds(interval), report: service.report)],
      endsWithInput: service.supervised)
  }

  private func serveEngine(_ text: String, home: String) async throws {
    let logger = Logger(label: "razao.ledger")
    let store = try LedgerStore(path: "\(home)/ledger.sqlite")
    let rpc = engineRpc.map { CometLedgerClient(CometConnection(endpoint: $0)) }
    let driver = EngineDriver(
      address: try ABCIAddress(text), store: store,
      configuration: .init(
        chainID: chainId, snapshots: SnapshotDirectory(path: "\(home)/snapshots"), snapshotInterval: snapshots),
      engine: engine?.split(separator: " ").map(String.init), engineLog: "\(home)/engine.log", logger: logger,
      report: service.report)
    try await LedgerService(
      EngineLedgerSource(store, engine: rpc), host: host, port: port, logger: logger, report: service.report
    ).run(with: [driver], endsWithInput: service.supervised)
  }
}

/// Serves an engine over ABCI, and with a command runs the engine too.
private struct EngineDriver: Service {
  let address: ABCIAddress
  let store: LedgerStore
  let configuration: LedgerApplication.Configuration
  let engine: [String]?
  let engineLog: String
  let logger: Logger
  let report: @Sendable (ServiceEvent) -> Void

  func run() async throws {
    guard let engine else { return try await serve() }
    let supervisor = EngineSupervisor(
      .init(engine: engine, engineLog: engineLog, server: .init(address: address)), logger: logger,
      report: { [report] in report(.notice("\($0)")) },
      makeApplication: { [store, configuration, logger] in
        .init(try LedgerApplication(store: store, configuration: configuration, logger: logger))
      })
    await cancelWhenGracefulShutdown { await supervisor.run() }
  }

  private func serve() async throws {
    let application = try LedgerApplication(store: store, configuration: configuration, logger: logger)
    let server = try await ABCIServer.start(application, .init(address: address), logger: logger)
    report(.notice("waiting for the engine at \(address)"))
    let fault = await withGracefulShutdownHandler {
      await server.fault()
    } onGracefulShutdown: {
      Task { await server.stop() }
    }
    await server.stop()
    if let fault { throw CommandFailure("\(fault); start engine and ledger together again", status: 70) }
  }
}
