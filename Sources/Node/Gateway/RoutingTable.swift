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
    /// Answers in a row that were asked for and not given; health checks forgive one only now and then.
    package fileprivate(set) var brokenCount = 0
    /// Good health checks since the last one that forgave an answer.
    fileprivate var goodCount = 0
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
  /// Good health checks that make up for one answer not given.
  package static let checksPerPardon = 60
  /// More answers not given than this count no further: an hour of good checks makes up for them.
  private static let brokenLimit = 60

  private var providers: [Digest: Provider] = [:]
  private var exclusions: [Digest: String] = [:]
  /// Which program a name stands for: fixed by the operator, or by the first provider that served the name. A later one
  /// with another program under the same name is not routed to by that name, or a cheap program could stand in.
  private var roots: [[UInt8]: Digest] = [:]
  /// The names of `roots`, the operator's first, then in the order they came.
  private var names: [String] = []
  private let capacity: Int
  private let nameLimit: Int

  /// - Parameters:
  ///   - capacity: providers known at once.
  ///   - nameLimit: names that providers may fix; a program beyond is found by its root alone.
  ///   - models: names whose programs are fixed from the start.
  package init(capacity: Int = 1_024, nameLimit: Int = 4_096, models: [(name: String, root: Digest)] = []) {
    self.capacity = capacity
    self.nameLimit = nameLimit + models.count
    for model in models { fix(model.name, to: model.root) }
  }

  /// The program that a model stands for: a root in hexadecimal stands for itself, a name for what it was fixed to.
  package func root(ofModel model: String) -> Digest? {
    Digest(hex: model) ?? roots[Array(model.utf8)]
  }

  /// All providers, by id.
  package var all: [Provider] { providers.values.sorted { $0.id < $1.id } }

  package subscript(id: Digest) -> Provider? { providers[id] }

  /// Adds a provider whose document was verified, or takes its new document and endpoint. A full table forgets one that
  /// gets no work and does none.
  /// - Throws: `RoutingError.full` when there is no room for another.
  package mutating func register(_ document: IdentityDocument, endpoint: String) throws(RoutingError) -> Event? {
    let id = document.id
    if providers[id] == nil { try makeRoom() }
    fixNames(document)
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
    providers[id] = Provider(document: document, endpoint: endpoint)
    providers[id]?.exclusion = exclusions[id]
    return .joined(id, endpoint: endpoint)
  }

  private mutating func makeRoom() throws(RoutingError) {
    guard providers.count >= capacity else { return }
    let idle = providers.values.filter { !$0.isRoutable && $0.runningCount == 0 }
    guard let id = idle.map(\.id).min() else { throw .full }
    providers[id] = nil
  }

  /// The providers to try for a model, named by name or by root in hexadecimal, best first: those that give their
  /// answers, then cheapest, then least busy, then fewest answers so far, then lowest id.
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
    for program in document.programs where names.count < nameLimit && root(ofModel: program.name) == nil {
      fix(program.name, to: program.root)
    }
  }

  private mutating func fix(_ name: String, to root: Digest) {
    if roots.updateValue(root, forKey: Array(name.utf8)) == nil { names.append(name) }
  }

  /// The names that some routable provider can be asked by, each with the program it stands for: the operator's first.
  /// - Complexity: O(names and programs).
  package var models: [(name: String, program: ServedProgram)] {
    var served: [Digest: ServedProgram] = [:]
    for provider in all where provider.isRoutable {
      for program in provider.document.programs where served[program.root] == nil { served[program.root] = program }
    }
    return names.compactMap { name in
      root(ofModel: name).flatMap { served[$0] }.map { (name: name, program: $0) }
    }
  }

  private static func rank(_ entry: (Provider, ServedProgram)) -> (Int, UInt64, Int, Int) {
    let price = entry.1.price.prompt.addingSaturating(entry.1.price.answer)
    return (entry.0.brokenCount, price, entry.0.runningCount, entry.0.servedCount)
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

  /// A health check worked; that alone does not make up for answers not given.
  package mutating func succeeded(_ id: Digest) -> Event? {
    guard var provider = providers[id] else { return nil }
    let wasUp = provider.isUp
    provider.failureCount = 0
    provider.goodCount += 1
    if provider.goodCount >= Self.checksPerPardon {
      provider.goodCount = 0
      provider.brokenCount = max(0, provider.brokenCount - 1)
    }
    providers[id] = provider
    return wasUp ? nil : .cameBack(id)
  }

  /// An answer came and verified.
  package mutating func answered(_ id: Digest) -> Event? {
    providers[id]?.brokenCount = 0
    return succeeded(id)
  }

  /// An answer was asked for and not given.
  package mutating func broke(_ id: Digest, reason: String) -> Event? {
    guard let provider = providers[id] else { return nil }
    providers[id]?.brokenCount = min(provider.brokenCount + 1, Self.brokenLimit)
    providers[id]?.goodCount = 0
    return failed(id, reason: reason)
  }

  /// A health check failed.
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
  /// The provider is well at another address: somebody else posted its document, or it moved and still answers there.
  case elsewhere
  /// Another registration of the same provider came in between.
  case overtaken

  package var description: String {
    switch self {
    case .full: "the gateway knows as many providers as it can hold"
    case .elsewhere: "the provider is known and well at another address; end it there first"
    case .overtaken: "another registration of this provider came in between; try again"
    }
  }
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
