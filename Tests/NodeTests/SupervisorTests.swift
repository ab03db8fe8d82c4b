import Foundation
import Synchronization
import Testing

@testable import Node

@Suite struct TerminalTextTests {
  @Test func whatSteersATerminalIsTakenOut() {
    #expect("a\u{1B}[2J\r\nb\u{9B}1m\u{202E}c\u{7F}".withoutControls == "a[2Jb1mc")
    #expect("ação 猫".withoutControls.utf8.elementsEqual("ação 猫".utf8))
  }
}

@Suite struct NetworkStateTests {
  let members = NetworkConfiguration(
    executable: "razao", home: "/h", programs: ["p"], providerCount: 2
  ).members(auditorKey: "aa")

  private func lines(_ effects: [NetworkState.Effect]) -> [String] {
    effects.compactMap { if case .say(let line) = $0 { line } else { nil } }
  }

  private func upAndRunning() -> NetworkState {
    var state = NetworkState(members: members)
    for index in members.indices { _ = state.receive(.service(.ready(endpoint: "x")), from: index) }
    return state
  }

  @Test func theRestStartsWhenTheGatewayIsReady() {
    var state = NetworkState(members: members)
    #expect(
      state.receive(.service(.ready(endpoint: "http://g")), from: 0)
        == [.say("gateway: ready at http://g"), .start(1..<4)])
    _ = state.receive(.service(.ready(endpoint: "https://1")), from: 1)
    _ = state.receive(.service(.ready(endpoint: "https://2")), from: 2)
    let last = state.receive(.service(.ready(endpoint: "http://g")), from: 3)
    #expect(lines(last).last == "the network is up; Ctrl-C ends it")
  }

  @Test func theGatewayStartsWhenTheLedgerIsReadyAndTheLedgersEndIsTheNetworks() {
    let members = NetworkConfiguration(
      executable: "razao", home: "/h", programs: ["p"], providerCount: 2, ledgerPort: 8_090
    ).members(auditorKey: "aa")
    #expect(members.map(\.role) == [.ledger, .gateway, .provider, .provider, .auditor])
    #expect(members.dropFirst().allSatisfy { $0.arguments.contains("http://127.0.0.1:8090") })
    var state = NetworkState(members: members)
    #expect(state.receive(.service(.ready(endpoint: "http://l")), from: 0).last == .start(1..<2))
    #expect(state.receive(.service(.ready(endpoint: "http://g")), from: 1).last == .start(2..<5))
    let end = state.receive(.ended(.killed(signal: 9)), from: 0)
    #expect(end.contains { if case .stop = $0 { true } else { false } })
  }

  @Test func progressIsSaidOncePerChange() {
    var state = NetworkState(members: members)
    let half = NetworkState.Event.service(.loading(what: "checking p", done: 1, total: 2))
    #expect(state.receive(half, from: 1) == [.say("provider 1: checking p 50 %")])
    #expect(state.receive(half, from: 1).isEmpty)
  }

  @Test func aDeadProviderIsSaidAndTheRestGoesOn() {
    var state = upAndRunning()
    let effects = state.receive(.ended(.killed(signal: 9)), from: 1)
    #expect(effects == [.say("provider 1: ended, killed by signal 9; see /h/providers/1/log")])
  }

  @Test func theLastProviderEndsTheNetwork() {
    var state = upAndRunning()
    _ = state.receive(.ended(.killed(signal: 9)), from: 1)
    let effects = state.receive(.ended(.exited(70)), from: 2)
    #expect(effects.contains { if case .stop = $0 { true } else { false } })
  }

  @Test func aGatewayThatFailsEndsTheNetworkWithItsReason() {
    var state = NetworkState(members: members)
    let effects = state.receive(.service(.failed(message: "port 8080 is taken", status: 69)), from: 0)
    #expect(effects.last == .stop(NetworkFailure(message: "gateway: port 8080 is taken", status: 69)))
    #expect(state.receive(.ended(.exited(69)), from: 0).isEmpty)
  }

  @Test func endsThatWereAskedForAreNoFailures() {
    var state = upAndRunning()
    state.stop()
    for index in members.indices { #expect(state.receive(.ended(.exited(0)), from: index).isEmpty) }
  }

  @Test func theCheaterIsOneMoreProvider() {
    let configuration = NetworkConfiguration(
      executable: "razao", home: "/h", port: 9, programs: ["p"],
      cheater: .init(program: "bad", claimedRoot: "abcd"))
    let members = configuration.members(auditorKey: "aa")
    #expect(
      members.map(\.name) == [
        "gateway", "provider 1", "provider 2", "provider 3", "provider 4 (cheats)", "auditor",
      ])
    #expect(members[4].arguments.suffix(4) == ["--program", "bad", "--claim-root", "abcd"])
    #expect(members[1].arguments.contains("http://127.0.0.1:9"))
    #expect(Set(members.map(\.home)).count == members.count)
  }
}

