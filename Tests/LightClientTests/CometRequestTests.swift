import Hashing
import StrictJSON
import Testing

@testable import LightClient

/// What is sent to a node, and the envelope of what comes back.
@Suite struct CometRequestTests {
  private func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

  @Test func bodiesAreExact() {
    #expect(text(CometRPC.status.body(id: 7)) == #"{"jsonrpc":"2.0","id":7,"method":"status","params":{}}"#)
    #expect(
      text(CometRPC.commit(at: 10).body(id: 1))
        == #"{"jsonrpc":"2.0","id":1,"method":"commit","params":{"height":"10"}}"#)
    #expect(
      text(CometRPC.commit(at: nil).body(id: 1)) == #"{"jsonrpc":"2.0","id":1,"method":"commit","params":{}}"#)
    #expect(
      CometRPC.validators(at: 2, page: 3).parameters == ["height": "2", "page": "3", "per_page": "100"])
    #expect(CometRPC.broadcast([1, 2, 3]).parameters == ["tx": "AQID"])
    #expect(CometRPC.broadcast([]).method == "broadcast_tx_sync")
    #expect(
      CometRPC.query(path: "/state", data: [0xAB], height: 4, prove: true).parameters
        == ["path": "/state", "data": "ab", "height": "4", "prove": true])
    #expect(CometRPC.query(path: "", data: [], prove: false).method == "abci_query")
    #expect(CometRPC.block(at: 1).method == "block")
    #expect(CometRPC.blockResults(at: 1).method == "block_results")
    #expect(CometRPC.transaction([0], prove: true).parameters == ["hash": "AA==", "prove": true])
    #expect(
      CometRPC.search("a='b'", prove: false, page: 2, perPage: 5).parameters
        == ["query": "a='b'", "prove": false, "page": "2", "per_page": "5", "order_by": "asc"])
  }

  @Test func errorsOfTheNodeAreThrown() {
    let answer = #"{"jsonrpc":"2.0","id":1,"error":{"code":-32603,"message":"Internal error","data":"no such height"}}"#
    #expect(
      throws: CometAnswerError(
        .remote(code: -32603, message: "Internal error", data: "no such height"), at: "answer.error")
    ) { try CometRPC.status.answer(Array(answer.utf8), id: 1) }
  }

  @Test(arguments: [
    "", "{}", "[]", "null", "1", #"{"jsonrpc":"1.0","id":1,"result":{}}"#, #"{"jsonrpc":"2.0","result":{}}"#,
    #"{"jsonrpc":"2.0","id":2,"result":{}}"#, #"{"jsonrpc":"2.0","id":"1","result":{}}"#,
    #"{"jsonrpc":"2.0","id":1}"#, #"{"jsonrpc":"2.0","id":1,"result":null}"#, #"{"jsonrpc":"2.0","id":1,"result":[]}"#,
    #"{"jsonrpc":"2.0","id":1,"result":{},"id":1}"#, #"{"jsonrpc":"2.0","id":1,"error":"no"}"#,
    #"{"jsonrpc":"2.0","id":1,"error":{"code":1.5,"message":""}}"#,
  ]) func envelopesThatAreNoAnswer(text: String) {
    #expect(throws: CometAnswerError.self) { try CometRPC.status.answer(Array(text.utf8), id: 1) }
  }

  @Test func answersBeyondTheLimitAreNotRead() throws {
    let chain = try TestChain(count: 1)
    let bytes = TestAnswers.envelope(TestAnswers.status(chain.block(1))).encoded()
    _ = try CometRPC.status.answer(bytes, id: 1, maximumByteCount: bytes.count)
    #expect(throws: CometAnswerError.self) {
      try CometRPC.status.answer(bytes, id: 1, maximumByteCount: bytes.count - 1)
    }
  }

  @Test func everyTruncationOfACommitIsRefused() throws {
    let chain = try TestChain(count: 2)
    let bytes = TestAnswers.envelope(TestAnswers.commit(chain.block(2))).encoded()
    for count in 0..<bytes.count {
      #expect(throws: CometAnswerError.self) { try CometRPC.commit(at: 2).answer(Array(bytes[..<count]), id: 1) }
    }
  }

  /// Bytes are changed at random; what is still read as a block is either the chain's own or is not believed.
  @Test func damagedCommitsAreRefusedOrNotBelieved() throws {
    let chain = try TestChain(count: 2)
    let now = try chain.now
    let bytes = TestAnswers.envelope(TestAnswers.commit(chain.block(2))).encoded()
    var generator = SplitMix(state: 23)
    for _ in 0..<3000 {
      var damaged = bytes
      damaged[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
      guard let signed = try? CometRPC.commit(at: 2).answer(damaged, id: 1) else { continue }
      let block = signed.lightBlock(validators: chain.block(2).validators)
      if refusal(of: block, trusting: chain.block(1), now: now) == nil {
        #expect(block.header == chain.block(2).header)
      }
    }
  }

  @Test func errorsSayWhere() throws {
    let chain = try TestChain(count: 1)
    guard case .object(var status) = TestAnswers.status(chain.block(1)) else { return }
    status["sync_info"] = ["latest_block_height": 5]
    let bytes = TestAnswers.envelope(.object(status)).encoded()
    let error = #expect(throws: CometAnswerError.self) { try CometRPC.status.answer(bytes, id: 1) }
    #expect(error?.path == "result.sync_info.latest_block_height")
    #expect(error?.description == "result.sync_info.latest_block_height is not a string")
  }
}
