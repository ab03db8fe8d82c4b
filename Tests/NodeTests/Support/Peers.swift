import Dialects
import Hashing
import Logging
import Node
import Receipts
import StrictJSON
import Synchronization
import Testing

/// Services that run while a test's body runs, and the addresses at which they became ready.
enum Peers {
  static let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
  static let prices = Prices(prompt: 1_000_000, answer: 2_000_000)

  static func provider(
    _ home: String, engine: any AnswerEngine = FakeEngine(), claims: EngineProgram? = nil, prices: Prices = prices,
    gateway: String? = nil, running: Int = 2, waiting: Int = 4, ready: ReadyPoint
  ) -> @Sendable () async throws -> Void {
    let configuration = ProviderConfiguration(
      home: home, gateway: gateway, runningLimit: running, waitingLimit: waiting)
    let service = ProviderService(
      configuration, offers: [ProviderOffer(engine: engine, program: claims, prices: prices)], logger: quiet
    ) { event in ready.receive(event) }
    return { try await service.run(handlesSignals: false) }
  }

  static func gateway(
    _ home: String, port: Int = 0, auditors: [PublicKey] = [], storeLimit: Int? = nil, recheck: Rerun? = nil,
    ready: ReadyPoint
  ) -> @Sendable () async throws -> Void {
    let configuration = GatewayConfiguration(
      home: home, port: port, auditors: auditors, healthInterval: .milliseconds(100), storeLimit: storeLimit)
    let service = GatewayService(configuration, recheck: recheck, logger: quiet) { event in ready.receive(event) }
    return { try await service.run(handlesSignals: false) }
  }

  static func auditor(
    _ home: String, gateway: String, ready: ReadyPoint, rerun: @escaping Rerun
  ) -> @Sendable () async throws -> Void {
    let configuration = AuditorConfiguration(home: home, gateway: gateway, interval: .milliseconds(50), pause: .zero)
    let service = AuditorService(configuration, rerun: rerun, logger: quiet) { event in ready.receive(event) }
    return { try await service.run(handlesSignals: false) }
  }

  static func chat(_ text: String = "hi", extra: String = "", isStreamed: Bool = false) -> [UInt8] {
    Array(
      #"{"model":"fake-1","messages":[{"role":"user","content":"\#(text)"}],"stream":\#(isStreamed)\#(extra)}"#.utf8)
  }
}

/// Where a service says that it is ready, and what else it says.
final class ReadyPoint: Sendable {
  private let events = Mutex<[ServiceEvent]>([])

  func receive(_ event: ServiceEvent) { events.withLock { $0.append(event) } }

  var all: [ServiceEvent] { events.withLock { $0 } }

  var notices: [String] { all.compactMap { if case .notice(let text) = $0 { text } else { nil } } }

  /// The address, once there is one.
  func endpoint() async throws -> String {
    var found: String?
    try await eventually("ready") {
      found = all.compactMap { if case .ready(let endpoint) = $0 { endpoint } else { nil } }.last
      return found != nil
    }
    return found ?? ""
  }
}

/// Runs services in the background while a body runs, then ends them.
func withServices(
  _ body: (_ start: (@escaping @Sendable () async throws -> Void) -> Task<Void, any Error>) async throws -> Void
) async throws {
  var tasks: [Task<Void, any Error>] = []
  func endAll() async {
    for task in tasks { task.cancel() }
    for task in tasks { _ = await task.result }
  }
  do {
    try await body { service in
      let task = Task { try await service() }
      tasks.append(task)
      return task
    }
  } catch {
    await endAll()
    throw error
  }
  await endAll()
}
