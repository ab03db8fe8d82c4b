import ABCI
import Foundation
import Glibc
import Logging
import Synchronization
import Testing

@testable import LedgerABCI

/// Engine and ledger live and die together. The engines are shell scripts.
@Suite(.serialized) struct SupervisorTests {
  /// What a supervisor reported, for tests that wait for it.
  private final class Report: Sendable {
    private let content = Mutex<[SupervisorEvent]>([])

    var events: [SupervisorEvent] { content.withLock { $0 } }

    func add(_ event: SupervisorEvent) { content.withLock { $0.append(event) } }

    /// Waits until the events meet a condition; half a minute at most.
    func wait(_ condition: ([SupervisorEvent]) -> Bool) async throws {
      for _ in 0..<3_000 {
        if condition(events) { return }
        try await Task.sleep(for: .milliseconds(10))
      }
      throw TestFailure("it did not come to that: \(events)")
    }
  }

  private func configuration(_ directory: TestDirectory, _ script: String) -> EngineSupervisor.Configuration {
    var configuration = EngineSupervisor.Configuration(
      engine: ["/bin/sh", "-c", script], engineLog: directory.path + "/engine.log",
      server: .init(address: Transport.unix.address(directory)))
    configuration.backoff = RestartBackoff(
      first: .milliseconds(10), longest: .milliseconds(40), healthy: .seconds(1_000))
    configuration.grace = .milliseconds(300)
    return configuration
  }

  /// Runs a supervisor until `body` returns.
  private func supervise(
    _ configuration: EngineSupervisor.Configuration, _ disk: TallyDisk = TallyDisk(),
    _ body: (Report) async throws -> Void
  ) async throws -> [SupervisorEvent] {
    let report = Report()
    let supervisor = EngineSupervisor(
      configuration, logger: .silent, report: { report.add($0) },
      makeApplication: { EngineSupervisor.Application(TallyApplication(disk)) })
    let task = Task { await supervisor.run() }
    do { try await body(report) } catch {
      task.cancel()
      await task.value
      throw error
    }
    task.cancel()
    await task.value
    return report.events
  }

  private func starts(_ events: [SupervisorEvent]) -> [(attempt: Int, engine: pid_t)] {
    events.compactMap {
      guard case .started(let attempt, let engine, _) = $0 else { return nil }
      return (attempt, engine)
    }
  }

  private func isAlive(_ process: pid_t) -> Bool { kill(process, 0) == 0 }

  @Test func anEngineThatEndsIsStartedAgainWithTheLedger() async throws {
    let directory = try TestDirectory()
    let events = try await supervise(configuration(directory, "echo here; exit 3")) { report in
      try await report.wait { self.starts($0).count >= 3 }
    }
    #expect(events.contains(.engineEnded(.exit(3))))
    #expect(starts(events).map(\.attempt).prefix(3) == [1, 2, 3])
    #expect(events.last == .stopped)
    let pauses = events.compactMap { if case .restarting(let pause) = $0 { pause } else { nil } }
    #expect(pauses.prefix(2) == [.milliseconds(10), .milliseconds(20)])
    let log = try String(contentsOfFile: directory.path + "/engine.log", encoding: .utf8)
    #expect(log.hasPrefix("here\nhere\n"))
  }

  @Test func aSignalIsNamed() async throws {
    let directory = try TestDirectory()
    let events = try await supervise(configuration(directory, "kill -9 $$")) { report in
      defer { withExtendedLifetime(directory) {} }
      try await report.wait { $0.contains(.engineEnded(.signal(9))) }
    }
    #expect(events.map(\.description).contains("the engine ended (signal 9); the ledger is stopped with it"))
  }

  @Test func aFaultOfTheLedgerEndsTheEngine() async throws {
    let directory = try TestDirectory()
    var first: pid_t = 0
    let events = try await supervise(configuration(directory, "sleep 1000")) { report in
      try await report.wait { !self.starts($0).isEmpty }
      first = starts(report.events)[0].engine
      #expect(isAlive(first))
      let client = try SocketClient(.unix(path: directory.path + "/abci.sock"))
      #expect(try client.call(.commit) == .exception(ExceptionResponse { $0.error = "nothing to commit" }))
      try await report.wait { self.starts($0).count == 2 }
      #expect(!isAlive(first))
    }
    #expect(events.contains(.applicationFailed(ABCIFault("nothing to commit"))))
    #expect(starts(events).allSatisfy { !isAlive($0.engine) })
  }

