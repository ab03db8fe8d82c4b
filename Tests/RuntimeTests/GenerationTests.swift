import Hashing
import Program
import ProgramTestSupport
import Testing

@testable import Runtime

struct GenerationTests {
  private let options = TraceBuilder.Options(salt: SHA256.hash([4]), keepsCells: true)

  private func request(_ count: Int, temperature: Int = 10_000, prompt: [UInt32] = [3, 1, 4, 1, 5]) -> GenerationRequest
  {
    var parameters = SamplerParameters()
    parameters.temperature = temperature
    return GenerationRequest(
      prompt: prompt, parameters: parameters, seed: SHA256.hash([1]), maximumTokens: count, stopTokens: [],
      chainBlind: SHA256.hash([2]))
  }

  private func tokens(_ generation: Generation) throws -> [GeneratedToken] {
    var generation = generation
    var tokens: [GeneratedToken] = []
    while let token = try generation.next() { tokens.append(token) }
    return tokens
  }

  /// The same by the slow interpreter.
  private func expected(_ request: GenerationRequest, _ program: Program) throws -> [UInt32] {
    var reference = try Reference(program)
    var sampler = Sampler(
      request.parameters, seed: request.seed, prompt: request.prompt, vocabularyCount: reference.graph.vocabularyCount)
    for token in request.prompt { reference.append(token) }
    return (0..<request.maximumTokens).map { _ in
      let token = sampler.next(reference.logits())
      reference.append(token)
      return token
    }
  }

  @Test(arguments: [0, 10_000, 50_000])
  func tokensAreTheReferences(temperature: Int) throws {
    let model = try Model(ProgramRecipe(seed: 40))
    let request = request(30, temperature: temperature)
    let generated = try tokens(Generation(request, model: model))
    #expect(try generated.map(\.token) == expected(request, model.program))
    #expect(generated.map(\.count) == Array(1...30))
    #expect(generated.last?.end == .lengthLimit && generated.dropLast().allSatisfy { $0.end == nil })
  }

  @Test func chainAndTraceRootsAreThoseOfEachPrefix() throws {
    let model = try Model(ProgramRecipe(seed: 41))
    let request = request(20)
    let generated = try tokens(Generation(request, model: model, trace: options))
    var chain = TokenChain(blind: request.chainBlind)
    for (index, step) in generated.enumerated() {
      chain.append(step.token)
      #expect(step.chain == chain.end)
      let sequence = TokenSequence(model, trace: options)
      _ = try sequence.prefill(request.prompt + generated[..<index].map(\.token), logits: .none)
      #expect(step.traceRoot == sequence.trace?.root)
    }
  }

  @Test func chainIsTheTaggedHashChain() {
    let blind = SHA256.hash([1])
    var chain = TokenChain(blind: blind)
    let start = taggedHash("razao/chain/1", blind.bytes)
    #expect(chain.end == start)
    chain.append(0x0403_0201)
    #expect(chain.end == taggedHash("razao/chain/1", start.bytes + [1, 2, 3, 4]))
  }

  @Test func stopTokenEndsTheAnswerAndBelongsToIt() throws {
    let model = try Model(ProgramRecipe(seed: 42))
    var request = request(30)
    let all = try expected(request, model.program)
    request.stopTokens = [all[7]]
    let length = try #require(all.firstIndex(of: all[7])) + 1
    let generated = try tokens(Generation(request, model: model))
    #expect(generated.map(\.token) == Array(all[..<length]) && generated.last?.end == .stopToken)
  }

  @Test func theProgramsOwnStopTokensAreTheDefault() throws {
    var recipe = ProgramRecipe(seed: 43)
    recipe.stopTokens = (0..<53).map { UInt32($0) }
    var request = request(30)
    request.stopTokens = nil
    let generated = try tokens(Generation(request, model: Model(recipe)))
    #expect(generated.count == 1 && generated[0].end == .stopToken)
  }

  @Test func aFullContextEndsTheAnswer() throws {
    var recipe = ProgramRecipe(seed: 44)
    recipe.contextLength = 12
    let generated = try tokens(Generation(request(100), model: Model(recipe)))
    // Twelve positions are fed: five of the prompt, seven of the answer, whose eighth token is never fed.
    #expect(generated.count == 8 && generated.last?.end == .contextFull)
  }

  @Test func nothingIsGeneratedForNoTokens() throws {
    var generation = try Generation(request(0), model: Model(ProgramRecipe(seed: 45)))
    #expect(try generation.next() == nil)
  }

  @Test func aPromptCanBeFedBlockByBlock() throws {
    let model = try Model(ProgramRecipe(seed: 46))
    let request = request(4, prompt: [UInt32].random(40, below: 53, seed: 1))
    var generation = try Generation(request, model: model, blockSize: 16)
    #expect(try generation.advancePrompt() == false && generation.sequence.count == 16)
    #expect(try generation.advancePrompt() == false)
    #expect(try generation.advancePrompt() && generation.sequence.count == 40)
    #expect(try generation.advancePrompt())
    #expect(try tokens(generation) == tokens(Generation(request, model: model)))
  }

  @Test func badRequestsAreRefused() throws {
    let model = try Model(ProgramRecipe(seed: 47))
    func refusal(_ change: (inout GenerationRequest) -> Void) -> RuntimeError? {
      var request = request(4)
      change(&request)
      do throws(RuntimeError) {
        _ = try Generation(request, model: model)
        return nil
      } catch {
        return error
      }
    }
    #expect(refusal { $0.prompt = [] } == .emptyPrompt)
    #expect(refusal { $0.prompt = [53] } == .unknownToken(53, vocabularyCount: 53))
    #expect(refusal { $0.prompt = Array(repeating: 1, count: 97) } == .contextOverflow(positions: 97, limit: 96))
    #expect(refusal { $0.parameters.topP = 0 } == .illegalSampling)
    #expect(refusal { _ in } == nil)
  }
}
