import Testing

@testable import ABCI

@Suite struct MessageTests {
  @Test(arguments: SampleMessages.requests)
  func requestsHaveTheirPublishedBytes(request: ABCIRequest) throws {
    let golden = try #require(GoldenFrames.requests["\(request.method)"].flatMap(bytes(hexadecimal:)))
    #expect(request.frame() == golden)
    #expect(try ABCIRequest(decoding: message(inFrame: golden)) == request)
  }

  @Test(arguments: SampleMessages.responses)
  func responsesHaveTheirPublishedBytes(response: ABCIResponse) throws {
    let name = response.method.map { "\($0)" } ?? "exception"
    let golden = try #require(GoldenFrames.responses[name].flatMap(bytes(hexadecimal:)))
    #expect(response.frame() == golden)
    #expect(try ABCIResponse(decoding: message(inFrame: golden)) == response)
  }

  @Test func everyMethodHasASample() {
    #expect(Set(SampleMessages.requests.map(\.method)) == Set(ABCIMethod.allCases))
    #expect(Set(SampleMessages.responses.compactMap(\.method)) == Set(ABCIMethod.allCases))
  }

  /// Frames of a minimal application with a real node and a real command-line client.
  @Test(arguments: [
    ("090a070a0568656c6c6f", ABCIMethod.echo), ("021a00", .info),
    ("161a140a07302e33382e3235100b18082205322e302e30", .info), ("0742050a03613d31", .checkTx), ("025a00", .commit),
  ])
  func workedRequestsAreRead(hexadecimal: String, method: ABCIMethod) throws {
    let frame = try #require(bytes(hexadecimal: hexadecimal))
    let request = try ABCIRequest(decoding: message(inFrame: frame))
    #expect(request.method == method)
    #expect(request.frame() == frame)
  }

  @Test(arguments: [
    ("0912070a0568656c6c6f", ABCIResponse.echo(EchoMessage { $0.text = "hello" })),
    ("044a022801", .checkTx(CheckTxResponse { $0.gasWanted = 1 })),
    ("059201020801", .processProposal(ProcessProposalResponse { $0.status = Verdict.accept })),
    ("026200", .commit(CommitResponse())), ("023200", .initChain(InitChainResponse())),
    ("039a0100", .extendVote(ExtendVoteResponse())), ("038a0100", .prepareProposal(PrepareProposalResponse())),
    ("021a00", .flush),
  ])
  func workedResponsesAreWritten(hexadecimal: String, response: ABCIResponse) throws {
    #expect(response.frame() == bytes(hexadecimal: hexadecimal))
  }

  @Test func unknownFieldsArePassedOver() throws {
    // CheckTx with field 30 (varint) and field 31 (bytes) beside its own.
    let body: [UInt8] = [0x0a, 0x01, 0x61, 0xf0, 0x01, 0x07, 0xfa, 0x01, 0x01, 0x62]
    let request = try ABCIRequest(decoding: [0x42, UInt8(body.count)] + body)
    #expect(request == .checkTx(CheckTxRequest { $0.transaction = [0x61] }))
  }

  @Test func unpackedChunkListsAreReadToo() throws {
    let response = try ABCIResponse(decoding: [0x82, 0x01, 0x05, 0x10, 0x01, 0x10, 0xac, 0x02])
    #expect(response == .applySnapshotChunk(ApplySnapshotChunkResponse { $0.refetchedChunks = [1, 300] }))
  }

  @Test func proposalsStayWithinTheirBytes() {
    var request = PrepareProposalRequest { $0.transactions = [[UInt8](repeating: 1, count: 10), [], [2]] }
    #expect(PrepareProposalRequest.byteCount(of: []) == 2)
    #expect(PrepareProposalRequest.byteCount(of: [UInt8](repeating: 0, count: 127)) == 129)
    #expect(PrepareProposalRequest.byteCount(of: [UInt8](repeating: 0, count: 128)) == 131)
    for (limit, count) in [(-1, 0), (Int64.min, 0), (11, 0), (12, 1), (13, 1), (14, 2), (16, 2), (17, 3), (.max, 3)] {
      request.maximumByteCount = limit
      #expect(request.fittingTransactions().count == count, "limit \(limit)")
    }
  }

  @Test func momentsTurnIntoMilliseconds() {
    #expect(SampleMessages.time.milliseconds == 1_700_000_000_000)
    #expect(Timestamp(milliseconds: 1_700_000_000_123).milliseconds == 1_700_000_000_123)
    #expect(Timestamp { $0.seconds = -62_135_596_800 }.milliseconds == nil)
    #expect(Timestamp { $0.nanoseconds = 1_000_000_000 }.milliseconds == nil)
    #expect(Timestamp { $0.nanoseconds = -1 }.milliseconds == nil)
    #expect(Timestamp { $0.seconds = .max }.milliseconds == nil)
  }
}
