import Dialects
import Hashing
import Node
import Receipts
import Testing

/// What a requester checks before it reveals its secret.
@Suite struct JointErrandTests {
  let ledger = MemoryLedger()
  let identity: NodeIdentity
  let folder: TemporaryFolder
  let tree = ContributionTree(secret: .random(), epoch: 4)
  let time = StoppedClock()

  init() throws {
    folder = try TemporaryFolder()
    identity = try IdentityFile.loadOrMake(home: folder.path)
    let (root, provider) = (tree.root, identity.id)
    ledger.set {
      $0.roots = [4: root]
      $0.provider = provider
    }
  }

  private func errand(isJoint: Bool = true) -> Errand {
    Errand(
      Question(form: .chat, body: Peers.chat(), programRoot: FakeEngine.root, explicitSeed: nil), isJoint: isJoint)
  }

  private var document: IdentityDocument {
    IdentityDocument(
      identity: identity, network: NetworkName.local,
      programs: [
        ServedProgram(root: FakeEngine.root, name: "fake-1", context: 512, price: Peers.prices)
      ])
  }

  private func check(_ errand: Errand, contribution: ContributionSlot) async throws {
    let asked = errand.acceptRequest(
      RequesterProfile(payerKind: .direct, payer: .zero, contributions: ledger), now: time.now)
    let accept = try identity.key.sign(
      asked.accept(
        network: NetworkName.local, key: identity.publicKey, prices: Peers.prices, now: time.now,
        contribution: contribution))
    try errand.verify(accept, asked: asked, by: document, now: time.now)
    try await errand.verifyContribution(accept, lookup: ledger)
  }

  @Test func anHonestAcceptIsTaken() async throws {
    try await check(errand(), contribution: try #require(tree.slot(9)))
    try await check(errand(isJoint: false), contribution: .none)
  }

  @Test func seedSteeredWithARootThatIsNotAnchored() async throws {
    let invented = try #require(ContributionTree(secret: .random(), epoch: 4).slot(9))
    let later = try #require(ContributionTree(secret: .random(), epoch: 5).slot(9))
    var beyond = try #require(tree.slot(9))
    beyond.slot = 4_096
    for contribution in [invented, later, beyond, .none] {
      await #expect(throws: PeerError.self) { try await check(errand(), contribution: contribution) }
    }
  }

  @Test func rootThatAnotherProviderAnchored() async throws {
    ledger.set { $0.provider = .zero }
    let slot = try #require(tree.slot(9))
    await #expect(throws: PeerError.self) { try await check(errand(), contribution: slot) }
  }

  @Test func contributionThatNobodyAskedFor() async throws {
    let slot = try #require(tree.slot(9))
    await #expect(throws: PeerError.self) { try await check(errand(isJoint: false), contribution: slot) }
  }

  @Test func nothingIsRevealedWithoutALedger() async throws {
    let errand = errand()
    let asked = errand.acceptRequest(RequesterProfile(payerKind: .direct, payer: .zero), now: time.now)
    let accept = try identity.key.sign(
      asked.accept(
        network: NetworkName.local, key: identity.publicKey, prices: Peers.prices, now: time.now,
        contribution: try #require(tree.slot(9))))
    await #expect(throws: PeerError.self) { try await errand.verifyContribution(accept, lookup: nil) }
    ledger.set { $0.isReachable = false }
    await #expect(throws: MemoryLedger.Unreachable.self) {
      try await errand.verifyContribution(accept, lookup: ledger)
    }
  }

  /// A secret that is known can be ground against: the provider of a second accept would choose among its slots.
  @Test func secretRevealedTwice() throws {
    let joint = errand()
    #expect(try joint.reveal().seedReveal == joint.secret)
    let copy = joint
    #expect(throws: PeerError.self) { try joint.reveal() }
    #expect(throws: PeerError.self) { try copy.reveal() }
    let gateway = errand(isJoint: false)
    #expect(try gateway.reveal() == gateway.reveal())
  }
}
