import Hummingbird
import LedgerStore
import Logging
import NIOCore
import ServiceLifecycle

/// A ledger's blocks, accounts and proven state as JSON over HTTP, until it is told to end.
package struct LedgerService: Sendable {
  package var host: String
  /// 0 picks a free port.
  package var port: Int
  private let routes: LedgerRoutes
  private let logger: Logger
  private let report: @Sendable (ServiceEvent) -> Void

  /// - Parameter report: told `ready` with the address.
  package init(
    _ source: any LedgerSource, host: String = "127.0.0.1", port: Int = 0,
    logger: Logger = Logger(label: "razao.ledger"), report: @escaping @Sendable (ServiceEvent) -> Void = { _ in }
  ) {
    self.host = host
    self.port = port
    routes = LedgerRoutes(source)
    self.logger = logger
    self.report = report
  }

  /// The service of an embedded ledger.
  package init(
    _ ledger: EmbeddedLedger, host: String = "127.0.0.1", port: Int = 0,
    logger: Logger = Logger(label: "razao.ledger"), report: @escaping @Sendable (ServiceEvent) -> Void = { _ in }
  ) {
    self.init(EmbeddedLedgerSource(ledger), host: host, port: port, logger: logger, report: report)
  }

  /// The service, to be run with others.
  package var service: some ApplicationProtocol {
    Application(
      router: routes.router(), server: .watched, configuration: .node(host: host, port: port),
      onServerRunning: { [host, port, report] channel in
        report(.ready(endpoint: "http://\(host):\(channel.localAddress?.port ?? port)"))
      }, logger: logger)
  }

  /// Serves until SIGINT, SIGTERM or cancellation.
  /// - Parameter others: services that run as long, such as what makes blocks.
  /// - Throws: `ServiceError` when it cannot listen.
  package func run(
    with others: [any Service] = [], endsWithInput: Bool = false, handlesSignals: Bool = true
  ) async throws {
    do {
      try await ServiceRunner.run(
        [service] + others, endsWithInput: endsWithInput, handlesSignals: handlesSignals, logger: logger)
    } catch {
      throw ServiceRunner.listenError(error, host: host, port: port)
    }
  }

  /// The interface's description, OpenAPI 3.1 in JSON.
  package static var openAPI: [UInt8] { OpenAPIDocument.bytes }
}
