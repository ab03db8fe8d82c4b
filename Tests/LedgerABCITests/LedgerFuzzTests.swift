import ABCI
import Testing

@testable import LedgerABCI

/// Messages that nearly are an engine's, given to a ledger in any order: each gets one answer, and none traps.
@Suite struct LedgerFuzzTests {
  private func requests() throws -> [ABCIRequest] {
    let transfer = try TestGenesis.transfer(5, nonce: 0)
    let block = BlockRequest {
      $0.height = 1
      $0.transactions = [transfer, [1, 2, 3]]
      $0.hash = [UInt8](repeating: 1, count: 32)
      $0.time = Timestamp(milliseconds: 1_700_000_001_000)
      $0.misbehavior = [
        ABCIMisbehavior {
          $0.kind = ABCIMisbehavior.duplicateVote
          $0.height = 1
          $0.time = Timestamp(milliseconds: 1_700_000_000_500)
        }
      ]
    }
    return [
      .initChain(try TestGenesis.request()), .checkTx(CheckTxRequest { $0.transaction = transfer }),
      .prepareProposal(PrepareProposalRequest { $0.transactions = [transfer] }), .processProposal(block),
      .finalizeBlock(block), .commit, .info(InfoRequest()), .listSnapshots,
      .query(
        QueryRequest {
          $0.path = "/list"
          $0.data = [0x10, 9, 0, 0, 0]
        }),
      .query(
        QueryRequest {
          $0.data = [0x01]
          $0.wantsProof = true
        }),
      .offerSnapshot(OfferSnapshotRequest { $0.snapshot = ABCISnapshot { $0.format = 1 } }),
      .applySnapshotChunk(ApplySnapshotChunkRequest { $0.chunk = [1] }),
      .loadSnapshotChunk(LoadSnapshotChunkRequest { $0.format = 1 }),
    ]
  }

  @Test func mutatedMessagesInAnyOrder() throws {
    let messages = try requests().map { request in
      var decoder = FrameDecoder()
      decoder.append(request.frame())
      return try #require(try decoder.next())
    }
    var generator = SystemRandomNumberGenerator()
    for _ in 0..<40 {
      let responder = ABCIResponder(try LedgerNode().application())
      #expect(responder.answer(messages[0]).fault == nil)
      // The first fault is the last answer that matters: a ledger does nothing more afterwards.
      for _ in 0..<60 {
        var message = messages.randomElement(using: &generator) ?? []
        for _ in 0..<Int.random(in: 0...2, using: &generator) where !message.isEmpty {
          message[Int.random(in: 0..<message.count, using: &generator)] ^=
            1 << UInt8.random(in: 0..<8, using: &generator)
        }
        let answer = responder.answer(message)
        if case .exception = answer.response { #expect(answer.fault != nil) } else { #expect(answer.fault == nil) }
      }
    }
  }
}
