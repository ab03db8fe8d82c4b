import Dialects
import Hashing
import Hummingbird
import HummingbirdTesting
import Receipts
import StrictJSON
import Synchronization
import Testing
import Wallet

@testable import Node

/// A proxy's routes without sockets, whose answers a provider's desk and runner have made in this process.
struct ProxyBench {
  let folder: TemporaryFolder
  let time = StoppedClock(1_795_388_400_123)
  let desk: ProviderDesk
  let runner: AnswerRunner
  private let name: String
  private let root: Digest

  init(engine: any AnswerEngine = FakeEngine()) throws {
    folder = try TemporaryFolder()
    desk = ProviderDesk(
      identity: try IdentityFile.loadOrMake(home: folder.path + "/p"), network: NetworkName.local,
      offers: [ProviderOffer(engine: engine, prices: Peers.prices)], acceptLimit: 8, clock: time.clock)
    runner = AnswerRunner(
      desk: desk, gate: JobGate(runningLimit: 1, waitingLimit: 1),
      shelf: BundleShelf(store: try ReceiptStore(path: folder.path + "/p.sqlite"), logger: Peers.quiet),
      logger: Peers.quiet)
    (name, root) = (engine.program.name, engine.program.root)
  }

  /// Asks the desk, as a requester would over HTTP.
  var ask: VerifiedAsk {
    { form, body in
      guard try RoutingFields(body: body).model.utf8.elementsEqual(name.utf8) else {
        throw PeerError.refused(RequestError(.modelNotFound, "model", "No provider serves it."))
      }
      let errand = Errand(Question(form: form, body: body, programRoot: root, explicitSeed: nil))
      let profile = RequesterProfile(payerKind: .direct, payer: .zero)
      let accept = try desk.accept(errand.acceptRequest(profile, now: time.now))
      let finished = try await runner.run(try desk.open(errand.header, form: form, body: body)) { _ in }
      let bytes = finished.bundle.encoded()
      let expectation = errand.expectation(accept, shownText: finished.bundle.text)
      return VerifiedAnswer(
        bundle: finished.bundle, bytes: bytes,
        report: VerificationReport(bundle: bytes, expectation: expectation))
    }
  }

  func routes(
    _ level: ProxyLevel = .signature, ask: VerifiedAsk? = nil, recheck: Rerun? = nil,
    interval: Duration = .seconds(60)
  ) throws -> ProxyRoutes {
    try ProxyService(
      ProxyConfiguration(home: folder.path, level: level, interval: interval), ask: ask ?? self.ask,
      models: { [ProxyModel(name: name, root: root, kind: .text)] }, recheck: recheck, clock: time.clock,
      logger: Peers.quiet
    ).routes()
  }

  /// Sends one request and reads the whole response.
  func send(
    _ method: HTTPRequest.Method = .post, _ path: String, _ body: String = "", headers: HTTPFields = [:],
    to routes: ProxyRoutes? = nil
  ) async throws -> Reply {
    let application = Application(router: (try routes ?? self.routes()).router(), logger: Peers.quiet)
    return try await application.test(.router) { client in
      try await client.execute(uri: path, method: method, headers: headers, body: ByteBuffer(string: body)) {
        Reply(status: $0.status.code, type: $0.headers[.contentType] ?? "", body: Array(buffer: $0.body))
      }
    }
  }

  func evidence(_ name: String) -> [UInt8]? {
    try? PrivateFile.read("\(folder.path)/proxy/evidence/\(name)", limit: 1 << 20)
  }
}

/// A response, read to its end.
struct Reply {
  var status: Int
  var type: String
  var body: [UInt8]

  var text: String { String(decoding: body, as: UTF8.self) }
  var json: JSON { (try? JSON.parse(body)) ?? .null }
  /// The lines of JSON of an answer in Ollama's dialect.
  var lines: [JSON] { body.split(separator: 0x0A).map { (try? JSON.parse(Array($0))) ?? .null } }

  /// The events of a stream of OpenAI's, which must be well formed and end with the mark.
  func parts(_ endpoint: Endpoint = .chat) throws -> [AnswerPart] {
    var parser = EventStreamParser()
    let events = try parser.receive(body)
    #expect(events.last?.isDone == true && !parser.isInsideEvent)
    return try events.dropLast().map { event in
      guard case .part(let part) = try AnswerEvent(event, endpoint: endpoint) else {
        throw PeerError.malformed(String(decoding: event.data, as: UTF8.self))
      }
      return part
    }
  }
}
