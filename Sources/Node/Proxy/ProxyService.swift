import Hummingbird
import Logging
import NIOCore
import Receipts
import Wallet

/// How a proxy runs.
package struct ProxyConfiguration: Sendable {
  /// The home; the proxy keeps receipts and evidence in its folder `proxy`.
  package var home: String
  /// On 127.0.0.1, for whoever asks is not asked who it is; 0 picks a free one.
  package var port: Int
  /// What every answer is verified at before anything of it is handed on.
  package var level: ProxyLevel
  /// The time between two signs of life in a stream that has nothing to say yet.
  package var interval: Duration
  /// Ends when standard input ends; for a supervisor's children.
  package var endsWithInput: Bool

  package init(
    home: String, port: Int = 11_434, level: ProxyLevel = .signature, interval: Duration = .seconds(5),
    endsWithInput: Bool = false
  ) {
    self.home = home
    self.port = port
    self.level = level
    self.interval = interval
    self.endsWithInput = endsWithInput
  }

  var folder: String { "\(home)/proxy" }
}

/// A proxy as a process: makes a verifying client of any tool that speaks OpenAI's dialect or Ollama's.
package struct ProxyService: Sendable {
  private static let host = "127.0.0.1"

  private let configuration: ProxyConfiguration
  private let ask: VerifiedAsk
  private let models: @Sendable () async throws -> [ProxyModel]
  private let recheck: Rerun?
  private let clock: WallClock
  private let logger: Logger
  private let report: @Sendable (ServiceEvent) -> Void

  /// - Parameters:
  ///   - ask: asks a request and verifies its answer at level signature; `Requester.ask` does.
  ///   - models: what can be asked for; `Requester.models` says.
  ///   - recheck: runs an answer again; needed for level rerun, not used for another.
  ///   - report: takes what a starter wants to know.
  package init(
    _ configuration: ProxyConfiguration, ask: @escaping VerifiedAsk,
    models: @escaping @Sendable () async throws -> [ProxyModel], recheck: Rerun? = nil, clock: WallClock = .system,
    logger: Logger = Logger(label: "razao.proxy"), report: @escaping @Sendable (ServiceEvent) -> Void = { _ in }
  ) {
    self.configuration = configuration
    self.ask = ask
    self.models = models
    self.recheck = recheck
    self.clock = clock
    self.logger = logger
    self.report = report
  }

  /// Serves until SIGINT, SIGTERM or cancellation.
  /// - Throws: `HomeError`, `StoreError`, `ServiceError` when it cannot start.
  package func run(handlesSignals: Bool = true) async throws {
    guard configuration.level != .rerun || recheck != nil else {
      throw ServiceError.configuration("level rerun needs a program to run answers again; name it with --program")
    }
    let routes = try routes()
    let application = Application(
      router: routes.router(), server: .watched,
      configuration: .node(host: Self.host, port: configuration.port),
      onServerRunning: { channel in
        let port = channel.localAddress?.port ?? configuration.port
        report(.ready(endpoint: "http://\(Self.host):\(port)"))
      }, logger: logger)
    do {
      try await ServiceRunner.run(
        [application], endsWithInput: configuration.endsWithInput, handlesSignals: handlesSignals, logger: logger)
    } catch {
      throw ServiceRunner.listenError(error, host: Self.host, port: configuration.port)
    }
    try routes.store.close()
  }

  /// The proxy's parts, wired together.
  /// - Throws: `HomeError`, `StoreError`.
  func routes() throws -> ProxyRoutes {
    let evidence = try EvidenceFolder(path: "\(configuration.folder)/evidence", logger: logger)
    let store = try ReceiptStore(path: "\(configuration.folder)/receipts.sqlite")
    let desk = ProxyDesk(
      level: configuration.level, ask: ask, recheck: recheck, shelf: BundleShelf(store: store, logger: logger),
      evidence: evidence, clock: clock, logger: logger)
    return ProxyRoutes(
      desk: desk, models: models, store: store, clock: clock, interval: configuration.interval)
  }
}
