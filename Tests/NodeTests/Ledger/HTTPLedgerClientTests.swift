import Hashing
import Hummingbird
import HummingbirdTesting
import Ledger
import LedgerStore
import Logging
import Receipts
import StateTree
import StrictJSON
import Testing

@testable import Node

/// The client against the service, over real HTTP.
@Suite struct HTTPLedgerClientTests {
  private func client(_ test: some TestClientProtocol, _ town: LedgerTown) -> HTTPLedgerClient {
    HTTPLedgerClient(
      endpoint: "http://127.0.0.1:\(test.port ?? 0)/",
      expecting: .init(chain: town.chain, operatorKey: town.ledger.operatorKey))
  }

  @Test func everythingComesThrough() async throws {
    let town = try await LedgerTown()
    try await town.application().test(.live) { test in
      let client = client(test, town)
      let bytes = try town.alice.transfer(7, to: town.bob.account, nonce: 0, chain: town.chain)
      let id = try await client.submit(bytes)
      async let placed = client.place(of: id, timeout: .seconds(30))
      try await Task.sleep(for: .milliseconds(20))
      try await town.ledger.produceBlock()
      let place = try await placed
      #expect(place == TransactionPlace(id: id, height: 1, code: 0, detail: ""))
      let (status, real) = (try await client.status(), try await town.ledger.status())
      #expect(status == real)
      let bob = try await client.get(.account(town.bob.account))
      let nobody = try await client.get(.account(SHA256.hash([9])))
      #expect(bob?.raz == 7 && nobody == nil)
      let (first, ninth) = (try await client.page("/v1/blocks/1"), try await client.page("/v1/blocks/9"))
      #expect(first?["block"]?["height"]?.integer == 1 && ninth == nil)
    }
  }

  @Test func listingsComeThrough() async throws {
    let town = try await LedgerTown()
    try await town.transfer(3)
    try await town.application().test(.live) { test in
      let client = client(test, town)
      let (listed, kept) = (
        try await client.list(.account, after: [], limit: 1_000), try town.ledger.store.list(.account, limit: 10)
      )
      #expect(listed.map(\.key) == kept.map(\.key) && listed.map(\.value) == kept.map(\.value))
      let (told, events) = (
        try await client.events(after: 0, wait: .zero), try await town.ledger.events(after: 0, wait: .zero)
      )
      #expect(told == events)
      let entries = try await client.entries(of: town.bob.account)
      let stored = try town.ledger.store.entries(of: town.bob.account, limit: 9)
      #expect(entries.map(\.entry) == stored.map(\.entry) && entries.map(\.sequence) == stored.map(\.sequence))
    }
  }

  @Test func aRefusalKeepsItsCode() async throws {
    let town = try await LedgerTown()
    try await town.application().test(.live) { test in
      let bytes = try town.alice.transfer(7, to: town.bob.account, nonce: 3, chain: town.chain)
      do {
        _ = try await client(test, town).submit(bytes)
        Issue.record("it was taken")
      } catch LedgerClientError.refused(let code, _) {
        #expect(code == RefusalCode.wrongNonce.number)
      }
    }
  }

  @Test func aTransactionThatNeverComesTimesOut() async throws {
    let town = try await LedgerTown()
    try await town.application().test(.live) { test in
      do {
        _ = try await client(test, town).place(of: SHA256.hash([1]), timeout: .milliseconds(50))
        Issue.record("it was found")
      } catch LedgerClientError.timeout {
      }
    }
  }

  @Test func anotherOperatorsHeaderIsNotBelieved() async throws {
    let town = try await LedgerTown()
    let stranger = try Citizen(77).key
    try await town.application().test(.live) { test in
      let endpoint = "http://127.0.0.1:\(test.port ?? 0)"
      for expected in [
        HTTPLedgerClient.Expectation(chain: town.chain, operatorKey: stranger),
        .init(chain: .zero, operatorKey: town.ledger.operatorKey),
      ] {
        await #expect(throws: LedgerClientError.self) {
          try await HTTPLedgerClient(endpoint: endpoint, expecting: expected).query(StateKey<Supply>.supply.bytes)
        }
      }
    }
  }

  @Test func nobodyListeningIsOneClearLine() async throws {
    do {
      _ = try await HTTPLedgerClient(endpoint: "http://127.0.0.1:1").status()
      Issue.record("somebody answered")
    } catch LedgerClientError.unreachable(let what) {
      #expect(what.hasPrefix("http://127.0.0.1:1/v1/status") && !what.contains("\n"))
    }
  }
}

