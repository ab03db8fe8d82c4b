/// What the supervisor knows of its children and does about it: a pure value, events in, effects out.
package struct NetworkState: Sendable {
  /// Something that happened to the child at an index.
  package enum Event: Equatable, Sendable {
    case service(ServiceEvent)
    case ended(ChildEnd)
  }

  /// Something that the supervisor has to do.
  package enum Effect: Equatable, Sendable {
    /// Print this line.
    case say(String)
    /// Start these children.
    case start(Range<Int>)
    /// End all children, then end with this error.
    case stop(NetworkFailure)
  }

  private enum Phase: Equatable, Sendable {
    case starting, ready, ended
  }

  private let members: [NetworkMember]
  private var phases: [Phase]
  private var lastSaid: [String]
  private var isStopping = false
  private var hasSaidAllReady = false

  package init(members: [NetworkMember]) {
    self.members = members
    phases = members.map { _ in .starting }
    lastSaid = members.map { _ in "" }
  }

  /// The supervisor was asked to end; ends of children are no failures from now on.
  package mutating func stop() {
    isStopping = true
  }

  package mutating func receive(_ event: Event, from index: Int) -> [Effect] {
    switch event {
    case .service(let event): receive(event, from: index)
    case .ended(let end): receive(end, from: index)
    }
  }

  private mutating func receive(_ event: ServiceEvent, from index: Int) -> [Effect] {
    let member = members[index]
    var effects: [Effect] = []
    if lastSaid[index] != event.words {
      lastSaid[index] = event.words
      effects.append(.say("\(member.name): \(event.words)"))
    }
    switch event {
    case .ready where phases[index] == .starting:
      phases[index] = .ready
      if let next = rangeAfter(index) { effects.append(.start(next)) }
      if phases.allSatisfy({ $0 != .starting }), !hasSaidAllReady {
        hasSaidAllReady = true
        effects.append(.say("the network is up; Ctrl-C ends it"))
      }
    case .failed(let message, let status) where isEssential(member.role) && !isStopping:
      isStopping = true
      effects.append(.stop(NetworkFailure(message: "\(member.name): \(message)", status: status)))
    default: break
    }
    return effects
  }

  /// Without it there is no network.
  private func isEssential(_ role: NetworkMember.Role) -> Bool { role == .gateway || role == .ledger }

  /// Who starts when the child at an index is ready: the gateway after the ledger, all others after the gateway.
  private func rangeAfter(_ index: Int) -> Range<Int>? {
    switch members[index].role {
    case .ledger: index + 1..<min(index + 2, members.count)
    case .gateway: index + 1..<members.count
    default: nil
    }
  }

  private mutating func receive(_ end: ChildEnd, from index: Int) -> [Effect] {
    let wasStarting = phases[index] == .starting
    phases[index] = .ended
    if isStopping { return [] }
    let member = members[index]
    let line = "\(member.name): ended, \(end)\(wasStarting ? " before it was ready" : ""); see \(member.home)/log"
    let isLastProvider = zip(members, phases).allSatisfy { $0.role != .provider || $1 == .ended }
    if isEssential(member.role) || (member.role == .provider && isLastProvider) {
      isStopping = true
      return [.say(line), .stop(NetworkFailure(message: line, status: 70))]
    }
    return [.say(line)]
  }
}

/// Why the network ended.
package struct NetworkFailure: Error, Equatable, Sendable, CustomStringConvertible {
  package var message: String
  /// The exit status for the process.
  package var status: Int32

  package init(message: String, status: Int32) {
    self.message = message
    self.status = status
  }

  package var description: String { message }
}
