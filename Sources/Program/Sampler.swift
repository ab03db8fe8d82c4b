import Hashing

/// The sampler's parameters: decimals times 10^4, never binary fractions (SPEC.md, 3.9).
package struct SamplerParameters: Equatable, Sendable {
  /// 0 for the most likely token, or 100…1,000,000.
  package var temperature = 10_000
  /// 1…10,000.
  package var topP = 10_000
  /// 0 for all.
  package var topK = 0
  /// 1,000…100,000; 10,000 for none.
  package var repetitionPenalty = 10_000
  /// −20,000…20,000.
  package var frequencyPenalty = 0
  /// −20,000…20,000.
  package var presencePenalty = 0
  /// Ascending by token, each −1,000,000…1,000,000.
  package var biases: [(token: UInt32, bias: Int)] = []

  package init() {}

  package static func == (left: Self, right: Self) -> Bool {
    left.temperature == right.temperature && left.topP == right.topP && left.topK == right.topK
      && left.repetitionPenalty == right.repetitionPenalty && left.frequencyPenalty == right.frequencyPenalty
      && left.presencePenalty == right.presencePenalty
      && left.biases.elementsEqual(right.biases) { $0.token == $1.token && $0.bias == $1.bias }
  }

  /// Whether every parameter is in its range.
  package var isLegal: Bool {
    (temperature == 0 || (100...1_000_000).contains(temperature)) && (1...10_000).contains(topP) && topK >= 0
      && (1_000...100_000).contains(repetitionPenalty) && (-20_000...20_000).contains(frequencyPenalty)
      && (-20_000...20_000).contains(presencePenalty)
      && biases.allSatisfy { (-1_000_000...1_000_000).contains($0.bias) }
  }
}

/// Chooses tokens from logits, deterministically, by integers (SPEC.md, 3.9); `ReferenceSampler` defines the same.
package struct Sampler: Sendable {
  private let parameters: SamplerParameters
  private let seed: Digest
  private let choice: UInt32
  private var isSeen: [Bool]
  /// How often each token occurs in the answer.
  private var answerCounts: [UInt32: Int] = [:]
  /// Tokens chosen so far.
  package private(set) var answerCount = 0

  /// - Precondition: the parameters are legal, prompt and vocabulary agree.
  package init(
    _ parameters: SamplerParameters, seed: Digest, choice: UInt32 = 0, prompt: [UInt32], vocabularyCount: Int
  ) {
    precondition(parameters.isLegal)
    self.parameters = parameters
    self.seed = seed
    self.choice = choice
    isSeen = [Bool](repeating: false, count: vocabularyCount)
    for token in prompt { isSeen[Int(token)] = true }
  }

  /// Chooses the next token of the answer.
  /// - Parameter logits: shape (vocabularyCount,), 16 fraction bits.
  /// - Complexity: O(V), and O(V log k) with top-k; top-p sorts only the tokens whose weights are about the last kept one's.
  package mutating func next(_ logits: [Int32]) -> UInt32 {
    let token = withUnsafeTemporaryAllocation(of: Int64.self, capacity: logits.count) { adjusted in
      adjust(logits, into: adjusted)
      return parameters.temperature == 0 ? Self.greatest(adjusted) : draw(adjusted)
    }
    isSeen[Int(token)] = true
    answerCounts[token, default: 0] += 1
    answerCount += 1
    return token
  }

  /// Bias, repetition, then frequency and presence.
  private func adjust(_ logits: [Int32], into adjusted: UnsafeMutableBufferPointer<Int64>) {
    for index in logits.indices { adjusted[index] = Int64(logits[index]) }
    for (token, bias) in parameters.biases where token < logits.count {
      adjusted[Int(token)] += floorQuotient(Int64(bias) << 16, 10_000)
    }
    let penalty = Int64(parameters.repetitionPenalty)
    if penalty != 10_000 {
      for index in adjusted.indices where isSeen[index] {
        let logit = adjusted[index]
        adjusted[index] = logit > 0 ? floorQuotient(logit * 10_000, penalty) : floorQuotient(logit * penalty, 10_000)
      }
    }
    if parameters.frequencyPenalty != 0 || parameters.presencePenalty != 0 {
      for (token, count) in answerCounts {
        let penalty = Int64(parameters.frequencyPenalty) * Int64(count) + Int64(parameters.presencePenalty)
        adjusted[Int(token)] -= floorQuotient(penalty << 16, 10_000)
      }
    }
  }

  private static func greatest(_ logits: UnsafeMutableBufferPointer<Int64>) -> UInt32 {
    var best = 0
    for index in logits.indices where logits[index] > logits[best] { best = index }
    return UInt32(best)
  }

  private func draw(_ logits: UnsafeMutableBufferPointer<Int64>) -> UInt32 {
    withUnsafeTemporaryAllocation(of: UInt32.self, capacity: logits.count) { weights in
      weigh(logits, into: weights)
      keepNucleus(logits, weights)
      let target = uniform().multipliedFullWidth(by: Nucleus.sum(weights)).high
      var cumulative: UInt64 = 0
      for (index, weight) in weights.enumerated() {
        cumulative += UInt64(weight)
        if cumulative > target { return UInt32(index) }
      }
      preconditionFailure("the greatest logit has a positive weight")
    }
  }

  /// w = EXPF[δ mod 4096] >> ⌊δ/4096⌋, below 2^31.
  private func weigh(_ logits: UnsafeMutableBufferPointer<Int64>, into weights: UnsafeMutableBufferPointer<UInt32>) {
    let greatest = logits.max() ?? 0
    let rate = 94_548 * 10_000 / Int64(parameters.temperature)
    Tables.expFraction.withUnsafeBufferPointer { table in
      for index in logits.indices {
        // rs(min(max ℓ − ℓ, 2^36) · τ, 20), at most 2^40.
        let distance = (min(greatest &- logits[index], 1 << 36) &* rate &+ 1 << 19) &>> 20
        let octave = distance &>> 12
        weights[index] = octave >= 31 ? 0 : table[Int(distance & 4095)] &>> UInt32(truncatingIfNeeded: octave)
      }
    }
  }

  /// Zeroes the weights that top-k and top-p drop.
  private func keepNucleus(
    _ logits: UnsafeMutableBufferPointer<Int64>, _ weights: UnsafeMutableBufferPointer<UInt32>
  ) {
    let nucleus = Nucleus(logits: UnsafeBufferPointer(logits), weights: weights)
    if parameters.topK != 0, parameters.topK < logits.count {
      nucleus.keep(first: parameters.topK, share: parameters.topP)
    } else if parameters.topP < 10_000 {
      nucleus.keep(share: parameters.topP)
    }
  }

  private func uniform() -> UInt64 {
    var writer = ByteWriter()
    writer.write(seed)
    writer.write(choice)
    writer.write(UInt64(answerCount))
    let digest = taggedHash("razao/sample/1", writer.bytes)
    return digest.bytes.prefix(8).reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }
}

/// ⌊a / b⌋ for b > 0.
func floorQuotient(_ a: Int64, _ b: Int64) -> Int64 {
  let (quotient, remainder) = a.quotientAndRemainder(dividingBy: b)
  return remainder < 0 ? quotient - 1 : quotient
}
