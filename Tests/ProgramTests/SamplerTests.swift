import Hashing
import Program
import Testing

@Suite struct SamplerTests {
  private func sampler(_ parameters: SamplerParameters, prompt: [UInt32] = [], seed: UInt8 = 0) -> Sampler {
    Sampler(parameters, seed: SHA256.hash([seed]), prompt: prompt, vocabularyCount: 8)
  }

  private let logits: [Int32] = [0, 65_536, 131_072, 131_072, -65_536, .min, .max, 5]

  @Test func greedyTakesTheLowestIdOfTheGreatest() {
    var parameters = SamplerParameters()
    parameters.temperature = 0
    var sampler = sampler(parameters)
    #expect(sampler.next([1, 7, 7, 0, 0, 0, 0, 0]) == 1)
    #expect(sampler.next(logits) == 6)
  }

  @Test func sameSeedSameTokens() {
    var (first, second, other) = (sampler(.init()), sampler(.init()), sampler(.init(), seed: 1))
    let flat = [Int32](repeating: 0, count: 8)
    let tokens = (0..<64).map { _ in first.next(flat) }
    #expect(tokens == (0..<64).map { _ in second.next(flat) })
    #expect(tokens != (0..<64).map { _ in other.next(flat) })
    #expect(Set(tokens).count == 8)
  }

  @Test func topKOneIsGreedy() {
    var parameters = SamplerParameters()
    parameters.topK = 1
    var sampler = sampler(parameters)
    for _ in 0..<20 { #expect(sampler.next([1, 9, 9, 0, 0, 0, 0, 0]) == 1) }
  }

  @Test func topPKeepsTheShortestPrefix() {
    var parameters = SamplerParameters()
    parameters.topP = 5_000
    var sampler = sampler(parameters)
    // Two equal logits far above the rest: half the mass is reached by the first alone.
    for _ in 0..<20 { #expect(sampler.next([0, 2_000_000, 2_000_000, 0, 0, 0, 0, 0]) == 1) }
  }

  @Test func frequenciesFollowTheWeights() {
    var sampler = sampler(.init())
    var counts = [0, 0]
    // A difference of ln 3 in logits is odds of 3 to 1.
    let logits: [Int32] = [71_998, 0] + [Int32](repeating: -10_000_000, count: 6)
    for _ in 0..<4000 { counts[Int(sampler.next(logits))] += 1 }
    #expect((2850...3150).contains(counts[0]))
  }

  @Test func penaltiesAndBiasMoveLogits() {
    var parameters = SamplerParameters()
    parameters.temperature = 0
    parameters.repetitionPenalty = 20_000
    var repetition = sampler(parameters, prompt: [1])
    #expect(repetition.next([60, 100, 0, 0, 0, 0, 0, 0]) == 0)
    parameters.repetitionPenalty = 10_000
    parameters.presencePenalty = 20_000
    var presence = sampler(parameters)
    #expect(presence.next([0, 100_000, 0, 0, 0, 0, 0, 0]) == 1)
    #expect(presence.next([0, 100_000, 0, 0, 0, 0, 0, 0]) == 0)
    parameters.presencePenalty = 0
    parameters.biases = [(token: 7, bias: 1_000_000)]
    var biased = sampler(parameters)
    #expect(biased.next([0, 100_000, 0, 0, 0, 0, 0, 0]) == 7)
  }

  @Test func extremeLogitsAndTemperatures() {
    for temperature in [100, 10_000, 1_000_000] {
      var parameters = SamplerParameters()
      parameters.temperature = temperature
      parameters.repetitionPenalty = 1_000
      parameters.frequencyPenalty = -20_000
      parameters.biases = [(token: 0, bias: -1_000_000), (token: 1, bias: 1_000_000)]
      var sampler = sampler(parameters, prompt: [0, 1, 2, 3, 4, 5, 6, 7])
      for _ in 0..<50 { _ = sampler.next([.max, .min, .max, .min, 0, 0, 1, -1]) }
      #expect(sampler.answerCount == 50)
    }
  }

  @Test func rangesAreChecked() {
    var parameters = SamplerParameters()
    #expect(parameters.isLegal)
    parameters.temperature = 99
    #expect(!parameters.isLegal)
    parameters = SamplerParameters()
    parameters.topP = 0
    #expect(!parameters.isLegal)
    parameters = SamplerParameters()
    parameters.biases = [(token: 0, bias: 1_000_001)]
    #expect(!parameters.isLegal)
  }
}
