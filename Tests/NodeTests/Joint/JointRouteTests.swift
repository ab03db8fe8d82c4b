import Dialects
import HTTPTypes
import Hashing
import Hummingbird
import HummingbirdTesting
import Receipts
import StrictJSON
import Testing

@testable import Node

/// Accepts with joint seeds at the provider's address, without sockets.
@Suite struct JointRouteTests {
  let folder: TemporaryFolder
  let time = StoppedClock()
  let profile = RequesterProfile(payerKind: .direct, payer: .random())
  let store: ContributionStore

  init() throws {
    folder = try TemporaryFolder()
    store = try ContributionStore(home: folder.path)
  }

  private func provider() async throws -> some ApplicationProtocol {
    let contributions = ContributionDesk(store: store, anchoring: MemoryLedger(), clock: time.clock)
    try await contributions.maintain()
    let desk = ProviderDesk(
      identity: try IdentityFile.loadOrMake(home: folder.path), network: NetworkName.local,
      offers: [ProviderOffer(engine: FakeEngine(), prices: Peers.prices)], contributions: contributions,
      clock: time.clock)
    let shelf = BundleShelf(store: try ReceiptStore(path: folder.path + "/receipts.sqlite"), logger: Peers.quiet)
    let runner = AnswerRunner(
      desk: desk, gate: JobGate(runningLimit: 1, waitingLimit: 1), shelf: shelf, logger: Peers.quiet)
    return Application(
      router: ProviderRoutes(desk: desk, runner: runner, clock: time.clock, logger: Peers.quiet).router(),
      logger: Peers.quiet)
  }

  private func errand(isJoint: Bool = true) -> Errand {
    Errand(
      Question(form: .chat, body: Peers.chat(), programRoot: FakeEngine.root, explicitSeed: nil), isJoint: isJoint)
  }

  private func headers(_ errand: Errand, job: JobHeader? = nil) -> HTTPFields {
    let asked = errand.acceptRequest(profile, now: time.now)
    let entrusted = JobHeader(requestID: errand.requestID, blinds: errand.blinds, seedReveal: .zero)
    return [.razaoAccept: asked.json.encoded().base64URL, .razaoJob: (job ?? entrusted).text]
  }

  private func post(
    _ headers: HTTPFields, _ body: [UInt8], _ client: some TestClientProtocol
  ) async throws -> TestResponse {
    try await client.execute(
      uri: "/razao/v1/accept", method: .post, headers: headers, body: ByteBuffer(bytes: body)
    ) { $0 }
  }

  @Test func anAcceptComesForTheWholeJob() async throws {
    let errand = errand()
    try await provider().test(.router) { client in
      let response = try await post(headers(errand), errand.question.body, client)
      let accept = try SignedAccept(decoding: Array(buffer: response.body))
      #expect(accept.isSigned && accept.body.contribution.epoch == 1)
      let kept = try store.keptJob(acceptHash: accept.hash)
      #expect(kept?.request == errand.entrusted)
      let again = try await post(headers(errand), errand.question.body, client)
      #expect(again.status == .conflict)
    }
  }

  @Test func secretThatIsRevealedTooEarly() async throws {
    let errand = errand()
    try await provider().test(.router) { client in
      let response = try await post(headers(errand, job: errand.header), errand.question.body, client)
      #expect(response.status == .badRequest)
    }
    #expect(try store.take()?.next == 0)
  }

  @Test func headersThatDoNotBelongTogether() async throws {
    let (errand, other) = (errand(), errand())
    var broken = headers(errand)
    broken[.razaoAccept] = "%%"
    var alone = headers(errand)
    alone[.razaoJob] = nil
    let foreign = JobHeader(requestID: other.requestID, blinds: errand.blinds, seedReveal: .zero)
    let plain = self.errand(isJoint: false)
    let cases = [broken, alone, headers(errand, job: foreign), headers(plain)]
    try await provider().test(.router) { client in
      for headers in cases {
        let response = try await post(headers, errand.question.body, client)
        #expect(response.status == .badRequest)
      }
    }
  }

  @Test func requestThatIsMissingOrLongerThanCommitted() async throws {
    let errand = errand()
    let asked = errand.acceptRequest(profile, now: time.now)
    try await provider().test(.router) { client in
      for body in [[], errand.question.body + [0x20], [UInt8](repeating: 0x20, count: 1 << 20)] {
        let response = try await post(headers(errand), body, client)
        #expect(response.status.code >= 400)
      }
      let withoutRequest = try await post([:], asked.json.encoded(), client)
      #expect(withoutRequest.status == .badRequest)
      let whole = try await post(headers(errand), errand.question.body, client)
      #expect(whole.status == .ok)
    }
  }
}
