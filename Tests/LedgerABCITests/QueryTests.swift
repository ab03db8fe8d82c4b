import ABCI
import Hashing
import Ledger
import Testing

@testable import LedgerABCI

@Suite struct QueryTests {
  private func ask(
    _ client: SocketClient, _ path: String, _ data: [UInt8], height: Int64 = 0, proof: Bool = false
  ) throws -> QueryResponse {
    let request = QueryRequest {
      $0.path = path
      $0.data = data
      $0.height = height
      $0.wantsProof = proof
    }
    guard case .query(let response) = try client.call(.query(request)) else { throw TestFailure("another answer") }
    return response
  }

  /// Runs `body` against a ledger of two heights in which bob got 100 grains.
  private func withLedger(_ body: (ScriptedEngine) throws -> Void) async throws {
    try await LedgerNode().run { server in
      let engine = try ScriptedEngine(server.address, disk: EngineDisk(), genesis: try TestGenesis.request())
      try engine.decide([try TestGenesis.transfer(100, nonce: 0)])
      try engine.decide()
      try body(engine)
    }
  }

  @Test(arguments: ["", "/state"])
  func aRecordComesWithItsProof(path: String) async throws {
    try await withLedger { engine in
      let key = StateKey<Account>.account(try TestGenesis.account("bob")).bytes
      let response = try ask(engine.query, path, key, proof: true)
      #expect(response.code == 0 && response.height == 2 && response.key == key)
      #expect(try Account(decoding: response.value).raz == 100)
      let operation = try #require(response.proof?.operations.first)
      #expect(operation.kind == "razao/state/1" && operation.key == key)
      let appHash = try #require(Digest(engine.disk.appHashes[2] ?? []))
      let proven = ProvenValue(key: key, value: response.value, height: 2, appHash: appHash, proof: operation.data)
      #expect(throws: Never.self) { try proven.verify() }
    }
  }

  @Test func absenceIsProvenToo() async throws {
    try await withLedger { engine in
      let key = StateKey<Account>.account(.zero).bytes
      let response = try ask(engine.query, "/state", key, proof: true)
      #expect(response.code == 0 && response.value.isEmpty && response.info == "absent")
      let proof = try #require(response.proof?.operations.first?.data)
      let appHash = try #require(Digest(engine.disk.appHashes[2] ?? []))
      #expect(throws: Never.self) {
        try ProvenValue(key: key, value: nil, height: 2, appHash: appHash, proof: proof).verify()
      }
      #expect(throws: LedgerClientError.self) {
        try ProvenValue(key: key, value: [1], height: 2, appHash: appHash, proof: proof).verify()
      }
      #expect(try ask(engine.query, "/state", key).proof == nil)
    }
  }

  @Test func aBlockThatIsNotCommittedIsNotSeen() async throws {
    try await LedgerNode().run { server in
      let engine = try ScriptedEngine(server.address, disk: EngineDisk(), genesis: try TestGenesis.request())
      try engine.decide([try TestGenesis.transfer(100, nonce: 0)], crash: .afterFinalize)
      let key = StateKey<Account>.account(try TestGenesis.account("bob")).bytes
      let response = try ask(engine.query, "/state", key)
      #expect(response.value.isEmpty && response.height == 0)
    }
  }

  @Test func tablesAreListed() async throws {
    try await withLedger { engine in
      let table = StateTable.account.rawValue
      let response = try ask(engine.query, "/list", [table, 1, 0, 0, 0])
      var reader = ByteReader(response.value)
      #expect(try reader.read(UInt32.self) == 1)
      let key = try reader.readBytes(Int(try reader.read(UInt32.self)))
      #expect(key.count == 33 && key.first == table)
      #expect(try reader.readBytes(Int(try reader.read(UInt32.self))).count == 24)
      let rest = try ask(engine.query, "/list", [table, 0xff, 0xff, 0xff, 0xff] + key)
      reader = ByteReader(rest.value)
      #expect(try reader.read(UInt32.self) >= 1)
    }
  }

  @Test func eventsAreListed() async throws {
    try await withLedger { engine in
      let response = try ask(engine.query, "/events", [0, 0, 0, 0, 0, 0, 0, 0, 10, 0, 0, 0])
      var reader = ByteReader(response.value)
      let count = try reader.read(UInt32.self)
      var last: UInt64 = 0
      for _ in 0..<count {
        let sequence = try reader.read(UInt64.self)
        #expect(sequence > last)
        last = sequence
        _ = try reader.read(UInt64.self)
        _ = try reader.readBytes(Int(try reader.read(UInt32.self)))
        for _ in 0..<2 * (try reader.read(UInt32.self)) { _ = try reader.readBytes(Int(try reader.read(UInt32.self))) }
      }
      try reader.finish()
    }
  }

  @Test func questionsWithoutAnswerSayWhy() async throws {
    try await withLedger { engine in
      let refused: [(String, [UInt8], Int64, UInt32)] = [
        ("/store", [], 0, 1), ("/state", [], 1, 2), ("/state", [], -1, 2), ("/state", [], 3, 2), ("/list", [], 0, 3),
        ("/list", [0x10, 1], 0, 3), ("/list", [0xee, 1, 0, 0, 0], 0, 3), ("/events", [1], 0, 3),
        ("/events", [UInt8](repeating: 0, count: 13), 0, 3),
      ]
      for (path, data, height, code) in refused {
        let response = try ask(engine.query, path, data, height: height)
        #expect(response.code == code && !response.log.isEmpty && response.codespace == "razao/query", "\(path)")
      }
      #expect(try ask(engine.query, "/state", [], height: 2).code == 0)
    }
  }

  @Test func aLedgerBeforeItsBeginningSaysSo() async throws {
    try await LedgerNode().run { server in
      let client = try SocketClient(server.address)
      #expect(try ask(client, "/state", []).code == 4)
    }
  }
}
