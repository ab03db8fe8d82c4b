/// What every kernel computes, written to be read; tests hold every tier to it bit for bit.
///
/// Inputs are whole rows, so that a definition is one expression. Sums are exact in 64 bits and wrap beyond, as the
/// kernels' do; that they need not is proven when a program is built.
package enum KernelDefinitions {
  /// `rs(x, s) = ⌊x / 2^s + 1/2⌋` (SPEC.md, section 1).
  package static func rs(_ x: Int64, _ s: Int) -> Int64 {
    if s > 62 { return 0 }
    if s > 0 { return (x &+ 1 << Int64(s - 1)) >> Int64(s) }
    return x == 0 ? 0 : x &<< Int64(-s)
  }
}