  @Test func theLedgerAnswersAfterARestartFromWhatIsDurable() async throws {
    let directory = try TestDirectory()
    let disk = TallyDisk()
    _ = try await supervise(configuration(directory, "sleep 1000"), disk) { report in
      try await report.wait { self.starts($0).count == 1 }
      let address = ABCIAddress.unix(path: directory.path + "/abci.sock")
      var engine = try ScriptedEngine(address, disk: EngineDisk(), genesis: InitChainRequest())
      try engine.decide([[5]])
      try engine.decide([[7]], crash: .afterFinalize)
      kill(starts(report.events)[0].engine, SIGKILL)
      try await report.wait { self.starts($0).count == 2 }
      engine = try ScriptedEngine(address, disk: engine.disk, genesis: InitChainRequest())
      #expect(engine.calls == [.info, .finalizeBlock, .commit])
    }
    #expect(disk.committed == TallyDisk.Committed(height: 2, tally: 12))
  }

  @Test func anEngineThatDoesNotListenIsKilled() async throws {
    let script = "trap '' TERM INT; while true; do sleep 0.05; done"
    let directory = try TestDirectory()
    let events = try await supervise(configuration(directory, script)) { report in
      defer { withExtendedLifetime(directory) {} }
      try await report.wait { !self.starts($0).isEmpty }
    }
    #expect(starts(events).allSatisfy { !isAlive($0.engine) })
    #expect(events.last == .stopped)
  }

  @Test func anEngineInheritsNoSocket() async throws {
    let directory = try TestDirectory()
    _ = try await supervise(configuration(directory, "ls -l /proc/$$/fd; sleep 1000")) { report in
      try await report.wait { !self.starts($0).isEmpty }
      let path = directory.path + "/engine.log"
      for _ in 0..<500 where try !String(contentsOfFile: path, encoding: .utf8).contains("engine.log") {
        try await Task.sleep(for: .milliseconds(10))
      }
      let log = try String(contentsOfFile: path, encoding: .utf8)
      #expect(log.contains("engine.log") && !log.contains("socket:"))
    }
  }

  @Test func anEngineThatIsNotThereIsSaidToBe() async throws {
    let directory = try TestDirectory()
    var configuration = configuration(directory, "")
    defer { withExtendedLifetime(directory) {} }
    configuration.engine = ["razao-no-such-engine", "start"]
    let events = try await supervise(configuration) { report in
      try await report.wait { $0.count >= 3 }
    }
    #expect(
      events.first?.description == "`razao-no-such-engine` cannot be started: No such file or directory")
  }

  @Test func aLedgerThatCannotBeOpenedIsSaidToBe() async throws {
    let report = Report()
    let directory = try TestDirectory()
    defer { withExtendedLifetime(directory) {} }
    let supervisor = EngineSupervisor(
      configuration(directory, "sleep 1000"), logger: .silent, report: { report.add($0) },
      makeApplication: { throw ABCIFault("the ledger is damaged") })
    let task = Task { await supervisor.run() }
    try await report.wait { $0.count >= 2 }
    task.cancel()
    await task.value
    #expect(report.events.prefix(2) == [.unstartable("the ledger is damaged"), .restarting(after: .milliseconds(10))])
  }

  @Test func pausesDoubleUntilARunWasLong() {
    var backoff = RestartBackoff(first: .seconds(1), longest: .seconds(5), healthy: .seconds(60))
    let runs: [Duration] = [.zero, .seconds(1), .seconds(59), .zero, .zero, .seconds(60), .zero]
    #expect(runs.map { backoff.pause(afterRunOf: $0) } == [1, 2, 4, 5, 5, 1, 2].map { .seconds($0) })
  }
}
