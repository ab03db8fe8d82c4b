/// Bit length of |x|: 0 for 0, 8 for 255.
@inlinable
package func bitLength(_ x: Int64) -> Int {
  64 - x.magnitude.leadingZeroBitCount
}

/// The one rounding rule: `rs(x, s) = ⌊x / 2^s + 1/2⌋` (SPEC.md, section 1).
///
/// - Precondition: for s < 0, `x · 2^−s` fits, which is proven when a program is built. `rs(0, s)` is 0 for every s.
@inlinable
package func rs(_ x: Int64, _ s: Int) -> Int64 {
  if s > 0 {
    // |x| < 2^62, so beyond 62 the result is 0 (and a shift by 64 would not be).
    return s > 62 ? 0 : (x &+ (1 &<< Int64(s - 1))) >> Int64(s)
  }
  return s == 0 || x == 0 ? x : x &<< Int64(-s)
}

/// A row scale: the real value of an operand q is `q · mantissa · 2^−exponent`.
package struct RowScale: Equatable, Sendable {
  /// 1…4096.
  package var mantissa: Int64
  package var exponent: Int

  /// `norm12(p, f0)`: p · 2^−f0 with a mantissa of twelve bits.
  /// - Precondition: 1 ≤ p < 2^62.
  @inlinable
  package init(_ p: Int64, exponent f0: Int) {
    let shift = max(0, bitLength(p) - 12)
    mantissa = rs(p, shift)
    exponent = f0 - shift
  }

  @inlinable
  package init(mantissa: Int64, exponent: Int) {
    self.mantissa = mantissa
    self.exponent = exponent
  }
}

/// ⌊√x⌋, exact.
/// - Complexity: O(log log x) divisions, from a start that is never too small.
package func integerSquareRoot(_ x: UInt128) -> UInt128 {
  guard x > 1 else { return x }
  var root = UInt128(1) << UInt128((128 - x.leadingZeroBitCount + 1) / 2)
  while true {
    let next = (root + x / root) >> 1
    if next >= root { return root }
    root = next
  }
}

/// The smallest r with r² ≥ x.
package func integerSquareRootUp(_ x: UInt128) -> UInt128 {
  let root = integerSquareRoot(x)
  return root * root == x ? root : root + 1
}
