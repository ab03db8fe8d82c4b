/// Fixed-point logarithms and powers of two with 62 fraction bits, by integers alone.
///
/// The tables of the arithmetic and the importer's RoPE frequencies come from here; no libm is involved, so
/// every machine generates the same bits.
package enum FixedPoint {
  /// 1.0 with 62 fraction bits.
  package static let one = UInt64(1) << 62
  /// ⌊log2(e) · 2^62⌋.
  package static let log2e: UInt64 = 6_653_256_548_922_161_245
  /// ⌊2^62 / √(2π)⌋.
  package static let inverseRootOfTwoPi: UInt64 = 1_839_796_536_686_825_613
  /// ⌊2^64 / (2π)⌋: one radian in units of 2^−64 turns.
  package static let radian: UInt64 = 2_935_890_503_282_001_226

  /// ρ_k = 2^(2^−k) for k = 1…62, each the floor of the root of the one before.
  private static let roots: [UInt64] = {
    var roots: [UInt64] = []
    var power = UInt128(one) << 1
    for _ in 1...62 {
      power = integerSquareRoot(power << 62)
      roots.append(UInt64(power))
    }
    return roots
  }()

  /// ⌊a·b / 2^62⌋.
  package static func multiply(_ a: UInt64, _ b: UInt64) -> UInt64 {
    UInt64((UInt128(a) * UInt128(b)) >> 62)
  }

  /// 2^(x / 2^62) for 0 ≤ x < 2^62, with 62 fraction bits: the product of the roots of x's set bits, greatest first.
  package static func exp2(fraction x: UInt64) -> UInt64 {
    precondition(x < one)
    var power = one
    for (index, root) in roots.enumerated() where x >> UInt64(61 - index) & 1 == 1 { power = multiply(power, root) }
    return power
  }

  /// log2(x) for x ≥ 1 given with 62 fraction bits, as 62 fraction bits: one bit for each squaring.
  package static func log2(_ x: UInt128) -> UInt128 {
    precondition(x >= UInt128(one))
    let integerPart = 128 - x.leadingZeroBitCount - 63
    var mantissa = x >> UInt128(integerPart)
    var result = UInt128(integerPart)
    for _ in 0..<62 {
      mantissa = (mantissa * mantissa) >> 62
      let bit = mantissa >> 63
      mantissa >>= bit
      result = result << 1 | bit
    }
    return result
  }
}
