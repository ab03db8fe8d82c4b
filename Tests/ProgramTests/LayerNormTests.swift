import Program
import ProgramTestSupport
import Testing

/// LayerNorm by integers: n·x − Σx through the arithmetic of an RMS norm (SPEC.md, 3.2, kinds 3 and 4).
@Suite struct LayerNormTests {
  private struct Advice: Equatable {
    var values: [Int64]
    var s: Int
    var root: Int64
  }

  private func advice(_ row: [Int64], epsilon: UInt64) -> Advice {
    let advice = NormAdvice(row, epsilon: epsilon, isCentred: true)
    return Advice(values: advice.values, s: advice.s, root: advice.root)
  }

  /// SPEC.md, 3.2, in integers of 128 bits.
  private func direct(_ row: [Int64], epsilon: UInt64) -> Advice {
    let sum = row.reduce(Int128(0)) { $0 + Int128($1) }
    let centred = row.map { Int128(row.count) * Int128($0) - sum }
    var t = 0
    while centred.contains(where: { $0.magnitude >> UInt128(t) >= 1 << 22 }) { t += 1 }
    func rounded(_ x: Int128, _ shift: Int) -> Int128 {
      shift == 0 ? x : (x + (1 << Int128(shift - 1))) >> Int128(shift)
    }
    let values = centred.map { rounded($0, t) }
    let sumOfSquares = values.reduce(0) { $0 + $1 * $1 } + max(1, rounded(Int128(epsilon), 2 * t))
    var s = -40
    while floored(sumOfSquares, s) >= 1 << 30 { s += 2 }
    let root = integerSquareRoot(UInt128((Int128(1) << 60) / floored(sumOfSquares, s)))
    return Advice(values: values.map { Int64($0) }, s: s, root: Int64(root))
  }

  /// ⌊x / 2^s⌋.
  private func floored(_ x: Int128, _ s: Int) -> Int128 { s >= 0 ? x >> Int128(s) : x << Int128(-s) }

  @Test func equalsTheDefinitionInWideIntegers() {
    var random = RandomNumbers(seed: 21)
    for _ in 0..<400 {
      let count = Int.random(in: 1...70, using: &random)
      let bits = Int64.random(in: 1...46, using: &random)
      let mean = Int64.random(in: -1 << bits...1 << bits, using: &random)
      let row = (0..<count).map { _ in mean / 2 + Int64.random(in: -1 << bits...1 << bits, using: &random) / 2 }
      let epsilon = UInt64.random(in: 0...1 << 50, using: &random)
      #expect(advice(row, epsilon: epsilon) == direct(row, epsilon: epsilon))
    }
  }

  @Test func extremeRowsAreExact() {
    let great = Int64(1) << 47 - 1
    let rows: [[Int64]] = [
      [0], [great], [great, -great], Array(repeating: great, count: 64), [1, 0, 0, 0],
      [great] + Array(repeating: 0, count: 63),
      Array(repeating: -great, count: 63) + [great],
    ]
    for row in rows {
      for epsilon in [0, 1, 1 << 61] as [UInt64] {
        #expect(advice(row, epsilon: epsilon) == direct(row, epsilon: epsilon))
      }
    }
  }

  @Test func aConstantRowIsZero() {
    for value in [0, 1, -7, 1 << 46] as [Int64] {
      let advice = NormAdvice(Array(repeating: value, count: 48), epsilon: 1000, isCentred: true)
      #expect(advice.values.allSatisfy { $0 == 0 })
    }
  }

  @Test func aShiftOfTheWholeRowChangesNothing() {
    var random = RandomNumbers(seed: 22)
    let row = (0..<32).map { _ in Int64.random(in: -1 << 20...1 << 20, using: &random) }
    let shifted = row.map { $0 + 1 << 40 }
    #expect(NormAdvice(row, epsilon: 9, isCentred: true) == NormAdvice(shifted, epsilon: 9, isCentred: true))
    #expect(NormAdvice(row, epsilon: 9) != NormAdvice(shifted, epsilon: 9))
  }

  /// Both kinds against the formula in floating point.
  @Test func isCloseToTheFormula() {
    var random = RandomNumbers(seed: 23)
    let count = 64
    let row = (0..<count).map { _ in Int64.random(in: 30_000...300_000, using: &random) }
    let values = row.map { Double($0) / 65536 }
    let mean = values.reduce(0, +) / Double(count)
    let variance = values.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(count)
    let expected = values.map { ($0 - mean) / (variance + 1e-5).squareRoot() }
    let epsilon = UInt64(Double(count * count * count) * 1e-5 * 4_294_967_296)
    // A gain of √n with e_g = 10.
    let formed = FormedNorm(
      isCentred: true, epsilon: epsilon, exponent: 10, outputFraction: 16,
      gains: Array(repeating: 8 << 10, count: count))
    for (value, expected) in zip(formed.formed(row), expected) { #expect(abs(Double(value) / 65536 - expected) < 1e-3) }
    let norm = InputNorm.layer(RowScaleNorm(epsilon: epsilon, gains: Array(repeating: 127, count: count)))
    let (operands, scale) = norm.quantized(row, site: QuantizerSite(block: 1, mode: .twoLimbs))
    let step = scale.real / 127 * 8
    for (value, expected) in zip(operands.values, expected) { #expect(abs(Double(value) * step - expected) < 1e-3) }
  }

  @Test func noNormIsTheRowItself() {
    let row: [Int64] = [65536, -32768, 127 << 16, 3]
    let (operands, scale) = InputNorm.none.quantized(row, site: QuantizerSite(block: 1, mode: .twoLimbs))
    for (operand, value) in zip(operands.values, row) {
      #expect(abs(Double(operand) * scale.real - Double(value) / 65536) < 0.01)
    }
  }
}

extension RowScale {
  /// mantissa · 2^−exponent.
  fileprivate var real: Double {
    var value = Double(mantissa)
    for _ in 0..<abs(exponent) { value *= exponent > 0 ? 0.5 : 2 }
    return value
  }
}
