import Hashing
import Hummingbird
import HummingbirdTesting
import Ledger
import LedgerStore
import Logging
import StrictJSON
import Testing

@testable import Node

/// The HTTP interface of a ledger that an engine drives.
@Suite struct EngineLedgerTests {
  private func application(_ source: EngineLedgerSource) -> some ApplicationProtocol {
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    return Application(
      router: LedgerRoutes(source).router(),
      configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)), logger: logger)
  }

  @Test func historyIsTheStoresAndProofsAreTheEngines() async throws {
    let node = try await FakeComet()
    let id = try await node.transfer(nonce: 0)
    try await node.append()
    try await node.application().test(.live) { engine in
      let comet = CometLedgerClient(CometConnection(endpoint: "http://127.0.0.1:\(engine.port ?? 0)"))
      let source = EngineLedgerSource(node.town.ledger.store, engine: comet, pause: .milliseconds(5))
      try await application(source).test(.live) { test in
        let client = HTTPLedgerClient(endpoint: "http://127.0.0.1:\(test.port ?? 0)")
        let status = try await client.status()
        #expect(status.engine == .replicated && status.height == 1)
        let place = try await client.place(of: id, timeout: .seconds(20))
        #expect(place.height == 1 && place.code == 0)
        let bob = try await client.get(.account(node.town.bob.account))
        #expect(bob?.raz == 1_000)
        let next = try node.town.alice.transfer(5, to: node.town.bob.account, nonce: 1, chain: node.town.chain)
        let taken = try await client.submit(next)
        #expect(taken == SignedTransaction.id(of: next))
        let entries = try await client.entries(of: node.town.bob.account)
        #expect(entries.count == 1)
        let events = try await client.events(after: 1_000_000, wait: .zero)
        #expect(events.isEmpty)
      }
    }
  }

  @Test func withoutItsEngineNothingIsHandedInAndItSaysSo() async throws {
    let town = try await LedgerTown()
    try await application(EngineLedgerSource(town.ledger.store, engine: nil)).test(.router) { client in
      try await client.execute(uri: "/v1/transactions", method: .post, body: ByteBuffer(bytes: [1])) { response in
        #expect(response.status.code == 503)
      }
      let text = try await client.execute(uri: "/metrics", method: .get) { String(buffer: $0.body) }
      #expect(text.contains("engine=\"replicated\"") && !text.contains("razao_ledger_mempool"))
    }
  }

  @Test func anAddressWithoutValidatorsSignaturesIsNotTrusted() async throws {
    let (town, home) = (try await LedgerTown(), try TemporaryFolder())
    try await application(EngineLedgerSource(town.ledger.store, engine: nil)).test(.live) { test in
      do {
        _ = try await LedgerTrust(home: home.path).open("http://127.0.0.1:\(test.port ?? 0)")
        Issue.record("it was believed")
      } catch LedgerTrustError.options(let what) {
        #expect(what.contains("CometBFT node's RPC"))
      }
    }
  }
}
