import Program
import Testing

@testable import Import

@Suite("matrices of 8 bits")
struct QuantizedLinearTests {
  private func linear(_ weights: [Double], rows: Int, biases: [Double] = []) -> TrainedLinear {
    TrainedLinear(source: 0, window: nil, rows: rows, weights: weights, biases: biases, name: "m")
  }

  /// What the limbs say together.
  private func sum(_ quantized: QuantizedLinear) -> [Double] {
    var sum = [Double](repeating: 0, count: quantized.source.weights.count)
    for limb in quantized.limbs {
      for index in sum.indices {
        let scale = Double(limb.scales.rows[index / quantized.source.columns])
        sum[index] += Double(limb.weights[index]) * scale * Binary64.powerOfTwo(-limb.scales.exponent)
      }
    }
    return sum
  }

  @Test("one limb is off by half a step at most, two by a 250th of that")
  func precision() throws {
    var generator = TestGenerator(seed: 31)
    let weights = (0..<60).map { _ in Double.random(in: -3...3, using: &generator) }
    for (limbs, bound) in [(1, 3.0 / 254 * 1.01), (2, 3.0 / 254 / 250)] {
      let quantized = try QuantizedLinear(linear(weights, rows: 3), site: QuantizerSite(block: 1), limbCount: limbs)
      #expect(quantized.limbs.count == limbs)
      for (ours, exact) in zip(sum(quantized), weights) { #expect(abs(ours - exact) <= bound) }
    }
  }

  @Test("a second limb of zeros is left out")
  func exactWeights() throws {
    let quantized = try QuantizedLinear(
      linear([127, -64, 0, 1], rows: 1), site: QuantizerSite(block: 1), limbCount: 2)
    #expect(quantized.limbs.count == 1)
    #expect(sum(quantized) == [127, -64, 0, 1])
  }

  @Test("a Hadamard block is taken into the weights")
  func hadamard() throws {
    let quantized = try QuantizedLinear(linear([3, 1], rows: 1), site: QuantizerSite(block: 2), limbCount: 2)
    // (3 + 1)/2 and (3 − 1)/2.
    #expect(zip(sum(quantized), [2.0, 1]).allSatisfy { abs($0 - $1) < 1e-4 })
  }

  @Test("the bias goes with the first limb, at the output's fraction")
  func biases() throws {
    let quantized = try QuantizedLinear(
      linear([0.3, 0.7], rows: 2, biases: [0.5, -1.25]), site: QuantizerSite(block: 1), limbCount: 2)
    let matrices = try quantized.matrices(outputFraction: 16)
    #expect(matrices.map(\.content.biases) == [[32_768, -81_920], []])
    #expect(matrices.map(\.matrix.hasBias) == [true, false])
    #expect(matrices.allSatisfy { $0.matrix.outputFraction == 16 && $0.matrix.layout == .panels })
  }

  @Test("wide rows of two-limb operands take eight bytes")
  func accumulators() throws {
    let row = [Double](repeating: 1, count: 1_024)
    for (mode, width) in [(QuantizerSite.Mode.int8, 4), (.twoLimbs, 8)] {
      let quantized = try QuantizedLinear(linear(row, rows: 1), site: QuantizerSite(block: 1, mode: mode), limbCount: 1)
      #expect(try quantized.matrices(outputFraction: 16)[0].matrix.accumulatorWidth == width)
    }
  }

  @Test("numbers that are not finite, or become so, or are too great")
  func refusals() {
    for (weights, biases, block) in [
      ([Double.nan, 1], [], 1), ([.infinity, 1], [], 1), ([1, 1], [.nan], 1), ([1e308, 1e308], [], 2),
      ([1e60, 1], [], 1),
    ] as [([Double], [Double], Int)] {
      #expect(throws: ImportError.self) {
        try QuantizedLinear(linear(weights, rows: 1, biases: biases), site: QuantizerSite(block: block), limbCount: 2)
      }
    }
    #expect(throws: ImportError.self) {
      try QuantizedLinear(linear([1], rows: 1, biases: [0x1p50]), site: QuantizerSite(block: 1), limbCount: 1)
        .matrices(outputFraction: 16)
    }
  }
}
