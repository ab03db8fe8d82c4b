import Testing

@testable import ABCI

/// Everything that a real node sent is read and written back byte for byte, and so is everything it was answered.
@Suite(.enabled(if: Recording.isPresent, "needs ../shared/data")) struct RecordedTrafficTests {
  @Test(arguments: Recording.names)
  func requestsKeepTheirBytes(name: String) throws {
    for call in try Recording.calls(name) {
      let request = try ABCIRequest(decoding: message(inFrame: call.request))
      #expect(request.method.recordedName == call.method)
      #expect(request.frame() == call.request)
    }
  }

  @Test(arguments: Recording.names)
  func responsesKeepTheirBytes(name: String) throws {
    for call in try Recording.calls(name) {
      let response = try ABCIResponse(decoding: message(inFrame: call.response))
      #expect(response.method?.recordedName == call.method)
      #expect(response.frame() == call.response)
    }
  }

  @Test(arguments: Recording.names)
  func aStreamCutAnywhereGivesTheSameFrames(name: String) throws {
    let calls = try Recording.calls(name)
    let stream = calls.flatMap(\.request)
    var decoder = FrameDecoder()
    var generator = SystemRandomNumberGenerator()
    var position = 0
    var frames: [[UInt8]] = []
    while position < stream.count {
      let end = min(stream.count, position + Int.random(in: 1...300, using: &generator))
      decoder.append(stream[position..<end])
      position = end
      while let message = try decoder.next() { frames.append(message) }
    }
    #expect(try frames == calls.map { try message(inFrame: $0.request) })
    #expect(decoder.pendingByteCount == 0)
  }

  @Test(arguments: Recording.names)
  func theOrderOfCallsFollowsTheGrammar(name: String) throws {
    let methods = try Recording.calls(name).map { try ABCIRequest(decoding: message(inFrame: $0.request)).method }
    #expect(throws: Never.self) { try CallGrammar.check(methods) }
  }

  @Test func theGenesisOfARecordingIsUnderstood() throws {
    let call = try #require(try Recording.calls("node-trace-a").first { $0.method == "init_chain" })
    guard case .initChain(let request) = try ABCIRequest(decoding: message(inFrame: call.request)) else {
      return #expect(Bool(false), "another method")
    }
    #expect(request.chainID == "chain-BWdzYY")
    #expect(request.validators.map(\.power) == [1, 1, 1, 1])
    #expect(request.validators.allSatisfy { $0.publicKey.kind == .ed25519 && $0.publicKey.bytes.count == 32 })
    #expect(request.consensusParameters?.block?.maximumBytes == 22_020_096)
    #expect(request.consensusParameters?.block?.maximumGas == -1)
    #expect(request.initialHeight == 1)
    #expect(request.consensusParameters?.evidence?.maximumAge.seconds == 172_800)
    #expect(request.consensusParameters?.version == VersionParameters())
    #expect(request.consensusParameters?.authority == nil)
  }
}
