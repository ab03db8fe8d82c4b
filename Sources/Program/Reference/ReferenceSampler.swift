import Hashing

/// The sampler as SPEC.md, 3.9, has it, step by step; `Sampler` chooses the same tokens faster.
package struct ReferenceSampler: Sendable {
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
  /// - Complexity: O(V), and O(V log V) where top-k or top-p asks for ranks.
  package mutating func next(_ logits: [Int32]) -> UInt32 {
    let adjusted = adjusted(logits)
    let token = parameters.temperature == 0 ? greatest(adjusted) : drawn(adjusted)
    isSeen[Int(token)] = true
    answerCounts[token, default: 0] += 1
    answerCount += 1
    return token
  }

  /// Bias, repetition, then frequency and presence.
  private func adjusted(_ logits: [Int32]) -> [Int64] {
    var adjusted = logits.map { Int64($0) }
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
    return adjusted
  }

  private func greatest(_ logits: [Int64]) -> UInt32 {
    var best = 0
    for index in logits.indices where logits[index] > logits[best] { best = index }
    return UInt32(best)
  }

  private func drawn(_ logits: [Int64]) -> UInt32 {
    var weights = weights(logits)
    keepNucleus(logits, &weights)
    let total = weights.reduce(0, +)
    let target = UInt64((UInt128(uniform()) * UInt128(total)) >> 64)
    var cumulative: UInt64 = 0
    for (index, weight) in weights.enumerated() {
      cumulative += weight
      if cumulative > target { return UInt32(index) }
    }
    preconditionFailure("the greatest logit has a positive weight")
  }

  private func weights(_ logits: [Int64]) -> [UInt64] {
    let greatest = logits.max() ?? 0
    let rate = 94_548 * 10_000 / Int64(parameters.temperature)
    return logits.map { logit in
      let distance = rs(min(greatest - logit, 1 << 36) * rate, 20)
      let octave = distance >> 12
      return octave >= 31 ? 0 : UInt64(Tables.expFraction[Int(distance & 4095)] >> UInt32(octave))
    }
  }

  /// Zeroes the weights that top-k and top-p drop.
  private func keepNucleus(_ logits: [Int64], _ weights: inout [UInt64]) {
    let limit = parameters.topK == 0 ? logits.count : min(parameters.topK, logits.count)
    guard limit < logits.count || parameters.topP < 10_000 else { return }
    let ranked = logits.indices.sorted { (-logits[$0], $0) < (-logits[$1], $1) }.prefix(limit)
    let total = ranked.reduce(UInt128(0)) { $0 + UInt128(weights[$1]) }
    var kept = [UInt64](repeating: 0, count: weights.count)
    var sum: UInt128 = 0
    for index in ranked {
      kept[index] = weights[index]
      sum += UInt128(weights[index])
      if parameters.topP < 10_000, sum * 10_000 >= UInt128(parameters.topP) * total { break }
    }
    weights = kept
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
