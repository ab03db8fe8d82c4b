import Glibc
import Logging

/// What a supervisor did; each is one line for the operator.
package enum SupervisorEvent: Equatable, Sendable, CustomStringConvertible {
  case started(attempt: Int, engine: pid_t, address: ABCIAddress)
  /// The engine ended by itself.
  case engineEnded(ProcessEnd)
  /// The application failed, or a connection sent what is no ABCI.
  case applicationFailed(ABCIFault)
  /// Neither runs: one of them could not be started.
  case unstartable(String)
  case restarting(after: Duration)
  case stopped

  package var description: String {
    switch self {
    case .started(let attempt, let engine, let address):
      "start \(attempt): the ledger listens at \(address), the engine is process \(engine)"
    case .engineEnded(let end): "the engine ended (\(end)); the ledger is stopped with it"
    case .applicationFailed(let fault): "the ledger failed: \(fault); the engine is stopped with it"
    case .unstartable(let reason): reason
    case .restarting(let pause): "both start again in \(pause)"
    case .stopped: "engine and ledger have stopped"
    }
  }
}

/// Keeps the consensus engine and the ledger running together. An engine whose connection breaks ends, and a ledger
/// without engine is of no use, so when either ends both are stopped and started anew; the engine then replays what the
/// ledger has not committed.
package struct EngineSupervisor: Sendable {
  /// What runs, where its words go, and how patient the supervisor is.
  package struct Configuration: Sendable {
    /// The engine's program and arguments, as `cometbft start --home DIR`.
    package var engine: [String]
    /// Where the engine's output is appended; `nil` leaves it to the terminal.
    package var engineLog: String?
    package var server: ABCIServer.Configuration
    package var backoff = RestartBackoff()
    /// How long an engine that is asked to end may take.
    package var grace: Duration = .seconds(15)

    package init(engine: [String], engineLog: String? = nil, server: ABCIServer.Configuration) {
      self.engine = engine
      self.engineLog = engineLog
      self.server = server
    }
  }

  /// One life of the application: what answers the engine, and what closes it.
  package struct Application: Sendable {
    package let application: any ABCIApplication
    package let close: @Sendable () -> Void

    package init(_ application: any ABCIApplication, close: @escaping @Sendable () -> Void = {}) {
      self.application = application
      self.close = close
    }
  }

  private let configuration: Configuration
  private let makeApplication: @Sendable () throws -> Application
  private let report: @Sendable (SupervisorEvent) -> Void
  private let logger: Logger

  /// - Parameters:
  ///   - makeApplication: opens the ledger anew for every start, from what is durable.
  ///   - report: gets every event in order.
  package init(
    _ configuration: Configuration, logger: Logger, report: @escaping @Sendable (SupervisorEvent) -> Void,
    makeApplication: @escaping @Sendable () throws -> Application
  ) {
    self.configuration = configuration
    self.logger = logger
    self.report = report
    self.makeApplication = makeApplication
  }

  /// Runs until the task is cancelled; both have ended then.
  package func run() async {
    let clock = ContinuousClock()
    var backoff = configuration.backoff
    var attempt = 0
    while !Task.isCancelled {
      attempt += 1
      let start = clock.now
      await runOnce(attempt)
      guard !Task.isCancelled else { break }
      let pause = backoff.pause(afterRunOf: clock.now - start)
      report(.restarting(after: pause))
      try? await Task.sleep(for: pause)
    }
    report(.stopped)
  }

  /// One life of both.
  private func runOnce(_ attempt: Int) async {
    let application: Application
    let server: ABCIServer
    do {
      application = try makeApplication()
    } catch {
      return report(.unstartable("\(error)"))
    }
    defer { application.close() }
    do {
      server = try await ABCIServer.start(application.application, configuration.server, logger: logger)
    } catch {
      return report(.unstartable("\(error)"))
    }
    do throws(ProcessError) {
      let engine = try EngineProcess(configuration.engine, logPath: configuration.engineLog)
      report(.started(attempt: attempt, engine: engine.processID, address: server.address))
      await untilOneEnds(engine, server)
    } catch {
      report(.unstartable("\(error)"))
      await server.stop()
    }
  }

  /// Returns when the engine has ended, whoever ended first.
  private func untilOneEnds(_ engine: EngineProcess, _ server: ABCIServer) async {
    await withTaskCancellationHandler {
      await withTaskGroup(of: SupervisorEvent?.self) { group in
        group.addTask { .engineEnded(await engine.end()) }
        group.addTask { await server.fault().map { .applicationFailed($0) } }
        if let event = await group.next() ?? nil, !Task.isCancelled { report(event) }
        await engine.terminate(grace: configuration.grace)
        await server.stop()
        await group.waitForAll()
      }
    } onCancel: {
      Task { await engine.terminate(grace: configuration.grace) }
    }
  }
}
