import Dialects
import Hashing
import Node
import Receipts
import Synchronization

/// A clock that stands where a test puts it.
final class StoppedClock: Sendable {
  private let time: Mutex<UInt64>

  init(_ time: UInt64 = 1_800_000_000_000) { self.time = Mutex(time) }

  var now: UInt64 {
    get { time.withLock { $0 } }
    set { time.withLock { $0 = newValue } }
  }

  var clock: WallClock { WallClock { self.now } }
}

/// A provider's desk and runner without sockets, and a requester's errand for it.
struct Workshop {
  let folder: TemporaryFolder
  let time = StoppedClock()
  let desk: ProviderDesk
  let runner: AnswerRunner
  let store: ReceiptStore
  let profile = RequesterProfile(payerKind: .direct, payer: .random())

  init(engine: FakeEngine = FakeEngine(), prices: Prices = Peers.prices, acceptLimit: Int = 8) throws {
    folder = try TemporaryFolder()
    let identity = try IdentityFile.loadOrMake(home: folder.path)
    desk = ProviderDesk(
      identity: identity, network: NetworkName.local, offers: [ProviderOffer(engine: engine, prices: prices)],
      acceptLimit: acceptLimit, clock: time.clock)
    store = try ReceiptStore(path: folder.path + "/receipts.sqlite")
    runner = AnswerRunner(
      desk: desk, gate: JobGate(runningLimit: 1, waitingLimit: 1),
      shelf: BundleShelf(store: store, logger: Peers.quiet), logger: Peers.quiet)
  }

  func errand(_ body: [UInt8] = Peers.chat(), seed: Int64? = nil, root: Digest = FakeEngine.root) -> Errand {
    Errand(Question(form: .chat, body: body, programRoot: root, explicitSeed: seed))
  }

  func accept(_ errand: Errand) throws -> SignedAccept {
    try desk.accept(errand.acceptRequest(profile, now: time.now))
  }

  /// An answer as a requester would get it.
  func answer(_ errand: Errand, accept: SignedAccept) async throws -> FinishedAnswer {
    try await runner.run(try desk.open(errand.header, form: .chat, body: errand.question.body)) { _ in }
  }
}
