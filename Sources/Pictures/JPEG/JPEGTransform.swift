/// The inverse cosine transform of an 8×8 block, exact but for one rounding at the end (docs/spec-pictures.md).
enum JPEGTransform {
  /// Greatest |coefficient|: keeps every sum below 2^49.
  static let coefficientLimit = 1 << 17

  /// round(2^13 · cos(k·π/16)), k = 0…7; the first divided by √2.
  private static let cosines = [5_793, 8_035, 7_568, 6_811, 5_793, 4_551, 3_135, 1_598]
  /// Fraction bits of the product of two cosines.
  private static let shift = 28

  /// T[x, u] at x · 8 + u: 2^14 · ½·α(u)·cos((2x + 1)·u·π/16).
  private static let table: [Int] = (0..<64).map { index in
    let (x, u) = (index / 8, index % 8)
    if u == 0 { return cosines[0] }
    let angle = (2 * x + 1) * u % 32
    let folded = angle > 16 ? 32 - angle : angle
    // No odd multiple of u < 8 folds to 8 or 0, where the table would not do.
    return folded < 8 ? cosines[folded] : -cosines[16 - folded]
  }

  /// Writes a block's samples: clamp(rs(Σ_v Σ_u T[y, v]·T[x, u]·F[v, u], 28) + 128, 0, 255).
  /// - Parameters:
  ///   - coefficients: F, shape (8, 8), row v, column u.
  ///   - start: of the block's first sample.
  static func write(_ coefficients: [Int], to samples: inout [UInt8], at start: Int, stride: Int) {
    precondition(coefficients.count == 64 && start >= 0 && start + 7 * stride + 8 <= samples.count)
    if coefficients.dropFirst().allSatisfy({ $0 == 0 }) {
      let value = sample(coefficients[0] * table[0] * table[0])
      for y in 0..<8 {
        for x in 0..<8 { samples[start + y * stride + x] = value }
      }
      return
    }
    withUnsafeTemporaryAllocation(of: Int.self, capacity: 64) { rows in
      for v in 0..<8 {
        for x in 0..<8 {
          var sum = 0
          for u in 0..<8 { sum += table[8 * x + u] * coefficients[8 * v + u] }
          rows[8 * v + x] = sum
        }
      }
      for y in 0..<8 {
        for x in 0..<8 {
          var sum = 0
          for v in 0..<8 { sum += table[8 * y + v] * rows[8 * v + x] }
          samples[start + y * stride + x] = sample(sum)
        }
      }
    }
  }

  private static func sample(_ sum: Int) -> UInt8 {
    UInt8(max(0, min(255, (sum + 1 << (shift - 1)) >> shift + 128)))
  }
}
