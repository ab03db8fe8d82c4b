import Hashing
import Logging
import Receipts

/// The gateway's providers: the routing table, and a pinned connection to each.
package actor GatewayRegistry {
  package nonisolated let network: Digest
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

  /// The names on offer; see `RoutingTable.models`.
  package var models: [(name: String, program: ServedProgram)] { table.models }

  /// Takes a provider in. What is posted only says where to look: programs and prices are unsigned, so they are taken
  /// from the provider itself, over a connection that its certificate vouches for.
  /// - Throws: `IdentityError`, `PeerError`, `RoutingError`.
  package func register(_ posted: IdentityDocument, endpoint: String) async throws {
    try posted.verify(network: network)
    let id = posted.id
    let known = table[id]
    if let known, known.isUp, known.document == posted, known.endpoint == endpoint { return }
    if let known, known.isUp, known.endpoint != endpoint, (try? await clients[id]?.isHealthy()) == true {
      throw RoutingError.elsewhere
    }
    let kept = table[id]?.document.certificate == posted.certificate ? connections[id] : nil
    let http = if let kept { kept } else { try PeerHTTP(pinning: posted.certificate) }
    do {
      let current = try await ProviderClient(document: posted, endpoint: endpoint, http: http, clock: clock)
        .currentDocument()
      try check(current, posted: posted, endpoint: endpoint)
      guard table[id]?.endpoint == known?.endpoint else { throw RoutingError.overtaken }
      say(try table.register(current, endpoint: endpoint))
      clients[id] = ProviderClient(document: current, endpoint: endpoint, http: http, clock: clock)
    } catch {
      if kept == nil { await http.shutdown() }
      throw error
    }
    let old = connections.updateValue(http, forKey: id)
    if let old, old !== http { await old.shutdown() }
    await forgetDropped()
  }

  private func check(_ current: IdentityDocument, posted: IdentityDocument, endpoint: String) throws {
    guard current.key == posted.key, current.certificate == posted.certificate else {
      throw PeerError.unverified("another provider answers at \(endpoint)")
    }
    try current.verify(network: network, expectedKey: posted.key)
  }

  /// Closes the connections to providers that the table has forgotten.
  private func forgetDropped() async {
    for id in clients.keys where table[id] == nil {
      clients[id] = nil
      await connections.removeValue(forKey: id)?.shutdown()
    }
  }

  /// Whom to ask for a model, best first.
  package func candidates(model: String) -> [(client: ProviderClient, program: ServedProgram)] {
    guard let root = table.root(ofModel: model) else { return [] }
    return table.candidates(model: model).compactMap { provider in
      guard let client = clients[provider.id],
        let program = provider.document.programs.first(where: { $0.root == root })
      else { return nil }
      return (client, program)
    }
  }

  /// Where a provider is and the pinned connection to it; `nil` when it is unknown or excluded.
  package func connection(to id: Digest) -> (endpoint: String, http: PeerHTTP)? {
    guard let provider = table[id], provider.exclusion == nil, let http = connections[id] else { return nil }
    return (provider.endpoint, http)
  }

  package func knows(model: String) -> Bool { table.knows(model: model) }

  package func begin(_ id: Digest) { table.begin(id) }
  package func end(_ id: Digest) { table.end(id) }
  package func succeeded(_ id: Digest) { say(table.succeeded(id)) }
  package func failed(_ id: Digest, reason: String) { say(table.failed(id, reason: reason)) }
  package func answered(_ id: Digest) { say(table.answered(id)) }
  package func broke(_ id: Digest, reason: String) { say(table.broke(id, reason: reason)) }
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
