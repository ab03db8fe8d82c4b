/// Rule 7.
struct AttentionBounds {
  let attention: Attention
  let layer: Int
  let rowNorms: [RowNorms]
  /// Greatest |x| of the residual stream before the block.
  let residual: Int64

  func outputBound() throws(ProgramError) -> Int64 {
    let place = Place("attention", layer: layer)
    let input = try BlockInput(
      attention.norm, attention.inputSite, residual: residual, Place("attention norm", layer: layer))
    try checkScores(input, place)
    try checkValues(input, Place("value", layer: layer))
    let bound = scaledUp(16_256 * (1 << 14 + 1), by: 12 - attention.valueCap - 14) + 1
    try checkQuantizer(block: attention.outputSite.block, bound: bound, Place("output", layer: layer))
    return try LinearBound(
      rowNorms[attention.output.index], site: attention.outputSite, place: Place("output", layer: layer)
    ).general(Int64(bound), fraction: Attention.outputFraction)
  }

  private func projectionBound(_ input: BlockInput, _ matrix: Matrix, _ name: String) throws(ProgramError) -> Int64 {
    try input.bound(rowNorms[matrix.index], Place(name, layer: layer))
  }

  private func checkScores(_ input: BlockInput, _ place: Place) throws(ProgramError) {
    var query = try projectionBound(input, attention.query, "query")
    var key = try projectionBound(input, attention.key, "key")
    if let norm = attention.queryNorm {
      query = try NormBounds.formed(norm, input: query, Place("query norm", layer: layer))
    }
    if let norm = attention.keyNorm { key = try NormBounds.formed(norm, input: key, Place("key norm", layer: layer)) }
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
    let factors = attention.temperature?.factors.max().map { UInt128(($0 + 1 << 14 - 1) >> 14) } ?? 1
    let factor = UInt128(attention.scoreMantissa) * UInt128(attention.headSize) * block * block * factors
    let product = saturatingProduct(saturatingProduct(rotatedQuery, rotatedKey), factor)
    let fraction = attention.rotatedQueryFraction + attention.rotatedKeyFraction
    let score = saturatingProduct(scaledUp(product, by: 7 - attention.scoreExponent - fraction), 2)
    guard score < 1 << 60 else { throw .bound(place: place, rule: "a score could reach \(score), beyond 60 bits") }
  }

  private func checkValues(_ input: BlockInput, _ place: Place) throws(ProgramError) {
    let value = try projectionBound(input, attention.value, "value")
    let scaled = scaledUp(UInt128(value), by: max(0, attention.valueCap - attention.value.outputFraction))
    guard scaled < 1 << 60 else { throw .bound(place: place, rule: "a value could reach \(scaled), beyond 60 bits") }
  }
}
