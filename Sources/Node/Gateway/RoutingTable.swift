import Hashing

/// The gateway's picture of the providers: who serves what, who is up, who is busy, who was reported.
///
/// A pure value; the gateway feeds it what happened and asks whom to try next.
package struct RoutingTable: Sendable {
  /// One provider as the gateway sees it.
  package struct Provider: Equatable, Sendable {
    package var document: IdentityDocument
    /// Base of its addresses, `https://host:port`.
    package var endpoint: String
    /// Answers under way through this gateway.
    package fileprivate(set) var runningCount = 0
    /// Answers begun through this gateway so far.
    package fileprivate(set) var servedCount = 0
    /// Health checks and calls that failed in a row.
    package fileprivate(set) var failureCount = 0
    /// Why nothing is routed to it any more, if so.
    package fileprivate(set) var exclusion: String?

    package var id: Digest { document.id }
    package var isUp: Bool { failureCount < RoutingTable.failureLimit }
    package var isRoutable: Bool { isUp && exclusion == nil }
  }

  /// Something that a person watching the gateway wants to know.
  package enum Event: Equatable, Sendable {
    case joined(Digest, endpoint: String)
    case moved(Digest, endpoint: String)
    case wentDown(Digest, reason: String)
    case cameBack(Digest)
    case excluded(Digest, reason: String)
  }

  /// Failures in a row that make a provider count as down.
  package static let failureLimit = 3

  private var providers: [Digest: Provider] = [:]
  private var exclusions: [Digest: String] = [:]
  /// Which program a name stands for: fixed by the operator, or by the first provider that served the name. A later one
  /// with another program under the same name is not routed to by that name, or a cheap program could stand in.
  private var roots: [(name: [UInt8], root: Digest)]
  private let capacity: Int

  /// - Parameter models: names whose programs are fixed from the start.
  package init(capacity: Int = 1_024, models: [(name: String, root: Digest)] = []) {
    self.capacity = capacity
    roots = models.map { (name: Array($0.name.utf8), root: $0.root) }
  }

  /// The program that a model stands for: a root in hexadecimal stands for itself, a name for what it was fixed to.
  package func root(ofModel model: String) -> Digest? {
    Digest(hex: model) ?? roots.first { $0.name.elementsEqual(model.utf8) }?.root
  }

  /// All providers, by id.
  package var all: [Provider] { providers.values.sorted { $0.id < $1.id } }

  package subscript(id: Digest) -> Provider? { providers[id] }

  /// Adds a provider whose document was verified, or takes its new document and endpoint.
  /// - Throws: `RoutingError.full` when there is no room for another.
  package mutating func register(_ document: IdentityDocument, endpoint: String) throws(RoutingError) -> Event? {
    let id = document.id
    if providers[id] != nil || providers.count < capacity { fixNames(document) }
    if var known = providers[id] {
      let hasMoved = known.endpoint != endpoint
      let wasUp = known.isUp
      known.document = document
      known.endpoint = endpoint
      known.failureCount = 0
      providers[id] = known
      if hasMoved { return .moved(id, endpoint: endpoint) }
      return wasUp ? nil : .cameBack(id)
    }
    guard providers.count < capacity else { throw .full }
    providers[id] = Provider(document: document, endpoint: endpoint)
    providers[id]?.exclusion = exclusions[id]
    return .joined(id, endpoint: endpoint)
  }

  /// The providers to try for a model, named by name or by root in hexadecimal, best first: cheapest, then least busy,
  /// then fewest answers so far, then lowest id.
  package func candidates(model: String) -> [Provider] {
    providers.values
      .compactMap { provider in program(model, of: provider).map { (provider, $0) } }
      .filter { $0.0.isRoutable }
      .sorted { Self.rank($0) < Self.rank($1) || (Self.rank($0) == Self.rank($1) && $0.0.id < $1.0.id) }
      .map(\.0)
  }

  /// What a provider serves under a model's name or root.
  private func program(_ model: String, of provider: Provider) -> ServedProgram? {
    guard let root = root(ofModel: model) else { return nil }
    return provider.document.programs.first { $0.root == root }
  }

  private mutating func fixNames(_ document: IdentityDocument) {
    for program in document.programs where root(ofModel: program.name) == nil {
      roots.append((name: Array(program.name.utf8), root: program.root))
    }
  }

  private static func rank(_ entry: (Provider, ServedProgram)) -> (UInt64, Int, Int) {
    let price = entry.1.price.prompt.addingSaturating(entry.1.price.answer)
    return (price, entry.0.runningCount, entry.0.servedCount)
  }

  /// True when some provider, up or not, serves the model: what tells 404 from 503.
  package func knows(model: String) -> Bool { providers.values.contains { program(model, of: $0) != nil } }

  /// An answer is asked of a provider.
  package mutating func begin(_ id: Digest) {
    providers[id]?.runningCount += 1
    providers[id]?.servedCount += 1
  }

  /// The answer ended, however.
  package mutating func end(_ id: Digest) {
    guard let count = providers[id]?.runningCount, count > 0 else { return }
    providers[id]?.runningCount = count - 1
  }

  /// A health check or a call worked.
  package mutating func succeeded(_ id: Digest) -> Event? {
    guard let provider = providers[id] else { return nil }
    providers[id]?.failureCount = 0
    return provider.isUp ? nil : .cameBack(id)
  }

  /// A health check or a call failed.
  package mutating func failed(_ id: Digest, reason: String) -> Event? {
    guard let provider = providers[id] else { return nil }
    providers[id]?.failureCount = min(provider.failureCount + 1, Self.failureLimit)
    return provider.failureCount + 1 == Self.failureLimit ? .wentDown(id, reason: reason) : nil
  }

  /// Routes nothing to a provider any more, whether it is known yet or registers later.
  package mutating func exclude(_ id: Digest, reason: String) -> Event? {
    guard exclusions[id] == nil else { return nil }
    exclusions[id] = reason
    providers[id]?.exclusion = reason
    return .excluded(id, reason: reason)
  }
}

/// Why a provider cannot be taken into the table.
package enum RoutingError: Error, Equatable, Sendable, CustomStringConvertible {
  case full

  package var description: String { "the gateway knows as many providers as it can hold" }
}

extension RoutingTable.Event: CustomStringConvertible {
  package var description: String {
    switch self {
    case .joined(let id, let endpoint): "provider \(id.short) joined at \(endpoint)"
    case .moved(let id, let endpoint): "provider \(id.short) is now at \(endpoint)"
    case .wentDown(let id, let reason): "provider \(id.short) is down: \(reason)"
    case .cameBack(let id): "provider \(id.short) is back"
    case .excluded(let id, let reason): "provider \(id.short) gets no more work: \(reason)"
    }
  }
}
