import ProgramTestSupport
import Testing

@testable import Runtime

/// The context's limit and foreign tokens are errors, and nothing is fed then.
struct ContextTests {
  private func sequence(contextLength: Int = 20) throws -> TokenSequence {
    var recipe = ProgramRecipe(seed: 20)
    recipe.contextLength = contextLength
    return TokenSequence(try Model(recipe))
  }

  @Test func exactlyFullContextIsFine() throws {
    let sequence = try sequence()
    _ = try sequence.prefill([UInt32](repeating: 1, count: 20))
    #expect(sequence.count == 20 && sequence.room == 0)
  }

  @Test func overlongPromptIsRefusedWhole() throws {
    let sequence = try sequence()
    #expect(throws: RuntimeError.contextOverflow(positions: 21, limit: 20)) {
      try sequence.prefill([UInt32](repeating: 1, count: 21))
    }
    #expect(sequence.count == 0 && sequence.cacheByteCount == 0)
  }

  @Test func aContextThatNoMachineHoldsIsRefusedBeforeAllocation() throws {
    var recipe = ProgramRecipe(seed: 20)
    recipe.contextLength = 1 << 20
    let sequence = TokenSequence(try Model(recipe), cacheByteLimit: 100_000)
    #expect(throws: RuntimeError.self) { try sequence.prefill([UInt32](repeating: 1, count: 100_000)) }
    #expect(sequence.count == 0 && sequence.cacheByteCount == 0)
    _ = try sequence.prefill([1, 2, 3])
  }

  @Test func decodingBeyondTheContextIsRefused() throws {
    let sequence = try sequence()
    _ = try sequence.prefill([UInt32](repeating: 1, count: 20))
    #expect(throws: RuntimeError.contextOverflow(positions: 21, limit: 20)) { try sequence.decode(1) }
    sequence.truncate(to: 19)
    #expect(try sequence.decode(1).count == 53)
  }

  @Test(arguments: [53, 54, UInt32.max])
  func tokenBeyondTheVocabularyIsRefused(token: UInt32) throws {
    let sequence = try sequence()
    let expected = RuntimeError.unknownToken(token, vocabularyCount: 53)
    #expect(throws: expected) { try sequence.prefill([1, token]) }
    #expect(throws: expected) { try sequence.decode(token) }
    #expect(sequence.count == 0)
  }

  @Test func cacheGrowsByBlocksUpToTheContext() throws {
    let sequence = try sequence(contextLength: 130)
    _ = try sequence.prefill([1])
    let block = sequence.cacheByteCount
    _ = try sequence.prefill([UInt32](repeating: 1, count: 129))
    #expect(block > 0 && sequence.cacheByteCount == 3 * block)
    sequence.truncate(to: 64)
    #expect(sequence.cacheByteCount == block)
  }

  @Test func errorsSayWhatIsWrong() {
    #expect(
      RuntimeError.contextOverflow(positions: 21, limit: 20).description
        == "21 positions do not fit into a context of 20")
    #expect(RuntimeError.unknownToken(9, vocabularyCount: 5).description == "token 9 is beyond the vocabulary of 5")
    #expect(RuntimeError.emptyPrompt.description == "the prompt is empty")
    #expect(RuntimeError.illegalSampling.description == "a sampling parameter is out of range")
  }
}
