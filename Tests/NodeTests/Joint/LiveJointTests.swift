import Dialects
import Hashing
import Node
import Receipts
import Testing

/// Joint seeds over TLS on the loopback.
@Suite struct LiveJointTests {
  let folder: TemporaryFolder
  let ledger = MemoryLedger()

  init() throws { folder = try TemporaryFolder() }

  private func provider(_ ready: ReadyPoint) -> @Sendable () async throws -> Void {
    let service = ProviderService(
      ProviderConfiguration(home: folder.path, contributions: ledger),
      offers: [ProviderOffer(engine: FakeEngine(), prices: Peers.prices)], logger: Peers.quiet
    ) { ready.receive($0) }
    return { try await service.run(handlesSignals: false) }
  }

  @Test func aRequesterAndItsProviderDrawTogether() async throws {
    let profile = RequesterProfile(payerKind: .direct, payer: .random(), contributions: ledger)
    try await withServices { start in
      let ready = ReadyPoint()
      _ = start(provider(ready))
      let endpoint = try await ready.endpoint()
      try await eventually("the contributions are anchored") { ledger.anchorCount == 1 }
      let requester = Requester(.provider(endpoint, key: nil), profile: profile)
      var contributions: Set<Digest> = []
      for isStreamed in [false, true] {
        let answer = try await requester.ask(.chat, body: Peers.chat(isStreamed: isStreamed))
        #expect(answer.bundle.receipt.body.seed.kind == .joint)
        #expect(answer.report[.seed]?.detail.hasPrefix("joint") == true)
        contributions.insert(try #require(answer.bundle.joint?.contribution))
      }
      #expect(contributions.count == 2)
      let named = try await requester.ask(.chat, body: Peers.chat(extra: #","seed":7"#))
      #expect(named.bundle.receipt.body.seed.kind == .explicit && named.bundle.joint == nil)
    }
  }

  /// The ledger that the requester asks has another root: the secret stays where it is.
  @Test func aProviderWhoseRootIsNotOnTheLedger() async throws {
    let other = MemoryLedger()
    other.set { $0.roots = [1: .random()] }
    let profile = RequesterProfile(payerKind: .direct, payer: .random(), contributions: other)
    try await withServices { start in
      let ready = ReadyPoint()
      _ = start(provider(ready))
      let endpoint = try await ready.endpoint()
      try await eventually("the contributions are anchored") { ledger.anchorCount == 1 }
      await #expect(throws: PeerError.self) {
        _ = try await Requester(.provider(endpoint, key: nil), profile: profile).ask(.chat, body: Peers.chat())
      }
    }
  }
}
