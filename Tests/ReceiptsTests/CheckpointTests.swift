import Hashing
import Testing

@testable import Receipts

@Suite struct CheckpointTests {
  static func checkpoint(
    of bundle: Bundle, at count: Int = 4, by seed: [UInt8] = KeySeed.honest, edit: (inout Checkpoint) -> Void = { _ in }
  ) throws -> SignedCheckpoint {
    let receipt = bundle.receipt.body
    var checkpoint = Checkpoint(
      requestID: receipt.requestID, acceptHash: receipt.acceptHash, providerKey: receipt.providerKey,
      answerCount: UInt32(count), positions: receipt.promptCount + UInt32(count) - 1,
      chain: TokenChain(bundle.blinds, over: bundle.answer.prefix(count)).end, traceRoot: receipt.trace.root,
      amountOwed: try #require(
        receipt.payment.prices.amount(promptTokens: receipt.promptCount, answerTokens: UInt32(count))),
      time: 1_000_200)
    edit(&checkpoint)
    return try signingKey(seed).sign(checkpoint)
  }

  private func check(_ checkpoint: SignedCheckpoint, _ bundle: Bundle, previous: Checkpoint? = nil) throws {
    try checkpoint.check(
      accept: bundle.accept, promptCount: 5, previous: previous,
      answer: TokenChain(bundle.blinds, over: bundle.answer.prefix(4)))
  }

  @Test func honestCheckpointsFollowEachOther() throws {
    let bundle = try Job().bundle()
    let first = try Self.checkpoint(of: bundle, at: 2)
    try first.check(accept: bundle.accept, promptCount: 5)
    try check(Self.checkpoint(of: bundle), bundle, previous: first.body)
  }

  @Test func everyFlippedByteIsRefused() throws {
    let bundle = try Job().bundle()
    let bytes = try Self.checkpoint(of: bundle).encoded()
    for index in bytes.indices {
      var flipped = bytes
      flipped[index] ^= 1 << UInt8(index % 8)
      #expect(throws: (any Error).self, "byte \(index)") { try check(SignedCheckpoint(decoding: flipped), bundle) }
    }
  }

  @Test func checkpointOfAnotherKeyIsRefused() throws {
    let bundle = try Job().bundle()
    #expect(throws: CheckpointRefutation.signature) {
      try check(Self.checkpoint(of: bundle, by: KeySeed.other), bundle)
    }
    let key = try signingKey(KeySeed.other).publicKey
    #expect(throws: CheckpointRefutation.otherJob) {
      try check(Self.checkpoint(of: bundle, by: KeySeed.other) { $0.providerKey = key }, bundle)
    }
  }

  @Test func checkpointOfAnotherJobIsRefused() throws {
    let bundle = try Job().bundle()
    #expect(throws: CheckpointRefutation.otherJob) {
      try check(Self.checkpoint(of: bundle) { $0.acceptHash = $0.acceptHash.turned }, bundle)
    }
    let id = try #require(RequestID([UInt8](repeating: 1, count: 16)))
    #expect(throws: CheckpointRefutation.otherJob) {
      try check(Self.checkpoint(of: bundle) { $0.requestID = id }, bundle)
    }
  }

  @Test func overCountedCheckpointIsRefused() throws {
    let bundle = try Job().bundle()
    #expect(throws: CheckpointRefutation.positions(stated: 9)) {
      try check(Self.checkpoint(of: bundle) { $0.positions = 9 }, bundle)
    }
    #expect(throws: CheckpointRefutation.positions(stated: 4)) {
      try check(Self.checkpoint(of: bundle, at: 0), bundle)
    }
    let honest = try Self.checkpoint(of: bundle).body.amountOwed
    #expect(throws: CheckpointRefutation.amount(stated: honest + 1, computed: honest)) {
      try check(Self.checkpoint(of: bundle) { $0.amountOwed += 1 }, bundle)
    }
  }

  @Test func checkpointsOutOfOrderAreRefused() throws {
    let bundle = try Job().bundle()
    let later = try Self.checkpoint(of: bundle, at: 6).body
    #expect(throws: CheckpointRefutation.order) { try check(Self.checkpoint(of: bundle), bundle, previous: later) }
    #expect(throws: CheckpointRefutation.order) { try check(Self.checkpoint(of: bundle) { $0.time = 999_999 }, bundle) }
    let first = try Self.checkpoint(of: bundle, at: 2).body
    #expect(throws: CheckpointRefutation.order) {
      try check(Self.checkpoint(of: bundle) { $0.time = first.time - 1 }, bundle, previous: first)
    }
  }

  @Test func checkpointOverOtherTokensIsRefused() throws {
    let bundle = try Job().bundle()
    #expect(throws: CheckpointRefutation.chain) {
      try check(Self.checkpoint(of: bundle) { $0.chain = $0.chain.turned }, bundle)
    }
    #expect(throws: CheckpointRefutation.chain) { try check(Self.checkpoint(of: bundle, at: 3), bundle) }
  }
}
