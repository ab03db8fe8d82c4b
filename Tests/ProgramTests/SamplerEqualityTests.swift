import Hashing
import Program
import ProgramTestSupport
import Testing

/// The sampler chooses what its definition chooses, whatever the parameters.
struct SamplerEqualityTests {
  private func parameters(_ random: inout RandomNumbers, count: Int) -> SamplerParameters {
    var parameters = SamplerParameters()
    parameters.temperature = [0, 100, 7_000, 10_000, 30_000, 1_000_000][Int.random(in: 0..<6, using: &random)]
    parameters.topP = random.oneIn(2) ? 10_000 : Int.random(in: 1...10_000, using: &random)
    parameters.topK = random.oneIn(2) ? 0 : Int.random(in: 1...count + 2, using: &random)
    if random.oneIn(3) { parameters.repetitionPenalty = Int.random(in: 1_000...100_000, using: &random) }
    if random.oneIn(3) { parameters.frequencyPenalty = Int.random(in: -20_000...20_000, using: &random) }
    if random.oneIn(3) { parameters.presencePenalty = Int.random(in: -20_000...20_000, using: &random) }
    if random.oneIn(3) {
      let limit = 1_000_000
      parameters.biases = [0, 2, UInt32(count)].map { ($0, Int.random(in: -limit...limit, using: &random)) }
    }
    return parameters
  }

  /// Logits of every spread, flat and with ties too.
  private func logits(_ random: inout RandomNumbers, count: Int) -> [Int32] {
    let bits = Int32.random(in: 0...31, using: &random)
    let limit = bits == 31 ? Int32.max : Int32(1) << bits - 1
    var logits = (0..<count).map { _ in Int32.random(in: -limit...limit, using: &random) }
    if random.oneIn(2) {
      for index in logits.indices where random.oneIn(3) { logits[index] = logits[index / 2] }
    }
    return logits
  }

  @Test(arguments: 0..<300)
  func randomParameters(seed: UInt64) {
    var random = RandomNumbers(seed: seed)
    let count = Int.random(in: 1...200, using: &random)
    let parameters = parameters(&random, count: count)
    let prompt = random.tokens(5, vocabularyCount: count)
    let seed = SHA256.hash([UInt8(truncatingIfNeeded: seed)])
    var fast = Sampler(parameters, seed: seed, choice: 3, prompt: prompt, vocabularyCount: count)
    var slow = ReferenceSampler(parameters, seed: seed, choice: 3, prompt: prompt, vocabularyCount: count)
    for step in 0..<20 {
      let logits = logits(&random, count: count)
      let (found, expected) = (fast.next(logits), slow.next(logits))
      #expect(found == expected, "step \(step), \(parameters)")
    }
  }

  @Test(arguments: [1, 100, 5_000, 9_000, 9_999], [0, 1, 40, 3_999, 4_000])
  func largeVocabularies(topP: Int, topK: Int) {
    var random = RandomNumbers(seed: UInt64(topP * 7 + topK))
    var parameters = SamplerParameters()
    (parameters.topP, parameters.topK) = (topP, topK)
    var fast = Sampler(parameters, seed: .zero, prompt: [], vocabularyCount: 4_000)
    var slow = ReferenceSampler(parameters, seed: .zero, prompt: [], vocabularyCount: 4_000)
    for _ in 0..<4 {
      let logits = logits(&random, count: 4_000)
      #expect(fast.next(logits) == slow.next(logits))
    }
  }
}
