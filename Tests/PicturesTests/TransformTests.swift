import Foundation
import Testing

@testable import Pictures

@Suite("the inverse transform")
struct TransformTests {
  private func samples(_ coefficients: [Int]) -> [UInt8] {
    var samples = [UInt8](repeating: 0, count: 64)
    JPEGTransform.write(coefficients, to: &samples, at: 0, stride: 8)
    return samples
  }

  @Test("random blocks are within one of the transform in real numbers")
  func againstRealNumbers() {
    var generator = TestGenerator(seed: 41)
    for _ in 0..<200 {
      var coefficients = (0..<64).map { _ in Int.random(in: -60...60, using: &generator) }
      coefficients[0] = Int.random(in: -900...900, using: &generator)
      let ours = samples(coefficients)
      for y in 0..<8 {
        for x in 0..<8 {
          var sum = 128.0
          for v in 0..<8 {
            for u in 0..<8 {
              let scale = (u == 0 ? 0.5.squareRoot() : 1) * (v == 0 ? 0.5.squareRoot() : 1) / 4
              sum +=
                scale * Double(coefficients[8 * v + u]) * cos(Double((2 * x + 1) * u) * .pi / 16)
                * cos(Double((2 * y + 1) * v) * .pi / 16)
            }
          }
          #expect(abs(Double(ours[8 * y + x]) - max(0, min(255, sum))) < 0.55)
        }
      }
    }
  }

  @Test("one direct coefficient gives one value, at the extremes clamped")
  func flat() {
    for (coefficient, value) in [
      (0, 128), (8, 129), (4, 129), (3, 128), (-3, 128), (-4, 127), (1 << 17, 255), (-1 << 17, 0),
    ] {
      var coefficients = [Int](repeating: 0, count: 64)
      coefficients[0] = coefficient
      #expect(samples(coefficients).allSatisfy { Int($0) == value }, "\(coefficient)")
    }
  }

  @Test("the greatest coefficients together stay in range")
  func extremes() {
    for sign in [1, -1] {
      _ = samples([Int](repeating: sign * JPEGTransform.coefficientLimit, count: 64))
      _ = samples(
        (0..<64).map { ($0 + $0 / 8) % 2 == 0 ? JPEGTransform.coefficientLimit : -JPEGTransform.coefficientLimit })
    }
  }

  @Test("the coded order is diagonal by diagonal")
  func codedOrder() {
    #expect(JPEGScan.zigzag.sorted() == Array(0..<64))
    let diagonals = JPEGScan.zigzag.map { $0 / 8 + $0 % 8 }
    #expect(diagonals == diagonals.sorted())
    #expect(Array(JPEGScan.zigzag.prefix(4)) == [0, 1, 8, 16])
  }

  @Test("Huffman codes of every length, and tables that are none")
  func huffmanCodes() throws {
    let code = try #require(JPEGCode(counts: [Int](repeating: 1, count: 16), symbols: (0..<16).map { UInt8($0) }))
    for length in 1...16 {
      let bits = 0xFFFF - 1 << (16 - length)
      #expect(code.symbol(bits)?.symbol == length - 1 && code.symbol(bits)?.length == length)
    }
    #expect(code.symbol(0xFFFF) == nil)
    #expect(JPEGCode(counts: [3] + [Int](repeating: 0, count: 15), symbols: [1, 2, 3]) == nil)
    #expect(JPEGCode(counts: [2, 1] + [Int](repeating: 0, count: 14), symbols: [1, 2, 3]) == nil)
  }
}
