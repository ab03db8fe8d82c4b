import Protobuf
import Testing

@testable import ABCI

@Suite struct EnvelopeAttackTests {
  @Test func aMessageWithoutMethodIsRefused() {
    #expect(throws: ABCIError.noMethod) { try ABCIRequest(decoding: []) }
    #expect(throws: ABCIError.noMethod) { try ABCIResponse(decoding: []) }
  }

  @Test func aMessageOfTwoMethodsIsRefused() {
    #expect(throws: ABCIError.severalMethods) { try ABCIRequest(decoding: [0x1a, 0x00, 0x5a, 0x00]) }
    #expect(throws: ABCIError.severalMethods) { try ABCIRequest(decoding: [0x5a, 0x00, 0x5a, 0x00]) }
    #expect(throws: ABCIError.severalMethods) { try ABCIResponse(decoding: [0x0a, 0x00, 0x62, 0x00]) }
  }

  @Test func methodsOfOtherVersionsAreNamed() {
    // BeginBlock (7), DeliverTx (9) and EndBlock (10) of ABCI 0.17.
    for field in [7, 9, 10, 23] as [UInt32] {
      var writer = ProtobufWriter()
      writer.message(field: field) { _ in }
      #expect(throws: ABCIError.unknownMethod(field: field)) { try ABCIRequest(decoding: writer.bytes) }
    }
  }

  @Test func aMethodThatIsNoMessageIsRefused() {
    #expect(throws: ABCIError.malformed(.wrongWireType(field: 11))) { try ABCIRequest(decoding: [0x58, 0x00]) }
    #expect(throws: ABCIError.malformed(.truncated(offset: 1))) { try ABCIRequest(decoding: [0x5a, 0x05]) }
    #expect(throws: ABCIError.malformed(.truncated(offset: 3))) { try ABCIRequest(decoding: [0x5a, 0x01, 0x08]) }
  }

  @Test func aBlockOfMoreEntriesThanTheLimitIsRefused() {
    let request = ABCIRequest.finalizeBlock(BlockRequest { $0.transactions = Array(repeating: [], count: 200) })
    let body = Array(request.frame().dropFirst(2))
    #expect(throws: Never.self) { try ABCIRequest(decoding: body, limits: ProtobufLimits(fields: 202)) }
    #expect(throws: ABCIError.malformed(.tooManyFields(limit: 100))) {
      try ABCIRequest(decoding: body, limits: ProtobufLimits(fields: 100))
    }
  }

  @Test(arguments: ["2.0.0", "2.0.1", "2.0.17"])
  func versionsOfTwoPointZeroAreSpoken(version: String) {
    #expect(throws: Never.self) { try ABCIVersion.check(version) }
  }

  @Test(arguments: [
    "", "2.0", "2.0.", "2.1.0", "1.0.0", "0.17.0", "2.0.x", "2.0.0 ", "22.0.0", "2.0.0123456789", "٢.0.0",
  ])
  func otherVersionsAreRefusedByName(version: String) {
    #expect(throws: ABCIError.unsupportedVersion(version)) { try ABCIVersion.check(version) }
  }

  @Test func theRefusalOfAVersionIsOneClearLine() {
    let refusal = ABCIError.unsupportedVersion("2.1.0\n\u{1b}[31m").description
    #expect(
      refusal == "the consensus engine speaks ABCI 2.1.0[31m; this ledger speaks ABCI 2.0 (CometBFT 0.38 to 0.40)")
  }
}
