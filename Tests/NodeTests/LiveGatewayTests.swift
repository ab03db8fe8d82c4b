import Dialects
import Hashing
import Node
import Receipts
import StrictJSON
import Testing

/// Whole networks in one process: a gateway over plain HTTP, providers over TLS, an auditor.
@Suite struct LiveGatewayTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func post(_ gateway: String, _ body: [UInt8]) async throws -> PeerHTTP.Answer {
    try await PeerHTTP.plain.send(
      .post, "\(gateway)/v1/chat/completions", body: body, type: "application/json", timeout: .seconds(20))
  }

  private func status(_ gateway: String) async throws -> JSON {
    try JSON.parse(
      try await PeerHTTP.plain.send(.get, "\(gateway)/razao/v1/status", timeout: .seconds(5)).body)
  }

  private func upCount(_ gateway: String) async throws -> Int {
    try await status(gateway)["providers"]?.array?.count { $0["up"]?.bool == true } ?? 0
  }

  private func events(_ answer: PeerHTTP.Answer) throws -> [AnswerEvent] {
    var parser = EventStreamParser()
    return try parser.receive(answer.body).map { try AnswerEvent($0) }
  }

  private func text(_ events: [AnswerEvent]) -> String {
    events.map { if case .part(let part) = $0 { part.text } else { "" } }.joined()
  }

  @Test func aPlainClientGetsAnAnswerWithAReceiptThatStays() async throws {
    var bundle: [UInt8] = []
    var id = ""
    try await withServices { start in
      let (gate, ready) = (ReadyPoint(), ReadyPoint())
      _ = start(Peers.gateway(folder.path + "/g", ready: gate))
      let gateway = try await gate.endpoint()
      _ = start(Peers.provider(folder.path + "/p", gateway: gateway, ready: ready))
      try await eventually("the provider is registered") { try await upCount(gateway) == 1 }
      let answer = try await post(gateway, Peers.chat(extra: #","max_tokens":4"#))
      #expect(answer.status == 200)
      guard case .part(let part) = try AnswerEvent(body: answer.body) else { return }
      #expect(part.text == "w0 w1 w2 w3 ")
      id = try #require(part.razao?["request_id"]?.string)
      bundle = try #require(part.razao?["bundle"]?.string.flatMap { [UInt8](base64: $0) })
      #expect(VerificationReport(bundle: bundle).isVerified)
    }
    try await withServices { start in
      let gate = ReadyPoint()
      _ = start(Peers.gateway(folder.path + "/g", ready: gate))
      let gateway = try await gate.endpoint()
      let kept = try await PeerHTTP.plain.send(.get, "\(gateway)/v1/receipts/\(id)", timeout: .seconds(5))
      #expect(kept.body == bundle)
      let view = try await PeerHTTP.plain.send(
        .get, "\(gateway)/v1/receipts/\(id)", headers: [("accept", "application/json")], timeout: .seconds(5))
      #expect(try JSON.parse(view.body).object != nil)
    }
  }

  @Test func aStreamPassesThroughWithItsReceipt() async throws {
    try await withServices { start in
      let (gate, ready) = (ReadyPoint(), ReadyPoint())
      _ = start(Peers.gateway(folder.path + "/g", ready: gate))
      let gateway = try await gate.endpoint()
      _ = start(Peers.provider(folder.path + "/p", gateway: gateway, ready: ready))
      try await eventually("the provider is registered") { try await upCount(gateway) == 1 }
      let body = Peers.chat(extra: #","stream_options":{"include_usage":true}"#, isStreamed: true)
      let events = try events(try await post(gateway, body))
      #expect(text(events) == (0..<20).map { "w\($0) " }.joined())
      #expect(events.last == .done)
      guard case .part(let last)? = events.dropLast().last else { return }
      #expect(last.usage == TokenUsage(promptTokens: 3, completionTokens: 20))
      let bundle = try #require(last.razao?["bundle"]?.string.flatMap { [UInt8](base64: $0) })
      #expect(VerificationReport(bundle: bundle).isVerified)
    }
  }

  @Test func anotherProviderAnswersWhenTheFirstFailsAtOnce() async throws {
    try await withServices { start in
      let (gate, bad, good) = (ReadyPoint(), ReadyPoint(), ReadyPoint())
      _ = start(Peers.gateway(folder.path + "/g", ready: gate))
      let gateway = try await gate.endpoint()
      let cheap = Prices(prompt: 1, answer: 1)
      let broken = FakeEngine(failsAtOnce: true)
      _ = start(Peers.provider(folder.path + "/1", engine: broken, prices: cheap, gateway: gateway, ready: bad))
      _ = start(Peers.provider(folder.path + "/2", gateway: gateway, ready: good))
      try await eventually("both are registered") { try await upCount(gateway) == 2 }
      for isStreamed in [false, true] {
        let answer = try await post(gateway, Peers.chat(isStreamed: isStreamed))
        #expect(answer.status == 200)
        let found = isStreamed ? text(try events(answer)) : text([try AnswerEvent(body: answer.body)])
        #expect(found.hasPrefix("w0 w1 "))
      }
    }
  }

  @Test func anAnswerThatBreaksOffIsNeverContinuedByAnother() async throws {
    try await withServices { start in
      let (gate, first, second) = (ReadyPoint(), ReadyPoint(), ReadyPoint())
      _ = start(Peers.gateway(folder.path + "/g", ready: gate))
      let gateway = try await gate.endpoint()
      let slow = FakeEngine(tokenCount: 400, delay: .milliseconds(10))
      let cheap = Prices(prompt: 1, answer: 1)
      let dying = start(Peers.provider(folder.path + "/1", engine: slow, prices: cheap, gateway: gateway, ready: first))
      _ = start(Peers.provider(folder.path + "/2", gateway: gateway, ready: second))
      try await eventually("both are registered") { try await upCount(gateway) == 2 }
      async let answer = post(gateway, Peers.chat(isStreamed: true))
      try await eventually("the answer is under way") { slow.counters.began == 1 }
      try await Task.sleep(for: .milliseconds(500))
      dying.cancel()
      let events = try events(try await answer)
      guard case .failure(let error)? = events.last else {
        Issue.record("no error at the end: \(String(describing: events.last))")
        return
      }
      #expect(error.code == .providerFailed)
      #expect(!text(events).isEmpty)
      try await eventually("the dead one is noticed") { gate.notices.contains { $0.contains("is down") } }
      #expect(try await post(gateway, Peers.chat()).status == 200)
    }
  }

  @Test func aCheaterIsReportedAndGetsNoMoreWork() async throws {
    let auditor = try IdentityFile.loadOrMake(home: folder.path + "/a")
    let honest = Array("w0 w1 w2 w3 ".utf8)
    let rerun: Rerun = { bundles in
      bundles.map { bytes in
        guard let bundle = try? Bundle(decoding: bytes) else { return .cannotTell(reason: "unreadable") }
        return bundle.text.elementsEqual(honest) ? .agrees : .refuted(reason: "token 2 is another")
      }
    }
    try await withServices { start in
      let (gate, bad, good, audit) = (ReadyPoint(), ReadyPoint(), ReadyPoint(), ReadyPoint())
      _ = start(Peers.gateway(folder.path + "/g", auditors: [auditor.publicKey], ready: gate))
      let gateway = try await gate.endpoint()
      let cheap = Prices(prompt: 1, answer: 1)
      let cheater = FakeEngine(lieAt: 2)
      _ = start(Peers.provider(folder.path + "/1", engine: cheater, prices: cheap, gateway: gateway, ready: bad))
      _ = start(Peers.provider(folder.path + "/2", gateway: gateway, ready: good))
      _ = start(Peers.auditor(folder.path + "/a", gateway: gateway, ready: audit, rerun: rerun))
      try await eventually("both are registered") { try await upCount(gateway) == 2 }
      let first = try AnswerEvent(body: try await post(gateway, Peers.chat(extra: #","max_tokens":4"#)).body)
      #expect(text([first]) == "w0 w1 w102 w3 ")
      try await eventually("the report is taken") {
        try await status(gateway)["reports"]?.array?.count == 1
      }
      for _ in 0..<3 {
        let answer = try AnswerEvent(body: try await post(gateway, Peers.chat(extra: #","max_tokens":4"#)).body)
        #expect(text([answer]) == "w0 w1 w2 w3 ")
      }
      #expect(audit.notices.contains { $0.contains("is refuted") })
    }
  }

  @Test func aRequestThatIsWrongIsTheClientsToCorrect() async throws {
    try await withServices { start in
      let (gate, first, second) = (ReadyPoint(), ReadyPoint(), ReadyPoint())
      _ = start(Peers.gateway(folder.path + "/g", ready: gate))
      let gateway = try await gate.endpoint()
      _ = start(Peers.provider(folder.path + "/1", gateway: gateway, ready: first))
      _ = start(Peers.provider(folder.path + "/2", gateway: gateway, ready: second))
      try await eventually("both are registered") { try await upCount(gateway) == 2 }
      let answer = try await post(gateway, Peers.chat(extra: #","temperature":9e9"#))
      #expect(answer.status == 400)
      #expect(answer.refusal.parameter == "temperature")
      #expect(try await upCount(gateway) == 2)
    }
  }

  @Test func aFullStoreCostsNoAnswer() async throws {
    try await withServices { start in
      let (gate, ready) = (ReadyPoint(), ReadyPoint())
      _ = start(Peers.gateway(folder.path + "/g", storeLimit: 50_000, ready: gate))
      let gateway = try await gate.endpoint()
      _ = start(Peers.provider(folder.path + "/p", gateway: gateway, ready: ready))
      try await eventually("the provider is registered") { try await upCount(gateway) == 1 }
      let long = String(repeating: "x", count: 60_000)
      let answer = try await post(gateway, Peers.chat(long))
      #expect(answer.status == 200)
      guard case .part(let part) = try AnswerEvent(body: answer.body) else { return }
      #expect(part.razao?["bundle"] != nil)
      let failure = try await status(gateway)["store"]?["failure"]?.string
      #expect(failure?.contains("no space") == true)
    }
  }
}