@Suite struct ChildProcessTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func run(_ script: String) throws -> ChildProcess {
    try ChildProcess(executable: "/bin/sh", arguments: ["-c", script], logPath: folder.path + "/log")
  }

  private func outputs(_ child: ChildProcess) async -> [ChildProcess.Output] {
    var outputs: [ChildProcess.Output] = []
    for await output in child.output { outputs.append(output) }
    return outputs
  }

  @Test func linesThenTheEnd() async throws {
    let child = try run("echo one; echo two; echo oops >&2; exit 3")
    #expect(await outputs(child) == [.line(Array("one".utf8)), .line(Array("two".utf8)), .ended(.exited(3))])
    #expect(try String(contentsOfFile: folder.path + "/log", encoding: .utf8) == "oops\n")
  }

  @Test func aKilledChildIsToldFromOneThatExits() async throws {
    let child = try run("sleep 60")
    child.signal(SIGKILL)
    #expect(await outputs(child) == [.ended(.killed(signal: SIGKILL))])
  }

  @Test func theChildsInputEndsWithItsOwner() async throws {
    var child: ChildProcess? = try run("cat; echo gone")
    let output = try #require(child?.output)
    child = nil
    var lines: [ChildProcess.Output] = []
    for await line in output { lines.append(line) }
    #expect(lines == [.line(Array("gone".utf8)), .ended(.exited(0))])
  }

  @Test func aMissingProgramIsOneLine() {
    #expect(throws: ChildError.self) {
      try ChildProcess(executable: "/no/such/file", arguments: [], logPath: folder.path + "/log")
    }
  }
}

/// The supervisor over scripts that stand in for services.
@Suite struct NetworkSupervisorTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func supervisor(_ script: String) throws -> (NetworkSupervisor, Said) {
    let path = folder.path + "/razao"
    try "#!/bin/sh\n\(script)\n".write(toFile: path, atomically: true, encoding: .utf8)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
    let said = Said()
    let configuration = NetworkConfiguration(
      executable: path, home: folder.path + "/home", programs: ["p"], providerCount: 2)
    return (NetworkSupervisor(configuration, logger: Peers.quiet) { said.append($0) }, said)
  }

  @Test func everybodyComesUpAndEndsTogether() async throws {
    let (supervisor, said) = try supervisor(
      #"echo "{\"event\":\"ready\",\"endpoint\":\"$1\"}"; trap 'exit 0' TERM; while :; do sleep 0.05; done"#)
    let running = Task { try await supervisor.run(handlesSignals: false) }
    try await eventually("the network is up") { said.all.contains { $0.contains("network is up") } }
    #expect(said.all.contains("provider 2: ready at provider"))
    running.cancel()
    try await running.value
    #expect(said.all.last == "the network has ended")
  }

  @Test func aGatewayThatCannotStartIsTheErrorOfTheWhole() async throws {
    let (supervisor, _) = try supervisor(
      #"echo '{"event":"failed","message":"port 8080 is taken","status":69}'; exit 69"#)
    await #expect(throws: NetworkFailure(message: "gateway: port 8080 is taken", status: 69)) {
      try await supervisor.run(handlesSignals: false)
    }
  }

  @Test func aDeadProviderIsSaid() async throws {
    let (supervisor, said) = try supervisor(
      """
      echo '{"event":"ready","endpoint":"x"}'
      case "$*" in *providers/1*) kill -9 $$;; esac
      trap 'exit 0' TERM; while :; do sleep 0.05; done
      """)
    let running = Task { try await supervisor.run(handlesSignals: false) }
    try await eventually("the death is said") {
      said.all.contains { $0.contains("provider 1: ended, killed by signal 9") }
    }
    running.cancel()
    try await running.value
  }
}

/// Lines that a supervisor said.
final class Said: Sendable {
  private let lines = Mutex<[String]>([])

  var all: [String] { lines.withLock { $0 } }

  func append(_ line: String) { lines.withLock { $0.append(line) } }
}
