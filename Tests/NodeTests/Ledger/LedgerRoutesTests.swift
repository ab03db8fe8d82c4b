import HTTPTypes
import Hashing
import Hummingbird
import HummingbirdTesting
import Ledger
import LedgerStore
import StateTree
import StrictJSON
import Testing

@testable import Node

/// The handlers without sockets, over a real ledger.
@Suite struct LedgerRoutesTests {
  private func get(
    _ client: some TestClientProtocol, _ uri: String, status: Int = 200
  ) async throws -> JSON {
    try await client.execute(uri: uri, method: .get) { response in
      #expect(response.status.code == status, "\(uri): \(String(buffer: response.body))")
      #expect(response.headers[.requestID] != nil)
      return try JSON.parse(Array(buffer: response.body))
    }
  }

  @Test func everyRouteIsDocumentedAndEveryDocumentedRouteExists() async throws {
    let town = try await LedgerTown()
    let routed = Set(LedgerRoutes(town.source).router().routes.map { "\($0.method) \($0.path)" })
    let paths = try #require(OpenAPIDocument.json["paths"]?.object)
    let documented = Set(
      paths.members.flatMap { path in
        (path.value.object?.members ?? []).map { "\($0.name.uppercased()) \(RouterPath(path.name))" }
      })
    #expect(routed == documented)
    #expect(documented.count == LedgerOperation.allCases.count)
  }

  @Test func everyParameterInAPathIsDescribed() {
    for operation in LedgerOperation.allCases {
      let named = operation.path.split(separator: "/").filter { $0.hasPrefix("{") }.map { $0.dropFirst().dropLast() }
      #expect(named.map(String.init) == operation.parameters.filter { $0.place == .path }.map(\.name))
    }
  }

  @Test func statusSaysWhoSigns() async throws {
    let town = try await LedgerTown()
    try await town.application().test(.router) { client in
      let status = try await get(client, "/v1/status")
      #expect(status["chain_id"]?.string == "town-1")
      #expect(status["engine"]?.string == "embedded")
      #expect(status["operator_key"]?.string == town.ledger.operatorKey.bytes.hex)
      #expect(status["beacon"]?.string == "single operator")
      #expect(status["height"]?.integer == 0)
    }
  }

  @Test func aTransactionIsTakenPlacedAndExplained() async throws {
    let town = try await LedgerTown()
    try await town.application().test(.router) { client in
      let bytes = try town.alice.transfer(7, to: town.bob.account, nonce: 0, chain: town.chain)
      let id = SignedTransaction.id(of: bytes)
      try await client.execute(uri: "/v1/transactions", method: .post, body: ByteBuffer(bytes: bytes)) { response in
        #expect(response.status == .ok)
        let taken = try JSON.parse(Array(buffer: response.body))
        #expect(taken["id"]?.string == id.hex)
      }
      _ = try await get(client, "/v1/transactions/\(id.hex)", status: 404)
      try await town.ledger.produceBlock()
      let found = try await get(client, "/v1/transactions/\(id.hex)")
      #expect(found["height"]?.integer == 1 && found["code"]?.integer == 0)
      let message = try #require(found["content"]?["messages"]?.array?.first)
      #expect(message["name"]?.string == "transfer")
      let block = try await get(client, "/v1/blocks/1")
      #expect(block["transactions"]?.array?.map { $0["id"]?.string } == [id.hex])
      let account = try await get(client, "/v1/accounts/\(town.bob.account.hex)")
      #expect(account["raz"]?.string == "7" && account["nonce"]?.integer == 0)
      let entries = try await get(client, "/v1/accounts/\(town.bob.account.hex)/entries")
      #expect(entries["entries"]?.array?.first?["amount"]?.string == "7")
      #expect(entries["entries"]?.array?.first?["reference"]?.string == town.alice.account.hex)
    }
  }

