import Dialects
import Hashing
import Node
import Receipts
import Testing

/// A provider over TLS on the loopback, asked by the requester.
@Suite struct LiveProviderTests {
  let folder: TemporaryFolder
  let profile = RequesterProfile(payerKind: .direct, payer: .random())

  init() throws { folder = try TemporaryFolder() }

  private func client(_ endpoint: String) async throws -> (ProviderClient, PeerHTTP) {
    let document = try await ProviderClient.identity(at: endpoint, network: NetworkName.local)
    let http = try PeerHTTP(pinning: document.certificate)
    return (ProviderClient(document: document, endpoint: endpoint, http: http), http)
  }

  private func question(_ body: [UInt8]) throws -> Question {
    Question(
      form: .chat, body: body, programRoot: FakeEngine.root, explicitSeed: try RoutingFields(body: body).seed)
  }

  @Test func aWholeAnswerVerifies() async throws {
    try await withServices { start in
      let ready = ReadyPoint()
      _ = start(Peers.provider(folder.path, ready: ready))
      let (client, http) = try await client(try await ready.endpoint())
      let errand = Errand(try question(Peers.chat(extra: #","max_tokens":5"#)))
      let answer = try await client.ask(errand, profile: profile) { _ in }
      #expect(String(decoding: answer.text, as: UTF8.self) == "w0 w1 w2 w3 w4 ")
      #expect(answer.report.isVerified)
      #expect(answer.bundle.receipt.body.amountOwed == 3 + 2 * 5)
      #expect(try await client.bundle(errand.requestID) == answer.bytes)
      await http.shutdown()
    }
  }

  @Test func aStreamedAnswerVerifiesWithItsCheckpoints() async throws {
    try await withServices { start in
      let ready = ReadyPoint()
      _ = start(Peers.provider(folder.path, engine: FakeEngine(tokenCount: 40), ready: ready))
      let (client, http) = try await client(try await ready.endpoint())
      var texts: [String] = []
      var checkpoints = 0
      let body = Peers.chat(extra: #","seed":7"#, isStreamed: true)
      let answer = try await client.ask(Errand(try question(body)), profile: profile) { event in
        guard case .part(_, let part) = event else { return }
        texts.append(part.text)
        if part.razao?["checkpoint"] != nil { checkpoints += 1 }
      }
      #expect(texts.joined() == (0..<40).map { "w\($0) " }.joined())
      #expect(checkpoints == 2)
      #expect(answer.bundle.receipt.body.seed.kind == .explicit)
      await http.shutdown()
    }
  }

  @Test func aClientThatGoesAwayLeavesAPartialReceipt() async throws {
    try await withServices { start in
      let ready = ReadyPoint()
      let engine = FakeEngine(tokenCount: 400, delay: .milliseconds(10))
      _ = start(Peers.provider(folder.path, engine: engine, ready: ready))
      let (client, http) = try await client(try await ready.endpoint())
      let errand = Errand(try question(Peers.chat(isStreamed: true)))
      struct Enough: Error {}
      await #expect(throws: Enough.self) {
        var count = 0
        _ = try await client.ask(errand, profile: profile) { _ in
          count += 1
          if count > 5 { throw Enough() }
        }
      }
      try await eventually("the engine is stopped") { engine.counters.aborted == 1 }
      var bytes: [UInt8] = []
      try await eventually("the partial bundle is stored") {
        bytes = (try? await client.bundle(errand.requestID)) ?? []
        return !bytes.isEmpty
      }
      let report = VerificationReport(bundle: bytes)
      #expect(report.refutation == nil)
      #expect(report.bundle?.receipt.body.answer.isPartial == true)
      await http.shutdown()
    }
  }

  @Test func aBusyProviderRefusesWith429() async throws {
    try await withServices { start in
      let ready = ReadyPoint()
      let engine = FakeEngine(tokenCount: 400, delay: .milliseconds(20))
      _ = start(Peers.provider(folder.path, engine: engine, running: 1, waiting: 0, ready: ready))
      let (client, http) = try await client(try await ready.endpoint())
      let first = Task {
        _ = try await client.ask(Errand(try question(Peers.chat(isStreamed: true))), profile: profile) { _ in }
      }
      try await eventually("the first job runs") { engine.counters.began == 1 }
      do {
        _ = try await client.ask(Errand(try question(Peers.chat())), profile: profile) { _ in }
        Issue.record("accepted")
      } catch PeerError.refused(let refusal) {
        #expect(refusal.status == 429)
        #expect(refusal.code == .tooManyRequests)
      }
      first.cancel()
      _ = await first.result
      await http.shutdown()
    }
  }

  @Test func anotherCertificateAtTheSameAddressIsRefused() async throws {
    try await withServices { start in
      let ready = ReadyPoint()
      _ = start(Peers.provider(folder.path, ready: ready))
      let endpoint = try await ready.endpoint()
      let other = try IdentityFile.loadOrMake(home: folder.path + "/other")
      let http = try PeerHTTP(pinning: other.certificate)
      let document = IdentityDocument(identity: other, network: NetworkName.local, programs: [])
      let client = ProviderClient(document: document, endpoint: endpoint, http: http)
      await #expect(throws: PeerError.self) { _ = try await client.isHealthy() }
      await http.shutdown()
    }
  }

  @Test func aTakenPortIsOneLine() async throws {
    try await withServices { start in
      let ready = ReadyPoint()
      _ = start(Peers.gateway(folder.path + "/a", ready: ready))
      let port = try #require(Int(try await ready.endpoint().split(separator: ":").last ?? ""))
      await #expect(throws: ServiceError.portTaken(host: "127.0.0.1", port: port)) {
        try await Peers.gateway(folder.path + "/b", port: port, ready: ReadyPoint())()
      }
    }
  }
}
