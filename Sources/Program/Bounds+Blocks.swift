/// The bound of one matrix's outputs (SPEC.md, section 5, rules 1 to 3).
struct LinearBound {
  let norms: RowNorms
  let site: QuantizerSite
  let place: Place

  init(_ norms: RowNorms, site: QuantizerSite, place: Place) {
    self.norms = norms
    self.site = site
    self.place = place
  }

  private var matrix: Matrix { norms.matrix }

  /// Φ: 2^16 times what quantisation can add to the length of a row of operands.
  private var slack: UInt128 {
    let root = integerSquareRootUp(UInt128(matrix.columns))
    return 1 << 16 + 1 << 8 + ((root << 16) + 249) / 250
  }

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

/// Rule 7.
struct AttentionBounds {
  let attention: Attention
  let layer: Int
  let rowNorms: [RowNorms]

  func outputBound() throws(ProgramError) -> Int64 {
    let place = Place("attention", layer: layer)
    try NormBounds.check(attention.norm, Place("attention norm", layer: layer))
    try checkScores(place)
    try checkValues(Place("value", layer: layer))
    let bound = scaledUp(16_256 * (1 << 14 + 1), by: 12 - attention.valueCap - 14) + 1
    try checkQuantizer(block: attention.outputSite.block, bound: bound, Place("output", layer: layer))
    return try LinearBound(
      rowNorms[attention.output.index], site: attention.outputSite, place: Place("output", layer: layer)
    ).general(Int64(bound), fraction: Attention.outputFraction)
  }

  private func projectionBound(_ matrix: Matrix, _ name: String) throws(ProgramError) -> Int64 {
    try LinearBound(rowNorms[matrix.index], site: attention.inputSite, place: Place(name, layer: layer))
      .afterNorm(attention.norm)
  }

  private func checkScores(_ place: Place) throws(ProgramError) {
    var query = try projectionBound(attention.query, "query")
    var key = try projectionBound(attention.key, "key")
    if let norm = attention.queryNorm { query = try NormBounds.formed(norm, Place("query norm", layer: layer)) }
    if let norm = attention.keyNorm { key = try NormBounds.formed(norm, Place("key norm", layer: layer)) }
    let offset = attention.keyOffsets?.map(\.magnitude).max() ?? 0
    let rotatedQuery = UInt128(query) << 16
    let rotatedKey = UInt128(key) << 16 + UInt128(offset)
    try checkQuantizer(block: attention.queryKeyBlock, bound: rotatedQuery, Place("query", layer: layer))
    try checkQuantizer(block: attention.queryKeyBlock, bound: rotatedKey, Place("key", layer: layer))
    let limits = UInt128(attention.queryLimbs == 2 ? 32_767 : 127) * UInt128(attention.keyLimbs == 2 ? 32_767 : 127)
    guard UInt128(attention.headSize) * limits << 24 < 1 << 60 else {
      throw .bound(place: place, rule: "the product of a query and a key could leave 60 bits")
    }
    let block = UInt128(attention.queryKeyBlock)
    let factor = UInt128(attention.scoreMantissa) * UInt128(attention.headSize) * block * block
    let product = saturatingProduct(saturatingProduct(rotatedQuery, rotatedKey), factor)
    let fraction = attention.rotatedQueryFraction + attention.rotatedKeyFraction
    let score = saturatingProduct(scaledUp(product, by: 7 - attention.scoreExponent - fraction), 2)
    guard score < 1 << 60 else { throw .bound(place: place, rule: "a score could reach \(score), beyond 60 bits") }
  }

  private func checkValues(_ place: Place) throws(ProgramError) {
    let value = try projectionBound(attention.value, "value")
    let scaled = scaledUp(UInt128(value), by: max(0, attention.valueCap - attention.value.outputFraction))
    guard scaled < 1 << 60 else { throw .bound(place: place, rule: "a value could reach \(scaled), beyond 60 bits") }
  }
}

/// Rule 8.
struct FeedForwardBounds {
  let feedForward: FeedForward
  let layer: Int
  let rowNorms: [RowNorms]

  func outputBound() throws(ProgramError) -> Int64 {
    try NormBounds.check(feedForward.norm, Place("feed-forward norm", layer: layer))
    let gate = try projectionBound(feedForward.gate, "gate")
    let up = try projectionBound(feedForward.up, "up")
    let place = Place("down", layer: layer)
    guard gate < 1 << 43 else {
      throw .bound(place: Place("gate", layer: layer), rule: "a gate could reach \(gate), beyond 43 bits")
    }
    let product = saturatingProduct(UInt128(gate) + 1, UInt128(up))
    try checkQuantizer(block: feedForward.downSite.block, bound: product, place)
    return try LinearBound(rowNorms[feedForward.down.index], site: feedForward.downSite, place: place)
      .general(Int64(product), fraction: feedForward.productFraction)
  }

  private func projectionBound(_ matrix: Matrix, _ name: String) throws(ProgramError) -> Int64 {
    try LinearBound(rowNorms[matrix.index], site: feedForward.inputSite, place: Place(name, layer: layer))
      .afterNorm(feedForward.norm)
  }
}
