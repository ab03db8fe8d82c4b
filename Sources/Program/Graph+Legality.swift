/// The greatest sizes that a graph may claim; checked before anything is allocated for them.
package enum GraphLimits {
  package static let vocabularyCount = 1 << 22
  package static let width = 1 << 18
  package static let layerCount = 1024
  package static let contextLength = 1 << 20
  package static let headCount = 1024
  package static let headSize = 1024
  package static let exponent = -120...120
  package static let outputFraction = 6...20
  package static let valueCap = -24...40
}

extension Graph {
  /// Checks every constraint of SPEC.md, section 4. Bounds are another matter: see `Bounds`.
  /// - Throws: `ProgramError.illegal` for the first that is broken.
  package func check() throws(ProgramError) {
    try require(
      stopTokens == stopTokens.sorted() && Set(stopTokens).count == stopTokens.count, Place("stop tokens"),
      "not ascending")
    try require(stopTokens.allSatisfy { $0 < vocabularyCount }, Place("stop tokens"), "beyond the vocabulary")
    try require(startToken.map { $0 < vocabularyCount } ?? true, Place("start token"), "beyond the vocabulary")
    try check(
      embedding, Place("embedding"), rows: vocabularyCount, columns: hiddenSize, isResidual: true, layout: .rows)
    for (index, layer) in layers.enumerated() {
      try check(layer.attention, index)
      try check(layer.feedForward, index)
    }
    try check(finalNorm, Place("final norm"), count: hiddenSize)
    try check(headSite, Place("head"), columns: hiddenSize)
    try check(head, Place("head"), rows: vocabularyCount, columns: hiddenSize, isResidual: true)
  }

  private func require(_ condition: Bool, _ place: Place, _ reason: String) throws(ProgramError) {
    guard condition else { throw .illegal(place: place, reason: reason) }
  }

  private func check(_ attention: Attention, _ layer: Int) throws(ProgramError) {
    let place = Place("attention", layer: layer)
    try check(attention.norm, Place("attention norm", layer: layer), count: hiddenSize)
    try check(attention.inputSite, place, columns: hiddenSize)
    try require(
      attention.headCount.isMultiple(of: attention.keyValueHeadCount), place, "heads are no multiple of KV heads")
    try require(attention.headSize.isMultiple(of: 2), place, "an odd head size")
    try require(attention.window <= GraphLimits.contextLength, place, "a window beyond the greatest context")
    let width = attention.headCount * attention.headSize
    let keyValueWidth = attention.keyValueHeadCount * attention.headSize
    try require(width <= GraphLimits.width, place, "heads wider than \(GraphLimits.width)")
    try check(attention.query, Place("query", layer: layer), rows: width, columns: hiddenSize)
    try check(attention.key, Place("key", layer: layer), rows: keyValueWidth, columns: hiddenSize)
    try check(attention.value, Place("value", layer: layer), rows: keyValueWidth, columns: hiddenSize)
    for norm in [attention.queryNorm, attention.keyNorm].compactMap({ $0 }) {
      try check(norm, Place("query and key norm", layer: layer), count: attention.headSize)
    }
    try require(
      [1, attention.headSize].contains(attention.queryKeyBlock), place, "a Hadamard block that is not the head")
    try require(attention.queryKeyBlock.nonzeroBitCount == 1, place, "a Hadamard block that is no power of two")
    try require(
      [1, 2].contains(attention.queryLimbs) && [1, 2].contains(attention.keyLimbs), place, "limbs not 1 or 2")
    try require((1 << 15..<1 << 16).contains(attention.scoreMantissa), place, "a score mantissa out of range")
    try require(GraphLimits.exponent.contains(attention.scoreExponent), place, "a score exponent out of range")
    try require(GraphLimits.valueCap.contains(attention.valueCap), place, "a value cap out of range")
    let offsetLimit = Int64(1) << 58
    try require(
      attention.keyOffsets?.allSatisfy { (-offsetLimit...offsetLimit).contains($0) } ?? true, place,
      "a key offset out of range")
    try check(attention.outputSite, place, columns: width)
    try check(attention.output, Place("output", layer: layer), rows: hiddenSize, columns: width, isResidual: true)
  }

  private func check(_ feedForward: FeedForward, _ layer: Int) throws(ProgramError) {
    let place = Place("feed-forward", layer: layer)
    try check(feedForward.norm, Place("feed-forward norm", layer: layer), count: hiddenSize)
    try check(feedForward.inputSite, place, columns: hiddenSize)
    let width = feedForward.gate.rows
    try check(feedForward.gate, Place("gate", layer: layer), rows: width, columns: hiddenSize)
    try check(feedForward.up, Place("up", layer: layer), rows: width, columns: hiddenSize)
    try check(feedForward.downSite, place, columns: width)
    try check(feedForward.down, Place("down", layer: layer), rows: hiddenSize, columns: width, isResidual: true)
  }

  private func check(
    _ matrix: Matrix, _ place: Place, rows: Int, columns: Int, isResidual: Bool = false,
    layout: Matrix.Layout = .panels
  ) throws(ProgramError) {
    try require(
      matrix.rows == rows && matrix.columns == columns, place,
      "\(matrix.rows)×\(matrix.columns), not \(rows)×\(columns)")
    try require(columns <= GraphLimits.width, place, "more than \(GraphLimits.width) columns")
    try require(matrix.layout == layout, place, "the wrong layout")
    try require(GraphLimits.exponent.contains(matrix.exponent), place, "an exponent out of range")
    let fractions = isResidual ? 16...16 : GraphLimits.outputFraction
    try require(fractions.contains(matrix.outputFraction), place, "\(matrix.outputFraction) fraction bits of output")
    try require(!(matrix.hasBias && layout == .rows), place, "an embedding with a bias")
    try require(layout == .panels || matrix.accumulatorWidth == 4, place, "an embedding with a wide accumulator")
    try require([4, 8].contains(matrix.accumulatorWidth), place, "an accumulator of \(matrix.accumulatorWidth) bytes")
  }

  private func check(_ site: QuantizerSite, _ place: Place, columns: Int) throws(ProgramError) {
    try require(site.block.nonzeroBitCount == 1 && site.block <= 128, place, "a Hadamard block of \(site.block)")
    try require(columns.isMultiple(of: site.block), place, "a Hadamard block that does not divide \(columns) columns")
    try require(site.mode != .blockShift || site.block >= 2, place, "block shift without blocks")
  }

  private func check(_ norm: RowScaleNorm, _ place: Place, count: Int) throws(ProgramError) {
    try require(norm.gains.count == count, place, "\(norm.gains.count) gains, not \(count)")
    try require(norm.gains.allSatisfy { $0 != 0 && $0 != -128 }, place, "a gain of 0 or −128")
  }

  private func check(_ norm: FormedNorm, _ place: Place, count: Int) throws(ProgramError) {
    try require(norm.gains.count == count, place, "\(norm.gains.count) gains, not \(count)")
    try require(GraphLimits.exponent.contains(norm.exponent), place, "an exponent out of range")
    try require(GraphLimits.outputFraction.contains(norm.outputFraction), place, "fraction bits out of range")
    let limit = Int64(1) << 39
    try require(norm.biases.allSatisfy { (-limit...limit).contains($0) }, place, "a bias out of range")
  }
}
