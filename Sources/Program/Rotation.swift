/// Cosines and sines of phases, to 15 bits, by integers (SPEC.md, section 2, "Angles").
package enum Rotation {
  /// ⌊π · 2^60⌋.
  private static let pi: UInt64 = 3_622_009_729_038_561_421

  /// - Parameter phase: in units of 2^−64 turns.
  /// - Returns: min(32767, round(2^15·cos)), likewise the sine.
  /// - Complexity: at most 24 terms of the series.
  package static func cosSin(_ phase: UInt64) -> (cosine: Int64, sine: Int64) {
    let x = UInt64((UInt128(phase & (1 << 62 - 1)) * UInt128(pi)) >> 63)
    let (c, s) = series(x)
    let (cosine, sine) = (rounded(c), rounded(s))
    let pair: (Int64, Int64) =
      switch phase >> 62 {
      case 0: (cosine, sine)
      case 1: (-sine, cosine)
      case 2: (-cosine, -sine)
      default: (sine, -cosine)
      }
    return (min(32_767, pair.0), min(32_767, pair.1))
  }

  /// Taylor series of cosine and sine with 60 fraction bits.
  private static func series(_ x: UInt64) -> (Int64, Int64) {
    var term: UInt64 = 1 << 60
    var (cosine, sine) = (Int64(term), Int64(0))
    var n: UInt64 = 1
    while true {
      term = UInt64((UInt128(term) * UInt128(x)) >> 60) / n
      if term == 0 { return (cosine, sine) }
      switch n & 3 {
      case 0: cosine += Int64(term)
      case 1: sine += Int64(term)
      case 2: cosine -= Int64(term)
      default: sine -= Int64(term)
      }
      n += 1
    }
  }

  private static func rounded(_ value: Int64) -> Int64 {
    min(32_768, max(0, rs(value, 45)))
  }

  /// ω_i = θ^(−2i/D) in units of 2^−64 turns per position, for i < D/2.
  ///
  /// This is the importer's generator; a program carries the result as data.
  /// - Parameter theta: the base, an exact binary32 value, 1 ≤ θ < 2^40.
  package static func frequencies(theta: Float, headSize: Int) -> [UInt64] {
    precondition(theta >= 1 && theta < 0x1p40)
    let logarithm = FixedPoint.log2(UInt128(Double(theta) * 0x1p23) << 39)
    return (0..<headSize / 2).map { pair in
      let exponent = logarithm * UInt128(2 * pair) / UInt128(headSize)
      let whole = UInt64(exponent >> 62)
      let fraction = UInt64(exponent & (UInt128(FixedPoint.one) - 1))
      let power = FixedPoint.exp2(fraction: fraction == 0 ? 0 : FixedPoint.one - fraction)
      let turns = (UInt128(power) * UInt128(FixedPoint.radian)) >> 62
      return UInt64(turns >> UInt128(fraction == 0 ? whole : whole + 1))
    }
  }
}