/// A ledger that answers whatever a test says.
@Suite struct LyingLedgerTests {
  /// Runs a body against a server that gives `answer` for every request.
  private func against(
    _ answer: JSON, _ body: @escaping @Sendable (HTTPLedgerClient) async throws -> Void
  ) async throws {
    let town = try await LedgerTown()
    let router = Router(context: NodeContext.self)
    router.get("**") { _, _ in Response(answer) }
    router.post("**") { _, _ in Response(answer) }
    var logger = Logger(label: "test")
    logger.logLevel = .critical
    let application = Application(
      router: router, configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)), logger: logger)
    try await application.test(.live) { test in
      try await body(
        HTTPLedgerClient(
          endpoint: "http://127.0.0.1:\(test.port ?? 0)",
          expecting: .init(chain: town.chain, operatorKey: town.ledger.operatorKey)))
    }
  }

  /// What an honest ledger says of Alice's account, with one member changed.
  private func lie(_ name: String) async throws -> (key: [UInt8], answer: JSON) {
    let town = try await LedgerTown()
    try await town.transfer(2)
    let key = StateKey<Account>.account(town.alice.account).bytes
    let asked = name == "another account" ? StateKey<Account>.account(town.bob.account).bytes : key
    let value = try await town.ledger.query(asked)
    var answer = try #require(
      LedgerJSON.proven(value, header: try await town.source.block(at: 2)?.header).object)
    switch name {
    case "value": answer[name] = .string(Account(raz: 1 << 60, credit: 0, nonce: 2).encoded().hex)
    case "absent": answer["value"] = .null
    case "old header": answer["header"] = LedgerJSON.hex(try await town.source.block(at: 1)?.header)
    case "header": answer[name] = .null
    case "app_hash": answer[name] = .string(Digest.zero.hex)
    case "height": answer[name] = 3
    case "key": answer[name] = .string(StateKey<Account>.account(town.bob.account).bytes.hex)
    case "proof": answer[name] = .string(try await town.ledger.query(StateKey<Supply>.supply.bytes).proof.hex)
    case "malformed": answer["proof"] = "00"
    case "another account": break
    default: answer[name] = .number(.init(7))
    }
    return (key, .object(answer))
  }

  @Test(arguments: [
    "value", "absent", "old header", "header", "app_hash", "height", "key", "proof", "malformed",
    "another account",
  ]) func aValueThatIsNotProvenIsRefused(_ name: String) async throws {
    let (key, answer) = try await lie(name)
    try await against(answer) { client in
      do {
        _ = try await client.query(key)
        Issue.record("\(name) was believed")
      } catch LedgerClientError.unverified {
      }
    }
  }

  @Test func anHonestValueIsBelieved() async throws {
    let (key, answer) = try await lie("something else")
    try await against(answer) { client in _ = try await client.query(key) }
  }

  @Test func answersOfAnotherKindAreRefused() async throws {
    for answer: JSON in [[], "text", [:], ["events": 7], ["records": [["key": "zz"]]], ["id": "00", "code": 0]] {
      try await against(answer) { client in
        await #expect(throws: LedgerClientError.self) { try await client.status() }
        await #expect(throws: LedgerClientError.self) { try await client.events(after: 0, wait: .zero) }
        await #expect(throws: LedgerClientError.self) { try await client.list(.account, after: [], limit: 5) }
        await #expect(throws: LedgerClientError.self) { try await client.submit([1]) }
      }
    }
  }

  @Test func aListingOutOfOrderIsRefused() async throws {
    let record: JSON = ["key": "10ff", "value": ""]
    try await against(["records": [record, record], "next": .null]) { client in
      await #expect(throws: LedgerClientError.unverified("a listing out of order")) {
        try await client.list(.account, after: [], limit: 5)
      }
    }
    try await against(["records": [record], "next": .null]) { client in
      await #expect(throws: LedgerClientError.self) { try await client.list(.stake, after: [], limit: 5) }
    }
  }
}
