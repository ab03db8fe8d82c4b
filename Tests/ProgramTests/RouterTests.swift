import Program
import Testing

/// Which experts a router chooses, and their weights (SPEC.md, 3.13).
@Suite struct RouterTests {
  private static let whole = Int64(1) << 15

  @Test func tiesGoToTheLowestIndex() {
    let logits: [Int64] = [5, 9, 9, 1, 9, 5]
    func chosen(_ count: Int) -> [Int] {
      RouterWeights(logits, chosenCount: count, weighting: .softmaxOfChosen).experts
    }
    #expect(chosen(1) == [1])
    #expect(chosen(2) == [1, 2])
    #expect(chosen(4) == [0, 1, 2, 4])
    #expect(chosen(6) == [0, 1, 2, 3, 4, 5])
  }

  @Test func equalLogitsShareEvenly() {
    let weights = RouterWeights([7, 7, 7, 7], chosenCount: 2, weighting: .softmaxOfChosen).weights
    #expect(weights == [Self.whole / 2, Self.whole / 2])
    #expect(RouterWeights([7, 7, 7, 7], chosenCount: 2, weighting: .softmaxOfAll).weights == [8192, 8192])
  }

  @Test func aSingleChosenHasTheWholeWeight() {
    #expect(RouterWeights([-3, 4, 2], chosenCount: 1, weighting: .softmaxOfChosen).weights == [Self.whole])
    #expect(RouterWeights([0], chosenCount: 1, weighting: .softmaxOfAll).weights == [Self.whole])
  }

  @Test func sigmoidsOfKnownLogits() {
    let one = Int64(1) << 16
    func weight(_ logit: Int64) -> Int64 { RouterWeights([logit], chosenCount: 1, weighting: .sigmoid).weights[0] }
    #expect(weight(0) == Self.whole / 2)
    #expect(weight(100 * one) == Self.whole)
    #expect(weight(-100 * one) == 0)
    // 2^15·σ(1) = 23955.4…, 2^15·σ(−1) = 8812.6…
    #expect((23_954...23_956).contains(weight(one)))
    #expect((8811...8813).contains(weight(-one)))
    for logit in stride(from: -20 * one, to: 20 * one, by: 7777) {
      #expect(
        weight(logit) <= weight(logit + 7777) && (Self.whole - 2...Self.whole).contains(weight(logit) + weight(-logit)))
    }
  }

  @Test func softmaxOfKnownLogits() {
    let one = Int64(1) << 16
    // e^0, e^−1, e^−2: shares 0.66524, 0.24473, 0.09003.
    let all = RouterWeights([2 * one, 0, one], chosenCount: 2, weighting: .softmaxOfAll)
    #expect(all.experts == [0, 2])
    #expect(zip(all.weights, [21_798, 8019]).allSatisfy { abs($0 - $1) <= 2 })
    let chosen = RouterWeights([2 * one, 0, one], chosenCount: 2, weighting: .softmaxOfChosen)
    #expect(zip(chosen.weights, [23_955, 8812]).allSatisfy { abs($0 - $1) <= 2 })
  }

  @Test func extremeLogitsNeverTrap() {
    let extremes: [Int64] = [1 << 60 - 1, -(1 << 60) + 1, 0, 1, -1, 1 << 36, -(1 << 36)]
    for weighting in Experts.Weighting.allCases {
      for count in 1...extremes.count {
        let chosen = RouterWeights(extremes, chosenCount: count, weighting: weighting)
        #expect(chosen.experts.count == count && chosen.experts == chosen.experts.sorted())
        #expect(chosen.weights.allSatisfy { (0...Self.whole).contains($0) })
        if weighting != .sigmoid { #expect(chosen.weights.reduce(0, +) <= Self.whole) }
      }
    }
  }

  @Test func aWeightOfOneChangesNoScale() {
    for mantissa in [1, 2, 100, 2047, 2048, 3000, 4095] as [Int64] {
      let scale = RowScale(mantissa: mantissa, exponent: 20)
      let weighted = scale.weighted(by: Self.whole)
      // The same real value, perhaps with more bits of mantissa.
      #expect(weighted.mantissa << Int64(60 - weighted.exponent) == mantissa << 40)
    }
  }
}