  @Test func aRefusalHasItsStableCode() async throws {
    let town = try await LedgerTown()
    try await town.application().test(.router) { client in
      let bytes = try town.alice.transfer(7, to: town.bob.account, nonce: 5, chain: town.chain)
      for (body, code) in [(bytes, RefusalCode.wrongNonce), ([1, 2, 3], .malformed)] {
        try await client.execute(uri: "/v1/transactions", method: .post, body: ByteBuffer(bytes: body)) { response in
          #expect(response.status.code == 422)
          let error = try JSON.parse(Array(buffer: response.body))["error"]
          #expect(error?["refusal"]?.integer == Int(code.number))
          #expect(error?["code"]?.string == "refused")
        }
      }
      let text = try await client.execute(uri: "/metrics", method: .get) { String(buffer: $0.body) }
      #expect(text.contains("razao_ledger_submitted_total{code=\"8\"} 1\n"))
    }
  }

  @Test func aBodyBeyondTheLimitIs413() async throws {
    let town = try await LedgerTown()
    try await town.application().test(.router) { client in
      let body = ByteBuffer(repeating: 0, count: Transaction.byteLimit + 1)
      try await client.execute(uri: "/v1/transactions", method: .post, body: body) { response in
        #expect(response.status.code == 413)
        let error = try JSON.parse(Array(buffer: response.body))["error"]
        #expect(error?["code"]?.string == "body_too_large")
      }
    }
  }

  @Test func blocksAndEntriesComeInPages() async throws {
    let town = try await LedgerTown()
    try await town.transfer(5)
    try await town.application().test(.router) { client in
      var heights: [Int] = []
      var next = ""
      repeat {
        let page = try await get(client, "/v1/blocks?limit=2\(next)")
        heights += page["blocks"]?.array?.compactMap { $0["height"]?.integer } ?? []
        next = page["next"]?.integer.map { "&from=\($0)" } ?? ""
      } while !next.isEmpty
      #expect(heights == [5, 4, 3, 2, 1, 0])
      var amounts: [String] = []
      repeat {
        let page = try await get(client, "/v1/accounts/\(town.bob.account.hex)/entries?limit=2\(next)")
        amounts += page["entries"]?.array?.compactMap { $0["amount"]?.string } ?? []
        next = page["next"]?.integer.map { "&before=\($0)" } ?? ""
      } while !next.isEmpty
      #expect(amounts == ["1004", "1003", "1002", "1001", "1000"])
    }
  }

  @Test func aValueComesWithEverythingThatProvesIt() async throws {
    let town = try await LedgerTown()
    try await town.transfer(1)
    try await town.application().test(.router) { client in
      for (id, isThere) in [(town.bob.account, true), (SHA256.hash([9]), false)] {
        let key = StateKey<Account>.account(id).bytes
        let json = try await get(client, "/v1/state/\(key.hex)")
        let value = try LedgerAnswer(json: json).provenValue()
        #expect((value.value != nil) == isThere)
        try value.verify()
        let bytes = try #require(try LedgerAnswer(json: json).optionalBytes("header"))
        let header = try SignedBlockHeader(decoding: bytes)
        #expect(header.isSigned(by: town.ledger.operatorKey))
        #expect(header.body.appHash == value.appHash && header.body.height == 1)
      }
    }
  }

  @Test func tablesAreListedInPages() async throws {
    let town = try await LedgerTown()
    try await town.transfer(1)
    try await town.application().test(.router) { client in
      let first = try await get(client, "/v1/tables/account?limit=1")
      let next = try #require(first["next"]?.string)
      let second = try await get(client, "/v1/tables/account?limit=1&after=\(next)")
      let ids = [first, second].compactMap { $0["records"]?.array?.first?["key"]?.string }
      #expect(Set(ids.map { String($0.dropFirst(2)) }) == [town.alice.account.hex, town.bob.account.hex])
      #expect(first["records"]?.array?.first?["fields"]?["nonce"] != nil)
      for path in ["providers", "programs", "auditors", "channels", "channels?payer=\(town.bob.account.hex)"] {
        let listed = try await get(client, "/v1/\(path)")
        #expect(listed["records"]?.array?.isEmpty == true)
      }
      _ = try await get(client, "/v1/channels/\(town.bob.account.hex)", status: 404)
    }
  }

