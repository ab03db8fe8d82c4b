import Hashing
import Hummingbird
import Logging
import NIOCore
import Receipts
import ServiceLifecycle
import Wallet

/// How a gateway runs.
package struct GatewayConfiguration: Sendable {
  /// Folder with its identity, receipts and reports; made when absent.
  package var home: String
  package var host: String
  /// 0 picks a free port.
  package var port: Int
  package var network: Digest
  /// Auditors whose reports are believed.
  package var auditors: [PublicKey]
  /// Names whose programs are fixed; another name stands for what its first provider serves.
  package var models: [(name: String, root: Digest)]
  /// Time between health checks.
  package var healthInterval: Duration
  /// The store grows no further than this; `nil` for no limit.
  package var storeLimit: Int?
  /// Ends when standard input ends; for a supervisor's children.
  package var endsWithInput: Bool
  /// The ledger that its channels are on; it pays nobody when `nil`.
  package var ledger: ServiceLedger?

  package init(
    home: String, host: String = "127.0.0.1", port: Int = 8_080, network: Digest = NetworkName.local,
    auditors: [PublicKey] = [], models: [(name: String, root: Digest)] = [], healthInterval: Duration = .seconds(1),
    storeLimit: Int? = nil,
    endsWithInput: Bool = false, ledger: ServiceLedger? = nil
  ) {
    self.home = home
    self.host = host
    self.port = port
    self.network = network
    self.auditors = auditors
    self.models = models
    self.healthInterval = healthInterval
    self.storeLimit = storeLimit
    self.endsWithInput = endsWithInput
    self.ledger = ledger
    if let ledger { self.network = ledger.chain }
  }
}

/// A gateway as a process: OpenAI's dialect over plain HTTP on the outside, the verified protocol to providers inside.
package struct GatewayService: Sendable {
  private let configuration: GatewayConfiguration
  private let recheck: Rerun?
  private let clock: WallClock
  private let logger: Logger
  private let report: @Sendable (ServiceEvent) -> Void

  /// - Parameters:
  ///   - recheck: runs a reported job again, where the gateway has the program; see `ReportDesk`.
  ///   - report: takes what a starter wants to know: ready with the address, providers that come and go.
  package init(
    _ configuration: GatewayConfiguration, recheck: Rerun? = nil, clock: WallClock = .system,
    logger: Logger = Logger(label: "razao.gateway"), report: @escaping @Sendable (ServiceEvent) -> Void = { _ in }
  ) {
    self.configuration = configuration
    self.recheck = recheck
    self.clock = clock
    self.logger = logger
    self.report = report
  }

  /// Serves until SIGINT, SIGTERM or cancellation.
  /// - Throws: `HomeError`, `StoreError`, `ServiceError` when it cannot start.
  package func run(handlesSignals: Bool = true) async throws {
    let identity = try IdentityFile.loadOrMake(home: configuration.home)
    let store = try ReceiptStore(
      path: "\(configuration.home)/receipts.sqlite", maximumByteCount: configuration.storeLimit)
    let parts = try await GatewayParts(
      configuration, payer: identity.id, store: store, recheck: recheck, clock: clock, logger: logger, report: report)
    let application = Application(
      router: parts.routes.router(), server: .watched,
      configuration: .node(host: configuration.host, port: configuration.port),
      onServerRunning: { channel in
        let port = channel.localAddress?.port ?? configuration.port
        report(.ready(endpoint: "http://\(configuration.host):\(port)"))
      }, logger: logger)
    let health = HealthMonitor(registry: parts.routes.registry, interval: configuration.healthInterval)
    do {
      try await ServiceRunner.run(
        [application, health], endsWithInput: configuration.endsWithInput, handlesSignals: handlesSignals,
        logger: logger)
    } catch {
      await parts.routes.registry.shutdown()
      throw ServiceRunner.listenError(error, host: configuration.host, port: configuration.port)
    }
    await parts.routes.registry.shutdown()
    try store.close()
  }
}

/// A gateway's parts, wired together.
struct GatewayParts: Sendable {
  let routes: GatewayRoutes

  init(
    _ configuration: GatewayConfiguration, payer: Digest, store: ReceiptStore, recheck: Rerun?, clock: WallClock,
    logger: Logger, report: @escaping @Sendable (ServiceEvent) -> Void
  ) async throws {
    let registry = GatewayRegistry(
      network: configuration.network, models: configuration.models, clock: clock, logger: logger, report: report)
    let purse = try configuration.ledger.map { try ChannelPurse(home: configuration.home, client: $0.client) }
    let relay = AnswerRelay(
      registry: registry, shelf: BundleShelf(store: store, logger: logger),
      profile: RequesterProfile(network: configuration.network, payerKind: .gateway, payer: payer), purse: purse,
      clock: clock, logger: logger)
    let reports = ReportDesk(
      network: configuration.network, auditors: configuration.auditors, recheck: recheck, store: store,
      registry: registry, clock: clock)
    try await reports.load()
    routes = GatewayRoutes(registry: registry, relay: relay, store: store, reports: reports, logger: logger)
  }
}

/// Asks all providers for their health again and again.
struct HealthMonitor: Service {
  let registry: GatewayRegistry
  let interval: Duration

  func run() async throws {
    await cancelWhenGracefulShutdown {
      while !Task.isCancelled {
        await registry.checkHealth()
        try? await Task.sleep(for: interval)
      }
    }
  }
}
