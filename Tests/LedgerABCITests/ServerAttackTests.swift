import ABCI
import Testing

@testable import LedgerABCI

/// Frames that no engine sends. Good frames before them are answered; then comes an exception, and the connection is
/// closed. Other connections go on.
@Suite struct ServerAttackTests {
  /// What a server answers to bytes on one connection until it closes it.
  private func answers(
    to bytes: [UInt8], frameLimit: Int = FrameDecoder.defaultLimit
  ) async throws -> [ABCIResponse] {
    var responses: [ABCIResponse] = []
    try await withServer(TallyApplication(TallyDisk()), frameLimit: frameLimit) { server in
      let bystander = try SocketClient(server.address)
      let client = try SocketClient(server.address)
      try client.send(bytes)
      while let message = try client.receiveMessage() { responses.append(try ABCIResponse(decoding: message)) }
      #expect(try bystander.call(.listSnapshots).method == .listSnapshots)
      #expect(await server.fault() != nil)
    }
    return responses
  }

  private func exception(_ error: String) -> ABCIResponse {
    .exception(ExceptionResponse { $0.error = error })
  }

  @Test func anOversizeFrameIsRefusedByItsLength() async throws {
    let bytes = ABCIRequest.flush.frame() + [0xff, 0xff, 0xff, 0xff, 0x7f]
    #expect(
      try await answers(to: bytes) == [
        .flush, exception("a frame of 34359738367 bytes is longer than the limit of 134217728"),
      ])
    #expect(
      try await answers(to: [0x65] + [UInt8](repeating: 0, count: 101), frameLimit: 100)
        == [exception("a frame of 101 bytes is longer than the limit of 100")])
  }

  @Test func garbageIsRefused() async throws {
    #expect(try await answers(to: Array("GET / HTTP/1.1\r\n\r\n".utf8) + [UInt8](repeating: 0, count: 71)).count == 1)
    #expect(
      try await answers(to: [UInt8](repeating: 0xff, count: 64)) == [exception("a frame's length is malformed")])
    #expect(try await answers(to: [0x00]) == [exception("a message names no method")])
    #expect(try await answers(to: [0x02, 0x3a, 0x00]) == [exception("method 7 is not part of ABCI 2.0")])
  }

  @Test func aFrameAfterGarbageIsNotAnswered() async throws {
    let bytes = ABCIRequest.listSnapshots.frame() + [0x01, 0xff] + ABCIRequest.listSnapshots.frame()
    let responses = try await answers(to: bytes)
    #expect(responses.count == 2)
    #expect(responses.last?.method == nil)
  }

  @Test func anEngineOfAnotherVersionIsRefused() async throws {
    let info = ABCIRequest.info(
      InfoRequest {
        $0.version = "1.0.1"
        $0.abciVersion = "2.1.0"
      })
    #expect(
      try await answers(to: info.frame()) == [
        exception("the consensus engine speaks ABCI 2.1.0; this ledger speaks ABCI 2.0 (CometBFT 0.38 to 0.40)")
      ])
    let old = ABCIRequest.info(InfoRequest { $0.version = "0.34.24" })
    #expect(
      try await answers(to: old.frame()) == [
        exception(
          "the consensus engine speaks ABCI of an unnamed version; this ledger speaks ABCI 2.0 (CometBFT 0.38 to 0.40)")
      ])
  }

  @Test func aFaultOfTheApplicationEndsTheEngine() async throws {
    #expect(try await answers(to: ABCIRequest.commit.frame()) == [exception("nothing to commit")])
  }

  @Test func aFrameThatArrivesByteByByteIsAnswered() async throws {
    try await withServer(TallyApplication(TallyDisk()), .tcp) { server in
      let client = try SocketClient(server.address)
      let frame = ABCIRequest.echo(EchoMessage { $0.text = String(repeating: "slow", count: 40) }).frame()
      for byte in frame { try client.send([byte]) }
      #expect(try client.receiveMessage().map { $0.count } == frame.count - 2)
    }
  }

  @Test func halfAFrameHoldsNobodyUp() async throws {
    try await withServer(TallyApplication(TallyDisk())) { server in
      let half = try SocketClient(server.address)
      try half.send(Array(ABCIRequest.echo(EchoMessage { $0.text = "never whole" }).frame().dropLast()))
      let other = try SocketClient(server.address)
      #expect(try other.call(.listSnapshots).method == .listSnapshots)
      half.close()
      #expect(try other.call(.listSnapshots).method == .listSnapshots)
    }
  }

  @Test func aClientThatLeavesWithoutReadingHarmsNobody() async throws {
    try await withServer(TallyApplication(TallyDisk())) { server in
      for _ in 0..<20 {
        let client = try SocketClient(server.address)
        try client.send((0..<200).flatMap { _ in ABCIRequest.listSnapshots.frame() })
        client.close()
      }
      let witness = try SocketClient(server.address)
      #expect(try witness.call(.listSnapshots).method == .listSnapshots)
    }
  }

  @Test func anAnswerOfTheWrongKindIsStoppedAtTheServer() async throws {
    final class Confused: ABCIApplication {
      func answer(_ request: ABCIRequest) throws(ABCIFault) -> ABCIResponse {
        switch request {
        case .finalizeBlock: .finalizeBlock(FinalizeBlockResponse())
        default: .commit(CommitResponse())
        }
      }
    }
    let responder = ABCIResponder(Confused())
    let listing = responder.answer([0x62, 0x00])
    #expect(listing.fault?.sentence == "the application answered listSnapshots with another method's response")
    let block = ABCIRequest.finalizeBlock(BlockRequest { $0.transactions = [[1]] })
    let finalized = responder.answer(Array(block.frame().dropFirst()))
    #expect(finalized.fault?.sentence == "0 results for 1 transactions")
    #expect(responder.answer([0x5a, 0x00]).fault == nil)
  }
}