  @Test(arguments: [
    ("/v1/blocks?limit=0", "limit"), ("/v1/blocks?limit=1001", "limit"), ("/v1/blocks?limit=x", "limit"),
    ("/v1/blocks?limit=1&limit=2", "limit"), ("/v1/blocks?from=-1", "from"), ("/v1/blocks?from=+1", "from"),
    ("/v1/blocks?from=9223372036854775808", "from"), ("/v1/blocks?other=1", "other"), ("/v1/blocks/x", "height"),
    ("/v1/accounts/00", "id"), ("/v1/accounts/zz", "id"), ("/v1/state/0", "key"), ("/v1/state/zz", "key"),
    ("/v1/state/\(String(repeating: "00", count: 1_025))", "key"), ("/v1/tables/nothing", "table"),
    ("/v1/events?wait=31", "wait"), ("/v1/channels?payer=00", "payer"), ("/v1/status?x=1", "x"),
    ("/v1/tables/account?after=zz", "after"),
  ]) func parametersOutOfTheirLimitsAreRefused(_ uri: String, _ parameter: String) async throws {
    let town = try await LedgerTown()
    try await town.application().test(.router) { client in
      let error = try await get(client, uri, status: 400)["error"]
      #expect(error?["parameter"]?.string == parameter)
      #expect(error?.object?.members.map(\.name) == ["code", "message", "parameter", "refusal"])
    }
  }

  @Test func whatIsNotThereHasTheOneShapeToo() async throws {
    let town = try await LedgerTown()
    try await town.application().test(.router) { client in
      for path in ["/", "/v1", "/v1/blocks/77", "/v1/accounts/\(town.bob.account.hex)", "/v2/status"] {
        let error = try await get(client, path, status: 404)["error"]
        #expect(error?["code"]?.string == "not_found")
      }
    }
  }

  @Test func eventsAreWaitedFor() async throws {
    let town = try await LedgerTown()
    try await town.application().test(.router) { client in
      let none = try await get(client, "/v1/events?after=1000000")
      #expect(none["events"]?.array?.isEmpty == true && none["next"]?.integer == 1_000_000)
      // Transactions wake those who wait, too.
      let bytes = try town.alice.transfer(7, to: town.bob.account, nonce: 0, chain: town.chain)
      let id = try await town.ledger.submit(bytes)
      async let placed = get(client, "/v1/transactions/\(id.hex)?wait=30")
      try await Task.sleep(for: .milliseconds(20))
      try await town.ledger.produceBlock()
      let place = try await placed
      #expect(place["height"]?.integer == 1)
    }
  }

  @Test func tooManyWhoWaitAreTurnedAway() async throws {
    let town = try await LedgerTown()
    try await town.application(waitingLimit: 0).test(.router) { client in
      try await client.execute(uri: "/v1/events?after=1000000&wait=30", method: .get) { response in
        #expect(response.status.code == 429)
        #expect(response.headers[.retryAfter] == "1")
      }
    }
  }

  @Test func figuresAreInPrometheusForm() async throws {
    let town = try await LedgerTown()
    try await town.application().test(.router) { client in
      _ = try await client.execute(uri: "/metrics", method: .get) { String(buffer: $0.body) }
      try await town.transfer(2)
      let text = try await client.execute(uri: "/metrics", method: .get) { response in
        #expect(response.headers[.contentType] == LedgerMetrics.mediaType)
        return String(buffer: response.body)
      }
      let line = /^(# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{[a-z_]+="[^"]*"(,[a-z_]+="[^"]*")*\})? [0-9.]+)$/
      for each in text.split(separator: "\n") { #expect(each.wholeMatch(of: line) != nil, "\(each)") }
      #expect(text.contains("razao_ledger_height 2\n"))
      #expect(text.contains("razao_ledger_transactions_total{code=\"0\"} 2\n"))
      #expect(text.contains("razao_ledger_info{chain_id=\"town-1\",engine=\"embedded\"} 1\n"))
      #expect(!text.contains("razao_ledger_store_bytes 0\n") && !text.contains("razao_ledger_state_entries 0\n"))
    }
  }

  @Test func labelsAreEscapedAndDecimalsExact() {
    #expect(LedgerMetrics.escaped("a\"b\\c\nd") == "a\\\"b\\\\c\\nd")
    #expect(LedgerMetrics.decimal(1_500, 3) == "1.500")
    #expect(LedgerMetrics.decimal(7, 6) == "0.000007")
    #expect(LedgerMetrics.decimal(.max, 3) == "18446744073709551.615")
  }
}
