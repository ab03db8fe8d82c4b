import Hashing
import Logging
import Receipts

/// The gateway's providers: the routing table, and a pinned connection to each.
package actor GatewayRegistry {
  private let network: Digest
  private let clock: WallClock
  private let logger: Logger
  private let report: @Sendable (ServiceEvent) -> Void
  private var table: RoutingTable
  private var clients: [Digest: ProviderClient] = [:]
  private var connections: [Digest: PeerHTTP] = [:]

  package init(
    network: Digest, capacity: Int = 1_024, models: [(name: String, root: Digest)] = [], clock: WallClock,
    logger: Logger,
    report: @escaping @Sendable (ServiceEvent) -> Void
  ) {
    self.network = network
    self.clock = clock
    self.logger = logger
    self.report = report
    table = RoutingTable(capacity: capacity, models: models)
  }

  package var providers: [RoutingTable.Provider] { table.all }

  /// Takes a provider in: its document must verify, and the address must belong to the document's certificate.
  package func register(_ document: IdentityDocument, endpoint: String) async throws {
    try document.verify(network: network)
    let id = document.id
    if let known = table[id], known.document == document, known.endpoint == endpoint, known.isUp { return }
    let known = table[id]?.document.certificate == document.certificate ? connections[id] : nil
    let http = if let known { known } else { try PeerHTTP(pinning: document.certificate) }
    let client = ProviderClient(document: document, endpoint: endpoint, http: http, clock: clock)
    do {
      guard try await client.currentDocument().key == document.key else {
        throw PeerError.unverified("another provider answers at \(endpoint)")
      }
      say(try table.register(document, endpoint: endpoint))
    } catch {
      if known == nil { await http.shutdown() }
      throw error
    }
    clients[id] = client
    if let old = connections.updateValue(http, forKey: id), old !== http { await old.shutdown() }
  }

  /// Whom to ask for a model, best first.
  package func candidates(model: String) -> [(client: ProviderClient, program: ServedProgram)] {
    table.candidates(model: model).compactMap { provider in
      guard let client = clients[provider.id], let program = provider.document.program(model) else { return nil }
      return (client, program)
    }
  }

  package func knows(model: String) -> Bool { table.knows(model: model) }

  package func begin(_ id: Digest) { table.begin(id) }
  package func end(_ id: Digest) { table.end(id) }
  package func succeeded(_ id: Digest) { say(table.succeeded(id)) }
  package func failed(_ id: Digest, reason: String) { say(table.failed(id, reason: reason)) }
  package func exclude(_ id: Digest, reason: String) { say(table.exclude(id, reason: reason)) }

  /// Asks every provider whether it is well, all at once.
  package func checkHealth() async {
    await withTaskGroup(of: (Digest, String?).self) { group in
      for (id, client) in clients {
        group.addTask {
          do { return (id, try await client.isHealthy() ? nil : "it does not feel well") } catch {
            return (id, "\(error)")
          }
        }
      }
      for await (id, failure) in group {
        if let failure { failed(id, reason: failure) } else { succeeded(id) }
      }
    }
  }

  package func shutdown() async {
    for connection in connections.values { await connection.shutdown() }
    connections = [:]
    clients = [:]
  }

  private func say(_ event: RoutingTable.Event?) {
    guard let event else { return }
    logger.notice("\(event)")
    report(.notice(event.description))
  }
}
