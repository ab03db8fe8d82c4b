/// Which experts work on one token, and with which weights (SPEC.md, 3.13).
package struct RouterWeights: Equatable, Sendable {
  /// Fraction bits of a weight.
  package static let fraction = 15
  /// log2(e) with 16 fraction bits, as in the sampler.
  private static let log2e: Int64 = 94_548

  /// The chosen, ascending, shape (chosenCount,).
  package let experts: [Int]
  /// Shape (chosenCount,), each in 0…2^15.
  package let weights: [Int64]

  /// - Parameter logits: shape (experts,), 16 fraction bits, |ℓ| < 2^60; not empty.
  /// - Complexity: O(n log n).
  package init(_ logits: [Int64], chosenCount: Int, weighting: Experts.Weighting) {
    precondition((1...logits.count).contains(chosenCount))
    let ranked = logits.indices.sorted { logits[$0] == logits[$1] ? $0 < $1 : logits[$0] > logits[$1] }
    let chosen = ranked.prefix(chosenCount).sorted()
    experts = chosen
    switch weighting {
    case .sigmoid: weights = chosen.map { Self.sigmoid(logits[$0]) }
    case .softmaxOfChosen, .softmaxOfAll:
      let greatest = logits[ranked[0]]
      let powers = logits.map { Self.power(greatest - $0) }
      let sum = (weighting == .softmaxOfAll ? Array(logits.indices) : chosen).reduce(0) { $0 + powers[$1] }
      weights = chosen.map { (powers[$0] << Int64(Self.fraction)) / sum }
    }
  }

  /// e^−difference with 31 fraction bits, from the table EXPF.
  private static func power(_ difference: Int64) -> Int64 {
    let delta = rs(min(difference, 1 << 36) * log2e, 20)
    return delta >> 12 >= 31 ? 0 : Int64(Tables.expFraction[Int(delta & 4095)]) >> (delta >> 12)
  }

  /// 1/(1 + e^−ℓ) with 15 fraction bits, rounded down.
  private static func sigmoid(_ logit: Int64) -> Int64 {
    let power = power(Int64(min(logit.magnitude, 1 << 36)))
    let one = Int64(1) << 31
    return (logit >= 0 ? one : power) << Int64(fraction) / (one + power)
  }
}

extension Experts {
  /// The experts that logits choose, and their weights.
  /// - Parameter logits: shape (experts,), 16 fraction bits.
  package func route(_ logits: [Int64]) -> RouterWeights {
    RouterWeights(logits, chosenCount: chosenCount, weighting: weighting)
  }
}

extension RowScale {
  /// The scale of the same operands times a weight of 15 fraction bits.
  /// - Precondition: 1 ≤ weight ≤ 2^15.
  @inlinable
  package func weighted(by weight: Int64) -> RowScale { RowScale(mantissa * weight, exponent: exponent + 15) }
}
