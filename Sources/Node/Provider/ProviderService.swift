import Hashing
import Hummingbird
import HummingbirdTLS
import Logging
import NIOCore
import NIOSSL
import Program
import Receipts
import ServiceLifecycle
import Wallet

/// How a provider runs.
package struct ProviderConfiguration: Sendable {
  /// Folder with its identity and its bundles; made when absent.
  package var home: String
  package var host: String
  /// 0 picks a free port.
  package var port: Int
  package var network: Digest
  /// Gateway to register with, `http://host:port`; none when `nil`.
  package var gateway: String?
  /// The address that others reach this provider at, `https://host:port`; `host` and the real port when `nil`.
  package var publicEndpoint: String?
  /// Answers computed at once.
  package var runningLimit: Int
  /// Answers that may wait for their turn; beyond it, 429.
  package var waitingLimit: Int
  /// Ends when standard input ends; for a supervisor's children.
  package var endsWithInput: Bool
  /// Where contributions to joint seeds are anchored; without it joint seeds are refused. A ledger brings its own.
  package var contributions: (any ContributionAnchoring)?
  /// Where it is registered, anchors its receipts and is paid; nobody pays when `nil`.
  package var ledger: ServiceLedger?
  /// Programs that others can fetch from it.
  package var programs: [Program] = []
  /// The account whose stake stands behind it, which has authorised its key; the key's own account when `nil`.
  package var account: Digest?

  package init(
    home: String, host: String = "127.0.0.1", port: Int = 0, network: Digest = NetworkName.local,
    gateway: String? = nil,
    publicEndpoint: String? = nil, runningLimit: Int = 1, waitingLimit: Int = 16, endsWithInput: Bool = false,
    contributions: (any ContributionAnchoring)? = nil, ledger: ServiceLedger? = nil, account: Digest? = nil
  ) {
    self.home = home
    self.host = host
    self.port = port
    self.network = network
    self.gateway = gateway
    self.publicEndpoint = publicEndpoint
    self.runningLimit = runningLimit
    self.waitingLimit = waitingLimit
    self.endsWithInput = endsWithInput
    self.contributions = contributions
    self.ledger = ledger
    self.account = account
    if let ledger { self.network = ledger.chain }
  }
}

/// Names of networks.
package enum NetworkName {
  /// The network of one machine that everybody starts with.
  package static let local = taggedHash("razao/network/1", Array("local".utf8))
}

/// A provider as a process: HTTPS with its own certificate, registered with a gateway, until it is told to end.
package struct ProviderService: Sendable {
  private let configuration: ProviderConfiguration
  private let offers: [ProviderOffer]
  private let clock: WallClock
  private let logger: Logger
  private let report: @Sendable (ServiceEvent) -> Void

  /// - Parameters:
  ///   - offers: the programs it serves; at least one.
  ///   - report: takes what a starter wants to know: ready with the address, notices.
  package init(
    _ configuration: ProviderConfiguration, offers: [ProviderOffer], clock: WallClock = .system,
    logger: Logger = Logger(label: "razao.provider"), report: @escaping @Sendable (ServiceEvent) -> Void = { _ in }
  ) {
    self.configuration = configuration
    self.offers = offers
    self.clock = clock
    self.logger = logger
    self.report = report
  }

  /// Serves until SIGINT, SIGTERM or cancellation.
  /// - Throws: `HomeError`, `StoreError`, `ServiceError` when it cannot start.
  package func run(handlesSignals: Bool = true) async throws {
    guard !offers.isEmpty else { throw ServiceError.configuration("a provider needs at least one program") }
    let identity = try IdentityFile.loadOrMake(home: configuration.home)
    let store = try ReceiptStore(path: "\(configuration.home)/receipts.sqlite")
    let money = try configuration.ledger.map {
      try ProviderMoney($0, configuration, identity: identity, offers: offers, logger: logger, report: report)
    }
    let contributions = try (configuration.contributions ?? money?.contributions).map {
      ContributionDesk(store: try ContributionStore(home: configuration.home), anchoring: $0, clock: clock)
    }
    let desk = ProviderDesk(
      identity: identity, network: configuration.network, offers: offers, contributions: contributions, clock: clock)
    let runner = AnswerRunner(
      desk: desk, gate: JobGate(runningLimit: configuration.runningLimit, waitingLimit: configuration.waitingLimit),
      shelf: BundleShelf(store: store, logger: logger), books: money?.books, cashier: money?.cashier, logger: logger)
    let registration = GatewayRegistration(
      document: desk.document, gateway: configuration.gateway, logger: logger, report: report)
    let routes = ProviderRoutes(desk: desk, runner: runner, clock: clock, logger: logger, payments: money?.routes)
    let application = try Self.application(
      router: withPrograms(routes.router()), identity: identity, configuration: configuration, logger: logger
    ) { port in
      let endpoint = configuration.publicEndpoint ?? "https://\(configuration.host):\(port)"
      let open = { @Sendable in
        report(.ready(endpoint: endpoint))
        registration.open(endpoint: endpoint)
      }
      if let money { money.service.open(endpoint: endpoint, whenRegistered: open) } else { open() }
    }
    var services: [any Service] = [application, registration]
    if let contributions { services.append(ContributionKeeper(desk: contributions, logger: logger)) }
    if let money { services += [money.service, money.watcher(runner)] }
    do {
      try await ServiceRunner.run(
        services, endsWithInput: configuration.endsWithInput, handlesSignals: handlesSignals, logger: logger)
    } catch {
      throw ServiceRunner.listenError(error, host: configuration.host, port: configuration.port)
    }
    try store.close()
  }

  /// Programs can be fetched from every provider that serves them.
  private func withPrograms(_ router: Router<NodeContext>) -> Router<NodeContext> {
    ProgramRoutes(ProgramShelf(configuration.programs, stampDirectory: "\(configuration.home)/stamps")).add(to: router)
    return router
  }

  private static func application(
    router: Router<NodeContext>, identity: NodeIdentity, configuration: ProviderConfiguration, logger: Logger,
    onRunning: @escaping @Sendable (Int) -> Void
  ) throws -> some ApplicationProtocol {
    Application(
      router: router,
      server: try .tls(.watched, tlsConfiguration: try identity.serverTLS()),
      configuration: .node(host: configuration.host, port: configuration.port),
      onServerRunning: { channel in onRunning(channel.localAddress?.port ?? configuration.port) },
      logger: logger)
  }
}

extension NodeIdentity {
  /// TLS 1.3 with the node's own certificate.
  func serverTLS() throws -> TLSConfiguration {
    let certificate = try NIOSSLCertificate(bytes: certificate.der, format: .der)
    let key = try NIOSSLPrivateKey(bytes: Array(tlsKeyPEM.utf8), format: .pem)
    var configuration = TLSConfiguration.makeServerConfiguration(
      certificateChain: [.certificate(certificate)], privateKey: .privateKey(key))
    configuration.minimumTLSVersion = .tlsv13
    // A peer that never answers the goodbye must not hold up the end.
    configuration.shutdownTimeout = .seconds(1)
    return configuration
  }
}
