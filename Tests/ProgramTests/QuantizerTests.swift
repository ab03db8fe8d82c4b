import Program
import Testing

@Suite struct QuantizerTests {
  /// The definition: the smallest k ≥ 1, then the largest j, at which everything fits.
  private func searched(_ row: [Int64], limit: Int64) -> (k: Int, j: Int)? {
    guard row.contains(where: { $0 != 0 }) else { return nil }
    for k in 1...60 {
      for j in stride(from: 127, through: 0, by: -1)
      where row.allSatisfy({ rs($0 * Int64(128 + j), k).magnitude <= limit }) { return (k, j) }
    }
    return nil
  }

  private func expectDefinition(_ row: [Int64], limit: Int64) {
    let quantized = QuantizedRow(row, limit: limit)
    guard let (k, j) = searched(row, limit: limit) else {
      #expect(quantized.values == row && (quantized.k, quantized.j) == (1, 0) && quantized.witness == nil)
      return
    }
    #expect(quantized.k == k && quantized.j == j, "row \(row)")
    let finer = j == 127 ? (k - 1, 0) : (k, j + 1)
    let witness = row.firstIndex { rs($0 * Int64(128 + finer.1), finer.0).magnitude > limit }
    #expect(quantized.witness == witness, "row \(row)")
    // Only the floor k ≥ 1 can keep a row from its finest step.
    #expect(witness != nil || (k, j) == (1, 127), "row \(row)")
  }

  @Test func closedFormEqualsTheSearchOnSmallRows() {
    for limit in [127, 32_767] as [Int64] {
      for a in -300...300 as ClosedRange<Int64> { expectDefinition([a], limit: limit) }
      for a in stride(from: -520, through: 520, by: 13) as StrideThrough<Int64> {
        for b in stride(from: -520, through: 520, by: 17) as StrideThrough<Int64> {
          expectDefinition([a, b], limit: limit)
        }
      }
    }
  }

  @Test func closedFormEqualsTheSearchOnGreatRows() {
    var generator = SystemRandomNumberGenerator()
    for bits in stride(from: 4, through: 51, by: 1) {
      let range = -(Int64(1) << Int64(bits))...Int64(1) << Int64(bits)
      expectDefinition((0..<5).map { _ in Int64.random(in: range, using: &generator) }, limit: 127)
      expectDefinition((0..<5).map { _ in Int64.random(in: range, using: &generator) }, limit: 32_767)
    }
  }

  @Test func theTieAtMinus127AndAHalfFits() {
    // −255 · 128 / 2^8 = −127.5 rounds to −127; +127.5 would round to 128.
    let negative = QuantizedRow([-255], limit: 127)
    #expect((negative.k, negative.j, negative.values) == (8, 0, [-127]))
    let positive = QuantizedRow([255], limit: 127)
    #expect(positive.k == 9)
  }

  @Test func hadamardIsItsOwnInverseUpToTheBlock() {
    let row = (0..<32).map { Int64($0 * $0 - 77) }
    let site = QuantizerSite(block: 8)
    #expect(QuantizerSite.largestBlock(columns: 192) == 64)
    #expect(QuantizerSite.largestBlock(columns: 4096) == 128)
    #expect(QuantizerSite.largestBlock(columns: 172) == 4)
    let once = QuantizedRow(row, site: site)
    #expect(once.values.allSatisfy { $0.magnitude <= 127 })
  }

  @Test func blockShiftGivesEachBlockItsFinestStep() {
    let row: [Int64] = [100_000, 3, 0, 0, 5, -7, 2, 1]
    let shifted = QuantizedRow(row, site: QuantizerSite(block: 4, mode: .blockShift))
    let plain = QuantizedRow(row, site: QuantizerSite(block: 4))
    #expect((shifted.k, shifted.j) == (plain.k, plain.j))
    #expect(shifted.values.allSatisfy { $0.magnitude <= 127 << 7 })
    // The second block is far smaller, so its operands use the shift: multiples of 2^(7 − n) with n > 0.
    #expect(shifted.values[4...].contains { $0 % 128 != 0 })
    #expect(shifted.values[..<4].allSatisfy { $0 % 128 == 0 })
  }

  @Test func blockShiftOfAZeroBlockIsZero() {
    let row: [Int64] = [9, 9, 9, 9, 0, 0, 0, 0]
    let shifted = QuantizedRow(row, site: QuantizerSite(block: 4, mode: .blockShift))
    #expect(shifted.values[4...].allSatisfy { $0 == 0 })
  }
}

@Suite struct NormTests {
  @Test func adviceIsInItsRange() {
    var generator = SystemRandomNumberGenerator()
    for bits in 0...46 {
      let limit = Int64(1) << Int64(bits)
      let row = (0..<16).map { _ in Int64.random(in: -limit...limit, using: &generator) }
      for epsilon in [0, 1, 2_748_778, 1 << 40] as [UInt64] {
        let advice = NormAdvice(row, epsilon: epsilon)
        let t = max(0, (row.map { bitLength($0) }.max() ?? 0) - 22)
        let v = advice.values.reduce(0) { $0 + $1 * $1 } + max(1, rs(Int64(epsilon), 2 * t))
        let scaled = advice.s >= 0 ? v >> Int64(advice.s) : v << Int64(-advice.s)
        #expect(advice.s.isMultiple(of: 2))
        #expect((1 << 28..<1 << 30).contains(scaled))
        let (root, next) = (Int128(advice.root), Int128(advice.root + 1))
        #expect(root * root * Int128(scaled) <= 1 << 60 && next * next * Int128(scaled) > 1 << 60)
        #expect((1 << 15...1 << 16).contains(advice.root))
      }
    }
  }

  @Test func aRowOfZerosHasAdvice() {
    let advice = NormAdvice([0, 0, 0, 0], epsilon: 0)
    #expect(advice.values == [0, 0, 0, 0])
    #expect(advice.s == -28 && advice.root == 1 << 16)
  }
}
