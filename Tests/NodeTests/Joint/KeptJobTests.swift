import Dialects
import Hashing
import Node
import Receipts
import Testing

/// What a provider must be able to answer once it has accepted a joint seed, and what nobody can make it lose by.
@Suite struct KeptJobTests {
  let folder: TemporaryFolder
  let time = StoppedClock()
  let ledger = MemoryLedger()
  let profile = RequesterProfile(payerKind: .direct, payer: .random())

  init() throws { folder = try TemporaryFolder() }

  private func provider() async throws -> (desk: ProviderDesk, contributions: ContributionDesk, runner: AnswerRunner) {
    let contributions = ContributionDesk(
      store: try ContributionStore(home: folder.path), anchoring: ledger, retention: 1_000_000, clock: time.clock)
    try await contributions.maintain()
    let desk = ProviderDesk(
      identity: try IdentityFile.loadOrMake(home: folder.path), network: NetworkName.local,
      offers: [ProviderOffer(engine: FakeEngine(), prices: Peers.prices)], contributions: contributions,
      clock: time.clock)
    let store = try ReceiptStore(path: folder.path + "/receipts.sqlite")
    let runner = AnswerRunner(
      desk: desk, gate: JobGate(runningLimit: 1, waitingLimit: 1),
      shelf: BundleShelf(store: store, logger: Peers.quiet), logger: Peers.quiet)
    return (desk, contributions, runner)
  }

  private func errand(_ body: [UInt8] = Peers.chat()) -> Errand {
    Errand(Question(form: .chat, body: body, programRoot: FakeEngine.root, explicitSeed: nil), isJoint: true)
  }

  private func accept(_ errand: Errand, _ desk: ProviderDesk) throws -> SignedAccept {
    try desk.accept(errand.acceptRequest(profile, now: time.now), entrusting: errand.entrusted)
  }

  /// The requester never sends its secret to the provider but posts it on the ledger, perhaps after a restart.
  @Test(arguments: [false, true]) func answerThatIsSaidToBeDropped(restarts: Bool) async throws {
    var (desk, _, runner) = try await provider()
    let errand = errand()
    let accept = try accept(errand, desk)
    if restarts { (desk, _, runner) = try await provider() }
    let secret = try #require(errand.secret)
    let job = try #require(try desk.open(claimed: accept.hash, secret: secret))
    let bundle = try await runner.run(job) { _ in }.bundle
    #expect(VerificationReport(bundle: bundle.encoded()).isVerified)
    #expect(bundle.receipt.body.acceptHash == accept.hash)
    #expect(bundle.receipt.body.seed == .joint(revealing: secret))
    #expect(try desk.open(claimed: accept.hash, secret: secret) == nil)
    #expect(throws: RequestError.self) {
      try desk.open(errand.header, form: .chat, body: errand.question.body)
    }
  }

  @Test func requestThatIsNeverSent() async throws {
    let (desk, _, _) = try await provider()
    let errand = errand()
    let asked = errand.acceptRequest(profile, now: time.now)
    #expect(throws: RequestError.self) { try desk.accept(asked) }
    let other = EntrustedRequest(blinds: errand.blinds, body: Peers.chat("another"))
    #expect(throws: RequestError.self) { try desk.accept(asked, entrusting: other) }
    let unopened = EntrustedRequest(blinds: Blinds(master: .random()), body: errand.question.body)
    #expect(throws: RequestError.self) { try desk.accept(asked, entrusting: unopened) }
    #expect(try ContributionStore(home: folder.path).take()?.next == 0)
  }

  /// Whatever a provider cannot answer it does not accept.
  @Test(arguments: [
    #"{"model":"other","messages":[{"role":"user","content":"x"}]}"#, #"{"model":"fake-1"}"#, "no JSON",
    #"{"model":"fake-1","seed":1,"messages":[{"role":"user","content":"x"}]}"#,
  ]) func requestThatCannotBeAnswered(body: String) async throws {
    let (desk, _, _) = try await provider()
    #expect(throws: RequestError.self) { try accept(errand(Array(body.utf8)), desk) }
    #expect(try ContributionStore(home: folder.path).keptJobCount() == 0)
  }

  @Test func namedPromptThatTheProgramDoesNotMake() async throws {
    let (desk, _, _) = try await provider()
    let errand = errand()
    var asked = errand.acceptRequest(profile, now: time.now)
    asked.promptCommitment = errand.blinds.commitment(toPrompt: [9])
    #expect(throws: RequestError.self) { try desk.accept(asked, entrusting: errand.entrusted) }
  }

  @Test func claimWithAnotherSecretOrAccept() async throws {
    let (desk, _, _) = try await provider()
    let errand = errand()
    let accept = try accept(errand, desk)
    #expect(throws: RequestError.self) { try desk.open(claimed: accept.hash, secret: .random()) }
    #expect(try desk.open(claimed: .random(), secret: try #require(errand.secret)) == nil)
    _ = try desk.open(errand.header, form: .chat, body: errand.question.body)
  }

  @Test func claimWhileTheAnswerIsBeingGiven() async throws {
    let (desk, _, _) = try await provider()
    let errand = errand()
    let accept = try accept(errand, desk)
    _ = try desk.open(errand.header, form: .chat, body: errand.question.body)
    let error = #expect(throws: RequestError.self) {
      try desk.open(claimed: accept.hash, secret: try #require(errand.secret))
    }
    #expect(error?.status == 409)
  }

  @Test func answeredAndOldJobsAreForgotten() async throws {
    let (desk, contributions, runner) = try await provider()
    let store = try ContributionStore(home: folder.path)
    let (answered, old) = (errand(), errand())
    _ = try accept(old, desk)
    _ = try accept(answered, desk)
    #expect(try store.keptJobCount() == 2)
    _ = try await runner.run(
      try desk.open(answered.header, form: .chat, body: answered.question.body)
    ) { _ in }
    #expect(try store.keptJobCount() == 1)
    time.now += 1_000_000
    try await contributions.maintain()
    #expect(try store.keptJobCount() == 1)
    time.now += 1
    try await contributions.maintain()
    #expect(try store.keptJobCount() == 0)
  }
}
