import Glibc
import Hashing
import Logging
import ServiceLifecycle
import Wallet

/// Starts the processes of a network, says what becomes of them, and ends them all together.
package struct NetworkSupervisor: Sendable {
  private let configuration: NetworkConfiguration
  private let logger: Logger
  private let say: @Sendable (String) -> Void

  /// - Parameter say: takes each line for the person at the terminal.
  package init(
    _ configuration: NetworkConfiguration, logger: Logger = Logger(label: "razao.up"),
    say: @escaping @Sendable (String) -> Void
  ) {
    self.configuration = configuration
    self.logger = logger
    self.say = { say($0.withoutControls) }
  }

  /// Runs the network until SIGINT or SIGTERM, or until it cannot go on. All children have ended when this returns.
  /// - Throws: `NetworkFailure` with an exit status, `HomeError`, `ChildError`.
  package func run(handlesSignals: Bool = true) async throws {
    let auditor = try IdentityFile.loadOrMake(home: configuration.auditorHome)
    let members = configuration.members(auditorKey: auditor.publicKey.bytes.hex)
    for member in members { try PrivateFile.makeFolder(member.home) }
    if let port = configuration.ledgerPort {
      let genesis = try LocalGenesis.loadOrMake(configuration)
      try LedgerAddress.write(
        "http://127.0.0.1:\(port)", chainID: genesis.chainID,
        operatorKey: try IdentityFile.loadOrMake(home: configuration.ledgerHome).publicKey, home: configuration.home)
    }
    let service = NetworkService(executable: configuration.executable, members: members, say: say)
    try await ServiceRunner.run(
      [service], endsWithInput: false, handlesSignals: handlesSignals, gracePeriod: .seconds(12), logger: logger)
    if let failure = await service.network.failure { throw failure }
  }
}

/// Drives a `NetworkState`.
private struct NetworkService: Service {
  let members: [NetworkMember]
  let network: RunningNetwork

  init(executable: String, members: [NetworkMember], say: @escaping @Sendable (String) -> Void) {
    self.members = members
    network = RunningNetwork(executable: executable, members: members, say: say)
  }

  func run() async throws {
    await withGracefulShutdownHandler {
      await withTaskCancellationHandler {
        await network.run()
      } onCancel: {
        Task { await network.stop() }
      }
    } onGracefulShutdown: {
      Task { await network.stop() }
    }
  }
}

/// The children, alive.
private actor RunningNetwork {
  private let executable: String
  private let members: [NetworkMember]
  private let say: @Sendable (String) -> Void
  private var state: NetworkState
  private var children: [Int: ChildProcess] = [:]
  private let events: AsyncStream<(Int, NetworkState.Event)>
  private let source: AsyncStream<(Int, NetworkState.Event)>.Continuation
  private var isStopping = false
  private(set) var failure: NetworkFailure?

  init(executable: String, members: [NetworkMember], say: @escaping @Sendable (String) -> Void) {
    self.executable = executable
    self.members = members
    self.say = say
    state = NetworkState(members: members)
    (events, source) = AsyncStream.makeStream()
  }

  func run() async {
    start(0)
    for await (index, event) in events {
      if case .ended = event { children[index] = nil }
      for effect in state.receive(event, from: index) { perform(effect) }
      if isStopping, children.isEmpty { break }
    }
    say("the network has ended")
  }

  /// Asks every child to end, and kills those that have not after four seconds.
  func stop() {
    guard !isStopping else { return }
    isStopping = true
    state.stop()
    for child in children.values { child.signal(SIGTERM) }
    if children.isEmpty { source.finish() }
    Task {
      try? await Task.sleep(for: .seconds(4))
      killRest()
    }
  }

  private func killRest() {
    for child in children.values { child.signal(SIGKILL) }
  }

  private func perform(_ effect: NetworkState.Effect) {
    switch effect {
    case .say(let line): say(line)
    case .start(let indices): for index in indices { start(index) }
    case .stop(let reason):
      failure = reason
      stop()
    }
  }

  private func start(_ index: Int) {
    guard !isStopping else { return }
    let member = members[index]
    do {
      let child = try ChildProcess(
        executable: executable, arguments: member.arguments, logPath: "\(member.home)/log")
      children[index] = child
      let source = source
      Task {
        for await output in child.output {
          switch output {
          case .line(let line): if let event = ServiceEvent(line: line) { source.yield((index, .service(event))) }
          case .ended(let end): source.yield((index, .ended(end)))
          }
        }
      }
    } catch {
      failure = NetworkFailure(message: error.description, status: 71)
      say("\(member.name): \(error)")
      stop()
    }
  }
}
