import Hashing
import StrictJSON
import Testing

@testable import LightClient

/// Queries, transactions and results as answers.
@Suite struct ApplicationAnswerTests {
  private let bytes: [UInt8] = [1, 2, 3]
  /// SHA-256 of 01 02 03.
  private let hash = "039058C6F2C0CB492C533B0A4D14EF77CC0F78ABCCCED5287D84A1A2011CFB81"

  private func read<Answer>(_ request: CometRequest<Answer>, _ result: JSON) throws(CometAnswerError) -> Answer {
    try request.answer(TestAnswers.envelope(result).encoded(), id: 1)
  }

  private func transaction(_ change: (inout JSONObject) -> Void = { _ in }) -> JSON {
    var object: JSONObject = [
      "hash": .string(hash), "height": "9", "index": 1, "tx": "AQID",
      "tx_result": [
        "code": 5, "data": "AQ==", "log": "refused", "info": "", "gas_wanted": "10", "gas_used": "-1",
        "events": [["type": "ledger", "attributes": [["key": "k", "value": "v", "index": true]]]], "codespace": "razao",
      ],
      "proof": [
        "root_hash": "", "data": "AQID",
        "proof": ["total": "2", "index": "1", "leaf_hash": "", "aunts": [.string(Base64.encode(Digest.zero.bytes))]],
      ],
    ]
    change(&object)
    return .object(object)
  }

  @Test func broadcastAnswers() throws {
    let answer = try read(
      CometRPC.broadcast(bytes),
      ["code": 4, "data": "", "log": "nonce", "codespace": "razao", "hash": .string(hash)])
    #expect(answer.code == 4)
    #expect(answer.log == "nonce")
    #expect(answer.hash.hex == hash.lowercased())
    #expect(throws: CometAnswerError.self) { try read(CometRPC.broadcast(bytes), ["code": 0]) }
    #expect(throws: CometAnswerError.self) {
      try read(CometRPC.broadcast(bytes), ["code": -1, "hash": .string(hash)])
    }
  }

  @Test func queriesWithAndWithoutProof() throws {
    let request = CometRPC.query(path: "/state", data: [1], prove: true)
    let answer = try read(
      request,
      [
        "response": [
          "code": 0, "log": "", "info": "", "index": "0", "key": "AQ==", "value": "AgM=", "height": "12",
          "codespace": "", "proofOps": ["ops": [["type": "razao:state", "key": "AQ==", "data": "BAU="]]],
        ]
      ])
    #expect(answer.key == [1])
    #expect(answer.value == [2, 3])
    #expect(answer.height == 12)
    #expect(answer.proof == [QueryAnswer.ProofStep(type: "razao:state", key: [1], data: [4, 5])])
    let bare = try read(request, ["response": ["code": 3, "proofOps": nil, "key": nil]])
    #expect(bare.code == 3)
    #expect(bare.proof.isEmpty && bare.value.isEmpty && bare.height == 0)
    for response in [["height": 1], ["value": "A"], ["proofOps": ["ops": [1]]], ["code": "0"], [:]] as [JSON] {
      guard response != [:] else { continue }
      #expect(throws: CometAnswerError.self) { try read(request, ["response": response]) }
    }
    #expect(throws: CometAnswerError.self) { try read(request, [:]) }
  }

  @Test func transactionsWithTheirResultAndProof() throws {
    let answer = try read(CometRPC.transaction([], prove: true), transaction())
    #expect(answer.height == 9)
    #expect(answer.bytes == bytes)
    #expect(answer.result.code == 5)
    #expect(answer.result.data == [1])
    #expect(answer.result.gasUsed == -1)
    #expect(answer.result.events == [.init(type: "ledger", attributes: [.init(key: "k", value: "v")])])
    #expect(answer.proof == TransactionProof(index: 1, total: 2, path: [.zero]))
    let bare = transaction { $0["proof"] = ["root_hash": "", "data": nil, "proof": ["total": "0"]] }
    #expect(try read(CometRPC.transaction([], prove: false), bare).proof == nil)
  }

  @Test func transactionUnderAnotherHashIsRefused() {
    let answer = transaction { $0["tx"] = "AQIE" }
    #expect(throws: CometAnswerError.self) { try read(CometRPC.transaction([], prove: false), answer) }
  }

  @Test func proofsThatCannotBe() {
    let aunt = JSON.string(Base64.encode(Digest.zero.bytes))
    for proof in [
      ["total": "4294967296", "index": "0"], ["total": "2", "index": "-1"], ["total": "2"],
      ["total": "2", "index": "0", "aunts": ["AA=="]],
      ["total": "2", "index": "0", "aunts": .array(Array(repeating: aunt, count: 33))],
    ] as [JSON] {
      let answer = transaction { $0["proof"] = ["proof": proof] }
      #expect(throws: CometAnswerError.self) { try read(CometRPC.transaction([], prove: true), answer) }
    }
  }

  @Test func searchesAndResultsOfBlocks() throws {
    let page = try read(
      CometRPC.search("a='b'", prove: false), ["txs": [transaction(), transaction()], "total_count": "7"])
    #expect(page.transactions.count == 2)
    #expect(page.total == 7)
    #expect(try read(CometRPC.search("", prove: false), ["txs": nil, "total_count": "0"]).transactions.isEmpty)
    let empty = try read(
      CometRPC.blockResults(at: 10), ["height": "10", "txs_results": nil, "app_hash": nil, "validator_updates": nil])
    #expect(empty.results.isEmpty && empty.appHash.isEmpty)
    let full = try read(
      CometRPC.blockResults(at: 10), ["height": "10", "txs_results": [["code": 1], [:]], "app_hash": "AQI="])
    #expect(full.results.map(\.code) == [1, 0])
    #expect(full.appHash == [1, 2])
  }
}
