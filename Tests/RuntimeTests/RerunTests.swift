import Hashing
import Program
import ProgramTestSupport
import Testing

@testable import Runtime

struct RerunTests {
  private let options = TraceBuilder.Options(salt: SHA256.hash([5]), keepsCells: true)

  private struct Answer {
    let model: Model
    let request: GenerationRequest
    let tokens: [UInt32]
    let trace: TraceBuilder
  }

  private func answer(seed: UInt64, count: Int = 25) throws -> Answer {
    var parameters = SamplerParameters()
    parameters.topK = 20
    parameters.frequencyPenalty = 5_000
    parameters.repetitionPenalty = 12_000
    let model = try Model(ProgramRecipe(seed: seed))
    let request = GenerationRequest(
      prompt: [7, 8, 9, 7], parameters: parameters, seed: SHA256.hash([3]), maximumTokens: count, stopTokens: [])
    var generation = try Generation(request, model: model, trace: options)
    var tokens: [UInt32] = []
    while let step = try generation.next() { tokens.append(step.token) }
    return Answer(
      model: model, request: request, tokens: tokens, trace: try #require(generation.sequence.trace))
  }

  @Test(arguments: [1, 5, 32])
  func anHonestAnswerAgreesEverywhere(blockSize: Int) throws {
    let answer = try answer(seed: 50)
    let rerun = try Rerun(
      answer.request, answer: answer.tokens, model: answer.model, trace: options, blockSize: blockSize)
    #expect(rerun.firstMismatch == nil && rerun.expectedToken == nil)
    #expect(rerun.traceRoot == answer.trace.root && rerun.cells == answer.trace.cells)
    #expect(rerun.tokenRoots.count == 4 + 25 - 1)
  }

  @Test(arguments: [0, 1, 12, 23, 24])
  func aForgedTokenIsFound(index: Int) throws {
    let answer = try answer(seed: 51)
    var forged = answer.tokens
    forged[index] = (forged[index] + 1) % 53
    let rerun = try Rerun(answer.request, answer: forged, model: answer.model, trace: options)
    #expect(rerun.firstMismatch == index && rerun.expectedToken == answer.tokens[index])
  }

  @Test func anotherSeedIsFound() throws {
    let answer = try answer(seed: 52)
    var request = answer.request
    request.seed = SHA256.hash([8])
    #expect(try Rerun(request, answer: answer.tokens, model: answer.model, trace: options).firstMismatch != nil)
  }

  @Test func anotherProgramHasAnotherTrace() throws {
    let answer = try answer(seed: 53)
    let other = try Rerun(answer.request, answer: answer.tokens, model: Model(ProgramRecipe(seed: 54)), trace: options)
    #expect(other.traceRoot != answer.trace.root)
  }

  @Test func anEmptyAnswerTracesThePromptButItsLastToken() throws {
    let answer = try answer(seed: 55, count: 1)
    let rerun = try Rerun(answer.request, answer: [], model: answer.model, trace: options)
    #expect(rerun.firstMismatch == nil && rerun.tokenRoots.count == 3)
  }

  @Test(arguments: [0, 3])
  func foreignTokensAreRefused(index: Int) throws {
    let answer = try answer(seed: 56, count: 4)
    var forged = answer.tokens
    forged[index] = 53
    #expect(throws: RuntimeError.unknownToken(53, vocabularyCount: 53)) {
      try Rerun(answer.request, answer: forged, model: answer.model, trace: options)
    }
  }

  @Test func anAnswerBeyondTheContextIsRefused() throws {
    let answer = try answer(seed: 57, count: 4)
    #expect(throws: RuntimeError.contextOverflow(positions: 97, limit: 96)) {
      try Rerun(answer.request, answer: Array(repeating: 1, count: 94), model: answer.model, trace: options)
    }
  }
}
