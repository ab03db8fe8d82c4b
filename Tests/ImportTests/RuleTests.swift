import Checkpoints
import Program
import Testing

@testable import Import

@Suite struct GainTests {
  @Test func zeroGainsBecomeOneWithoutWeight() {
    let gains = RowScaleGains(weights: [0, 2, -1, 1e-30])
    #expect(gains.gains == [1, 127, -64, 1])
    #expect(gains.diagonal[0] == 0 && gains.diagonal[1] == 4.0 / 127 && gains.diagonal[2] == 2.0 / 64)
    #expect(RowScaleGains(weights: [0, 0]).gains == [1, 1])
    #expect(RowScaleGains(weights: [0, 0]).diagonal == [0, 0])
  }

  @Test func gainsRoundHalvesToEven() {
    // 127 · 2.5/127 = 2.5 and 3.5, exactly.
    #expect(RowScaleGains(weights: [127, 2.5, 3.5]).gains == [127, 2, 4])
  }

  @Test func formedGainsUseTheLargestExponentThatFits() throws {
    let gains = try #require(FormedGains(weights: [1, -0.5, 0.25, 0]))
    #expect(gains.exponent == 13 && gains.gains == [16_384, -8_192, 4_096, 0])
    #expect(FormedGains(weights: [0, 0])?.exponent == 100)
    #expect(FormedGains(weights: [0x1p116]) == nil)
  }
}

@Suite struct ScaleTests {
  @Test func exponentIsTheLargestThatFits() throws {
    let scales = try #require(MatrixScales(maxima: [1, 0.5, 0]))
    // 1 · 2^18 / 127 = 2064.1…, and twice that is too much.
    #expect(scales.exponent == 18 && scales.rows == [2065, 1033, 1])
  }

  @Test func zeroMatrixHasExponentZero() throws {
    #expect(MatrixScales(maxima: [0, 0]) == MatrixScales(maxima: [0.0, -0.0]))
    #expect(MatrixScales(maxima: [0, 0])?.exponent == 0)
    #expect(MatrixScales(maxima: [])?.exponent == 0)
  }

  @Test func exponentsEndAtAHundred() {
    #expect(MatrixScales(maxima: [0x1p-140])?.exponent == 100)
    #expect(MatrixScales(maxima: [0x1p-140])?.rows == [1])
    #expect(MatrixScales(maxima: [4095 * 127 * 0x1p100])?.exponent == -100)
    #expect(MatrixScales(maxima: [4096 * 127 * 0x1p100]) == nil)
  }

  @Test func halvesRoundToEven() {
    #expect([0.5, 1.5, 2.5, -0.5, -1.5, 2.6].map(Binary64.roundedHalfEven) == [0, 2, 2, 0, -2, 3])
    #expect(Binary64.integer(0x1p62) == nil && Binary64.integer(-0x1p61) == -1 << 61)
  }

  @Test func powersOfTwoAreExact() {
    #expect([-100, -1, 0, 1, 64].map(Binary64.powerOfTwo) == [0x1p-100, 0.5, 1, 2, 0x1p64])
  }
}

@Suite struct TransformTests {
  @Test func hadamardIsSylvesterOrderOverTheBlock() {
    var row: [Double] = [1, 2, 3, 4, 5, 6, 7, 8]
    RowTransform(diagonal: nil, block: 4).apply(&row)
    let expected = (0..<8).map { index in
      let start = index & 4
      return (0..<4).reduce(0.0) { sum, j in
        let sign = ((index & 3) & j).nonzeroBitCount.isMultiple(of: 2) ? 1.0 : -1.0
        return sum + sign * Double(start + j + 1)
      } / 4
    }
    #expect(row == expected)
  }

  @Test func transformTwiceDividesByTheBlock() {
    let start: [Double] = (0..<128).map { Double(($0 * 37) % 64 - 32) }
    var row = start
    let transform = RowTransform(diagonal: nil, block: 128)
    transform.apply(&row)
    transform.apply(&row)
    #expect(row.map { $0 * 128 } == start)
  }

  @Test func diagonalComesFirst() {
    var row: [Double] = [1, 1]
    RowTransform(diagonal: [2, 4], block: 2).apply(&row)
    #expect(row == [3, -1])
  }
}

@Suite struct ScoreScaleTests {
  @Test(arguments: [2, 4, 8, 64, 80, 128, 256, 1024]) func mantissaHasSixteenBits(headSize: Int) {
    for block in [1, headSize] {
      let scale = ScoreScale(headSize: headSize, block: block)
      #expect((1 << 15..<1 << 16).contains(scale.mantissa))
      let value = 1.4426950408889634 / Double(headSize).squareRoot() / Double(block)
      let error = abs(Double(scale.mantissa) - value * Naive.power(scale.exponent))
      #expect(error <= 0.5)
    }
  }

  @Test func headOfSixtyFour() {
    // log2(e)/8 = 0.18033688…, times 2^18 = 47274.2…
    #expect(ScoreScale(headSize: 64, block: 1).mantissa == 47_274)
    #expect(ScoreScale(headSize: 64, block: 1).exponent == 18)
  }
}
