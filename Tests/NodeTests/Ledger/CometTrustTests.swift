import Foundation
import Hashing
import HummingbirdTesting
import Ledger
import LightClient
import StrictJSON
import Testing

@testable import Node

/// A chain of CometBFT is believed from a header that the user trusts, and no further.
@Suite struct CometTrustTests {
  private func open(
    _ node: FakeComet, _ test: some TestClientProtocol, _ home: TemporaryFolder,
    _ options: LedgerTrust.Options = .init(), clock: WallClock? = nil
  ) async throws -> TrustedLedger {
    try await LedgerTrust(home: home.path, options: options, clock: clock ?? node.clock)
      .open("http://127.0.0.1:\(test.port ?? 0)")
  }

  private func options(_ height: UInt64, _ hash: Digest) -> LedgerTrust.Options {
    var options = LedgerTrust.Options()
    (options.trustedHeight, options.trustedHash) = (height, hash)
    return options
  }

  @Test func theFirstUsePinsAHeaderAndLaterOnesFollowFromIt() async throws {
    let (node, home) = (try await FakeComet(), try TemporaryFolder())
    try await node.application().test(.live) { test in
      let first = try await open(node, test, home)
      #expect(first.words.contains { $0.hasPrefix("first use: block 1 ") })
      for nonce in 0..<3 { try await node.transfer(nonce: UInt64(nonce)) }
      try await node.append()
      let second = try await open(node, test, home)
      #expect(second.words.contains { $0.hasPrefix("trust starts at block 1 ") })
      #expect(second.engine == .replicated && second.height == 4)
      let bob = try await second.client.get(.account(node.town.bob.account))
      #expect(bob?.raz == 3_000)
    }
    #expect(FileManager.default.fileExists(atPath: home.path + "/trust/town-1.light"))
  }

  @Test func aHeaderThatWasGivenIsTheRoot() async throws {
    let (node, home) = (try await FakeComet(), try TemporaryFolder())
    try await node.transfer(nonce: 0)
    try await node.append()
    try await node.application().test(.live) { test in
      let trusted = try await open(node, test, home, options(2, node.block(2).header.hash))
      #expect(trusted.words.contains { $0.contains("which was given") })
      await #expect(throws: LedgerTrustError.self) { try await open(node, test, home, options(2, .zero)) }
    }
  }

  @Test func aRootThatIsNotTheChainsIsRefused() async throws {
    let (node, home) = (try await FakeComet(), try TemporaryFolder())
    try await node.application().test(.live) { test in
      do {
        _ = try await open(node, test, home, options(1, SHA256.hash([1])))
        Issue.record("it was believed")
      } catch LedgerTrustError.root {
      }
      // The mistake is not remembered.
      _ = try await open(node, test, home, options(1, node.block(1).header.hash))
    }
  }

  /// The same chain id and heights, other validators: what a forger can make.
  @Test func aForgedContinuationIsRefused() async throws {
    let (honest, forged) = (try await FakeComet(), try await FakeComet(signersFrom: 100))
    let home = try TemporaryFolder()
    try await honest.application().test(.live) { test in _ = try await open(honest, test, home) }
    for nonce in 0..<2 { try await forged.transfer(nonce: UInt64(nonce)) }
    try await forged.append()
    try await forged.application().test(.live) { test in
      do {
        _ = try await open(forged, test, home)
        Issue.record("it was believed")
      } catch LedgerTrustError.ledger(let error) {
        guard case .unverified = error else {
          Issue.record("\(error)")
          return
        }
      }
    }
  }

  @Test func trustThatHasExpiredIsRefused() async throws {
    let (node, home) = (try await FakeComet(), try TemporaryFolder())
    try await node.application().test(.live) { test in
      _ = try await open(node, test, home)
      try await node.transfer(nonce: 0)
      try await node.append()
      let later = WallClock { (FakeComet.start + 30 * 86_400) * 1_000 }
      await #expect(throws: LedgerTrustError.self) { try await open(node, test, home, clock: later) }
    }
  }

  @Test func aValueThatTheHeaderDoesNotProveIsRefused() async throws {
    let (node, home) = (try await FakeComet(), try TemporaryFolder())
    try await node.application().test(.live) { test in
      let trusted = try await open(node, test, home)
      node.lies.withLock { lies in
        lies["abci_query"] = { answer in
          var response = answer["result"]?["response"]?.object ?? JSONObject()
          response["value"] = CometJSON.base64(Account(raz: 9, credit: 0, nonce: 0).encoded())
          return ["result": ["response": .object(response)]]
        }
      }
      await #expect(throws: LedgerClientError.self) {
        try await trusted.client.query(StateKey<Account>.account(node.town.alice.account).bytes)
      }
    }
  }

  @Test func anOlderHeaderFollowsFromItsChildren() async throws {
    let (node, home) = (try await FakeComet(), try TemporaryFolder())
    for nonce in 0..<4 { try await node.transfer(nonce: UInt64(nonce)) }
    try await node.append()
    try await node.application().test(.live) { test in
      _ = try await open(node, test, home, options(node.height, node.block(node.height).header.hash))
      let root = TrustedRoot(
        chainID: node.block(1).header.chainID, height: node.height, hash: node.block(node.height).header.hash)
      let trust = CometTrust(
        try LightStore(root: root, block: node.block(node.height)), policy: TrustPolicy(trustingMilliseconds: 1_000))
      let connection = CometConnection(endpoint: "http://127.0.0.1:\(test.port ?? 0)")
      let header = try await trust.header(at: 2, from: connection)
      #expect(header == node.block(2).header)
    }
  }

  @Test func anOperatorsKeyIsNotForValidators() async throws {
    let (node, home) = (try await FakeComet(), try TemporaryFolder())
    var options = LedgerTrust.Options()
    options.operatorKey = try Citizen(9).key
    _ = try await node.application().test(.live) { [options] test in
      await #expect(throws: LedgerTrustError.self) { _ = try await open(node, test, home, options) }
    }
  }

  @Test func aChainThatWasAnOperatorsIsNotSuddenlyReplicated() async throws {
    let (node, home) = (try await FakeComet(), try TemporaryFolder())
    try TrustFile(home: home.path).set(.operatorKey(try Citizen(9).key), of: "town-1")
    try await node.application().test(.live) { test in
      do {
        _ = try await open(node, test, home)
        Issue.record("it was believed")
      } catch LedgerTrustError.changedEngine {
      }
    }
  }
}
