import Hashing
import HummingbirdTesting
import Ledger
import LightClient
import StrictJSON
import Testing

@testable import Node

/// The client of CometBFT against a scripted node, over real HTTP.
@Suite struct CometLedgerClientTests {
  private func client(_ test: some TestClientProtocol, patience: Duration = .seconds(20)) -> CometLedgerClient {
    CometLedgerClient(
      CometConnection(endpoint: "http://127.0.0.1:\(test.port ?? 0)"), patience: patience, pause: .milliseconds(10))
  }

  @Test func statusIsRead() async throws {
    let node = try await FakeComet()
    try await node.application().test(.live) { test in
      let status = try await client(test).status()
      #expect(status.chainID == "town-1" && status.engine == .replicated && status.height == 1)
      #expect(status.time == (FakeComet.start + 1) * 1_000)
    }
  }

  @Test func aTransactionIsHandedInAndFound() async throws {
    let node = try await FakeComet()
    try await node.application().test(.live) { test in
      let client = client(test)
      let id = try await node.transfer(nonce: 0)
      let place = try await client.place(of: id, timeout: .seconds(20))
      #expect(place == TransactionPlace(id: id, height: 2, code: 0, detail: ""))
      let next = try node.town.alice.transfer(5, to: node.town.bob.account, nonce: 1, chain: node.town.chain)
      let taken = try await client.submit(next)
      #expect(taken == SignedTransaction.id(of: next))
      do {
        _ = try await client.submit([1, 2])
        Issue.record("it was taken")
      } catch LedgerClientError.refused(let code, _) {
        #expect(code == RefusalCode.malformed.number)
      }
      do {
        _ = try await client.place(of: .zero, timeout: .milliseconds(30))
        Issue.record("it was found")
      } catch LedgerClientError.timeout {
      }
    }
  }

  @Test func aValueIsProvenByTheNextHeader() async throws {
    let node = try await FakeComet()
    try await node.transfer(nonce: 0)
    try await node.application().test(.live) { test in
      let client = client(test)
      async let found = client.query(StateKey<Account>.account(node.town.bob.account).bytes)
      try await Task.sleep(for: .milliseconds(50))
      try await node.append()
      let value = try await found
      let status = try await node.town.ledger.status()
      #expect(value.height == 2 && value.appHash == status.appHash)
      let account = try Account(decoding: try #require(value.value))
      #expect(account.raz == 1_000)
      try value.verify()
      let nobody = try await client.get(.account(SHA256.hash([3])))
      #expect(nobody == nil)
    }
  }

  @Test func aStateThatNoHeaderProvesTimesOut() async throws {
    let node = try await FakeComet()
    try await node.transfer(nonce: 0)
    try await node.application().test(.live) { test in
      do {
        _ = try await client(test, patience: .milliseconds(40)).query(StateKey<Supply>.supply.bytes)
        Issue.record("it was believed")
      } catch LedgerClientError.timeout {
      }
    }
  }

  @Test func listingsAndEventsAreRead() async throws {
    let node = try await FakeComet()
    try await node.transfer(nonce: 0)
    try await node.application().test(.live) { test in
      let records = try await client(test).list(.account, after: [], limit: 9)
      let kept = try node.town.ledger.store.list(.account, limit: 9)
      #expect(records.map(\.key) == kept.map(\.key) && !kept.isEmpty)
      let events = try await client(test).events(after: 0, wait: .zero)
      let real = try await node.town.ledger.events(after: 0, wait: .zero)
      #expect(events == real)
    }
  }

  @Test(arguments: ["not JSON", "another value", "no proof", "broken proof", "error", "short"])
  func answersThatDoNotHoldAreRefused(_ kind: String) async throws {
    let node = try await FakeComet()
    node.lies.withLock { lies in
      lies["abci_query"] = { answer in
        guard kind != "not JSON", kind != "error" else {
          return kind == "error" ? ["error": ["code": 1, "message": "no\nway"]] : "nothing"
        }
        var response = answer["result"]?["response"]?.object ?? JSONObject()
        switch kind {
        case "another value": response["value"] = CometJSON.base64([1, 2, 3])
        case "no proof": response["proofOps"] = nil
        case "broken proof": response["proofOps"] = ["ops": [["type": "razao/state/1", "data": "AAAA"]]]
        default: response["value"] = "AAAAAQ=="
        }
        return ["result": ["response": .object(response)]]
      }
    }
    try await node.application().test(.live) { test in
      let client = client(test, patience: .milliseconds(40))
      for body: @Sendable () async throws -> Void in [
        { _ = try await client.query(StateKey<Supply>.supply.bytes) },
        { if kind == "short" { _ = try await client.list(.account, after: [], limit: 5) } else { try await fail() } },
      ] {
        do {
          try await body()
          Issue.record("\(kind) was believed")
        } catch let error as LedgerClientError {
          #expect(!error.description.contains("\n"))
        }
      }
    }
  }

  private func fail() async throws { throw LedgerClientError.unreachable("") }

  @Test func listingsThatAreNoneAreRefused() {
    for bytes: [UInt8] in [
      [], [1], [1, 0, 0, 0], [0, 0, 0, 0, 0], [255, 255, 255, 255], [1, 0, 0, 0, 255, 255, 255, 0],
    ] {
      #expect(throws: LedgerClientError.self) { try CometListings.records(bytes) }
      #expect(throws: LedgerClientError.self) { try CometListings.events(bytes) }
    }
  }
}
