import AsyncHTTPClient
import Logging
import ServiceLifecycle
import StrictJSON
import Synchronization

/// Keeps a provider known to its gateway: registers at once, and again every few seconds, so that a gateway that
/// restarts finds it again.
final class GatewayRegistration: Service {
  private let document: IdentityDocument
  private let gateway: String?
  private let logger: Logger
  private let report: @Sendable (ServiceEvent) -> Void
  private let endpoints = AsyncStream<String>.makeStream()
  private let lastFailure = Mutex<String?>(nil)

  init(
    document: IdentityDocument, gateway: String?, logger: Logger, report: @escaping @Sendable (ServiceEvent) -> Void
  ) {
    self.document = document
    self.gateway = gateway
    self.logger = logger
    self.report = report
  }

  /// The provider answers at `endpoint` from now on.
  func open(endpoint: String) {
    endpoints.continuation.yield(endpoint)
  }

  func run() async throws {
    await cancelWhenGracefulShutdown {
      for await endpoint in self.endpoints.stream {
        guard let gateway = self.gateway else { continue }
        while !Task.isCancelled {
          await self.register(endpoint: endpoint, gateway: gateway)
          try? await Task.sleep(for: self.lastFailure.withLock { $0 } == nil ? .seconds(5) : .seconds(1))
        }
      }
    }
  }

  private func register(endpoint: String, gateway: String) async {
    let body: JSON = ["identity": document.json, "endpoint": .string(endpoint)]
    let failure: String?
    do {
      let response = try await PeerHTTP.plain.send(
        .post, "\(gateway)/razao/v1/providers", body: body.encoded(), type: "application/json", timeout: .seconds(10))
      failure = response.status == 200 ? nil : "\(gateway) refused: \(response.refusal.message)"
    } catch {
      failure = "\(error)"
    }
    let previous = lastFailure.withLock { last in
      defer { last = failure }
      return last
    }
    guard failure != previous else { return }
    report(.notice(failure.map { "not registered: \($0)" } ?? "registered with \(gateway)"))
  }
}
