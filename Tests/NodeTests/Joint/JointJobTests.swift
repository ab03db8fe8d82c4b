import Dialects
import Hashing
import Node
import Receipts
import Testing

/// Jobs with joint seeds at a provider's desk, without sockets.
@Suite struct JointJobTests {
  let folder: TemporaryFolder
  let time = StoppedClock()
  let ledger = MemoryLedger()
  let desk: ProviderDesk
  let contributions: ContributionDesk
  let runner: AnswerRunner
  let profile: RequesterProfile

  init() throws {
    folder = try TemporaryFolder()
    contributions = ContributionDesk(store: try ContributionStore(home: folder.path), anchoring: ledger)
    desk = ProviderDesk(
      identity: try IdentityFile.loadOrMake(home: folder.path), network: NetworkName.local,
      offers: [ProviderOffer(engine: FakeEngine(), prices: Peers.prices)], acceptLimit: 200,
      contributions: contributions, clock: time.clock)
    let store = try ReceiptStore(path: folder.path + "/receipts.sqlite")
    runner = AnswerRunner(
      desk: desk, gate: JobGate(runningLimit: 1, waitingLimit: 1),
      shelf: BundleShelf(store: store, logger: Peers.quiet), logger: Peers.quiet)
    profile = RequesterProfile(payerKind: .direct, payer: .random(), contributions: ledger)
  }

  private func errand(_ body: [UInt8] = Peers.chat(), seed: Int64? = nil) -> Errand {
    Errand(Question(form: .chat, body: body, programRoot: FakeEngine.root, explicitSeed: seed), isJoint: true)
  }

  private func accept(_ errand: Errand) async throws -> SignedAccept {
    let asked = errand.acceptRequest(profile, now: time.now)
    let accept = try desk.accept(asked, entrusting: errand.entrusted)
    try errand.verify(accept, asked: asked, by: desk.document, now: time.now)
    try await errand.verifyContribution(accept, lookup: ledger)
    return accept
  }

  private func refusal(_ body: () throws -> Void) -> RequestError? {
    do {
      try body()
      return nil
    } catch {
      return error as? RequestError
    }
  }

  @Test func aJointAnswerVerifies() async throws {
    try await contributions.maintain()
    let errand = errand()
    let accept = try await accept(errand)
    #expect(accept.body.seedKind == .joint && accept.body.contribution.epoch == 1)
    let job = try desk.open(try errand.reveal(), form: .chat, body: errand.question.body)
    let finished = try await runner.run(job) { _ in }
    let bytes = finished.bundle.encoded()
    let report = VerificationReport(
      bundle: bytes, expectation: errand.expectation(accept, shownText: finished.bundle.text))
    #expect(report.isVerified, "\(report.refutation?.reason ?? "")")
    let bundle = try #require(report.bundle)
    #expect(bundle.joint?.opens(accept.body.contribution) == true)
    #expect(bundle.samplerSeed == job.samplerSeed)
    #expect(bundle.receipt.body.seed.material == errand.secret)
  }

  private func ask(_ errand: Errand, of desk: ProviderDesk? = nil) throws {
    let asked = errand.acceptRequest(profile, now: time.now)
    _ = try (desk ?? self.desk).accept(asked, entrusting: errand.entrusted)
  }

  @Test func jointSeedsAreRefusedUntilTheRootIsAnchored() async throws {
    #expect(refusal { try ask(errand()) }?.parameter == "seed_kind")
    let shop = try Workshop()
    let error = refusal { try ask(errand(), of: shop.desk) }
    #expect(error?.parameter == "seed_kind" && error?.status == 503)
    try await contributions.maintain()
    _ = try await accept(errand())
  }

  @Test func everyJobHasASlotOfItsOwn() async throws {
    try await contributions.maintain()
    var slots: Set<ContributionSlot> = []
    for _ in 0..<10 { slots.insert(try await accept(errand()).body.contribution) }
    #expect(slots.count == 10)
  }

  /// A request id that is used twice gets no second slot, and so no second draw.
  @Test func aSecondDrawForOneJob() async throws {
    try await contributions.maintain()
    let errand = errand()
    let first = try await accept(errand)
    #expect(refusal { try ask(errand) }?.status == 409)
    #expect(try await accept(self.errand()).body.contribution.slot == first.body.contribution.slot + 1)
  }

  @Test func anotherSecretThanTheCommittedOne() async throws {
    try await contributions.maintain()
    let errand = errand()
    _ = try await accept(errand)
    var header = errand.header
    header.seedReveal = .random()
    #expect(refusal { _ = try desk.open(header, form: .chat, body: errand.question.body) }?.code == .jobMismatch)
    _ = try desk.open(errand.header, form: .chat, body: errand.question.body)
  }

  @Test func aBodyThatNamesASeedAsWell() async throws {
    try await contributions.maintain()
    #expect(refusal { try ask(errand(Peers.chat(extra: #","seed":5"#))) }?.code == .jobMismatch)
    #expect(self.errand(Peers.chat(extra: #","seed":5"#), seed: 5).seedKind == .explicit)
  }

  /// Nobody can use up a provider's slots faster than accepts grow old.
  @Test func slotsAreNotDrainedByAcceptsWithoutJobs() async throws {
    try await contributions.maintain()
    var accepted = 0
    var error: RequestError?
    while error == nil, accepted < 200 {
      error = refusal { try ask(errand()) }
      if error == nil { accepted += 1 }
    }
    #expect(accepted == 64 && error?.status == 429)
    let plain = Errand(Question(form: .chat, body: Peers.chat(), programRoot: FakeEngine.root, explicitSeed: nil))
    _ = try desk.accept(plain.acceptRequest(profile, now: time.now))
    time.now += 700_000
    _ = try await accept(errand())
  }
}
