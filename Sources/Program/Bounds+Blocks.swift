/// The bound of one matrix's outputs (SPEC.md, section 5, rules 1 to 3).
struct LinearBound {
  let norms: RowNorms
  let site: QuantizerSite
  let place: Place
  /// Φ: 2^16 times what quantisation can add to the length of a row of operands.
  private let slack: UInt128

  init(_ norms: RowNorms, site: QuantizerSite, place: Place) {
    self.norms = norms
    self.site = site
    self.place = place
    let root = integerSquareRootUp(UInt128(norms.matrix.columns))
    slack = 1 << 16 + 1 << 8 + ((root << 16) + 249) / 250
  }

  private var matrix: Matrix { norms.matrix }

  /// Rule 2: operands after a norm whose scalar stays in the row scale.
  func afterNorm(_ norm: RowScaleNorm) throws(ProgramError) -> Int64 {
    let gain = norm.gains.map { UInt128($0.magnitude) }.max() ?? 0
    let length = integerSquareRootUp(UInt128(site.block) * gain * gain)
    return try greatest { row in
      let product = saturatingProduct(UInt128(norms.scales[row] * norms.lengths[row]), length * slack)
      return scaledUp(product, by: matrix.outputFraction - matrix.exponent - 16)
    }
  }

  /// Rule 3: operands with |y| ≤ `bound` at `fraction` fraction bits.
  func general(_ bound: Int64, fraction: Int) throws(ProgramError) -> Int64 {
    let block = UInt128(site.block)
    let length = integerSquareRootUp(block * UInt128(matrix.columns))
    let shift = matrix.outputFraction - matrix.exponent - fraction - 16
    return try greatest { row in
      let scale = UInt128(norms.scales[row])
      let sum = saturatingProduct(scale * UInt128(norms.sums[row]) * block, UInt128(bound) * (1 << 16 + 1 << 10))
      let root = saturatingProduct(scale * UInt128(norms.lengths[row]) * length, UInt128(bound) * slack)
      return min(scaledUp(sum, by: shift), scaledUp(root, by: shift))
    }
  }

  /// Rule 1, then the greatest bound over the rows.
  private func greatest(_ bound: (Int) -> UInt128) throws(ProgramError) -> Int64 {
    try checkAccumulators()
    var greatest = Int64(0)
    for row in 0..<matrix.rows {
      let total = bound(row) + 1 + UInt128(norms.biases[row].magnitude)
      guard total < 1 << 60 else {
        throw .bound(place: place, rule: "output \(row) could reach \(total), beyond 60 bits")
      }
      greatest = max(greatest, Int64(total))
    }
    return greatest
  }

  private func checkAccumulators() throws(ProgramError) {
    let greatest = (norms.sums.max() ?? 0) * site.mode.operandLimit
    guard greatest < 1 << 36 else {
      throw .bound(place: place, rule: "an accumulator could reach \(greatest), beyond 36 bits")
    }
    let width = greatest < 1 << 31 ? 4 : 8
    guard matrix.accumulatorWidth == width else {
      throw .bound(
        place: place, rule: "an accumulator of \(matrix.accumulatorWidth) bytes is declared, \(width) are due")
    }
  }

  /// Bytes that an accumulator of `norms`' matrix needs behind `site`; what a program must declare.
  static func accumulatorWidth(_ norms: RowNorms, site: QuantizerSite) -> Int {
    (norms.sums.max() ?? 0) * site.mode.operandLimit < 1 << 31 ? 4 : 8
  }
}

/// Rule 4: what a quantiser multiplies stays under 2^60.
func checkQuantizer(block: Int, bound: UInt128, _ place: Place) throws(ProgramError) {
  guard saturatingProduct(UInt128(block) << 8, bound) < 1 << 60 else {
    throw .bound(place: place, rule: "values of up to \(bound) are too great to quantise")
  }
}

/// What the first matrices of a block multiply: the residual stream, normed or not, quantised.
struct BlockInput {
  let norm: InputNorm
  let site: QuantizerSite
  /// Greatest |x| of the residual stream.
  let residual: Int64

  /// Rules 4 and 6.
  init(_ norm: InputNorm, _ site: QuantizerSite, residual: Int64, _ place: Place) throws(ProgramError) {
    try NormBounds.check(norm, input: residual, place)
    if norm == .none { try checkQuantizer(block: site.block, bound: UInt128(residual), place) }
    self.norm = norm
    self.site = site
    self.residual = residual
  }

  /// Rules 1 to 3: the bound of a matrix's outputs.
  func bound(_ norms: RowNorms, _ place: Place) throws(ProgramError) -> Int64 {
    let linear = LinearBound(norms, site: site, place: place)
    guard let rowScale = norm.rowScale else {
      return try linear.general(residual, fraction: Graph.residualFraction)
    }
    return try linear.afterNorm(rowScale)
  }
}
