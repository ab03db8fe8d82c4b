extension Graph {
  /// Checks every constraint of SPEC.md, section 4. Bounds are another matter: see `Bounds`.
  /// - Throws: `ProgramError.illegal` for the first that is broken.
  package func check() throws(ProgramError) {
    try require(!layers.isEmpty, Place("layers"), "none")
    try checkTokens()
    try embedding.check(
      Place("embedding"), rows: vocabularyCount, columns: hiddenSize, isResidual: true, layout: .rows)
    try positions?.check(
      Place("positions"), rows: contextLength, columns: hiddenSize, isResidual: true, layout: .rows)
    try embeddingNorm?.check(Place("embedding norm"), count: hiddenSize, isResidual: true)
    for (index, layer) in layers.enumerated() {
      try check(layer.attention, index)
      try check(layer.feedForward, index)
    }
    guard let head else { return }
    try head.norm.check(Place("final norm"), count: hiddenSize)
    try head.site.check(Place("head"), columns: hiddenSize)
    try head.matrix.check(Place("head"), rows: vocabularyCount, columns: hiddenSize, isResidual: true)
  }

  private func checkTokens() throws(ProgramError) {
    let place = Place("stop tokens")
    try require(zip(stopTokens, stopTokens.dropFirst()).allSatisfy { $0 < $1 }, place, "not ascending")
    try require(stopTokens.allSatisfy { $0 < vocabularyCount }, place, "beyond the vocabulary")
    try require(!isBidirectional || stopTokens.isEmpty, place, "in an encoder")
    try require(startToken.map { $0 < vocabularyCount } ?? true, Place("start token"), "beyond the vocabulary")
  }

  private func check(_ attention: Attention, _ layer: Int) throws(ProgramError) {
    let place = Place("attention", layer: layer)
    try attention.norm.check(Place("attention norm", layer: layer), count: hiddenSize)
    try attention.inputSite.check(place, columns: hiddenSize)
    try require(
      attention.headCount.isMultiple(of: attention.keyValueHeadCount), place, "heads are no multiple of KV heads")
    try require(attention.headSize.isMultiple(of: 2), place, "an odd head size")
    let width = attention.headCount * attention.headSize
    let keyValueWidth = attention.keyValueHeadCount * attention.headSize
    try require(width <= GraphLimits.width, place, "heads wider than \(GraphLimits.width)")
    try attention.query.check(Place("query", layer: layer), rows: width, columns: hiddenSize)
    try attention.key.check(Place("key", layer: layer), rows: keyValueWidth, columns: hiddenSize)
    try attention.value.check(Place("value", layer: layer), rows: keyValueWidth, columns: hiddenSize)
    try require((attention.queryNorm == nil) == (attention.keyNorm == nil), place, "a norm on queries or keys alone")
    for norm in [attention.queryNorm, attention.keyNorm].compactMap({ $0 }) {
      try norm.check(Place("query and key norm", layer: layer), count: attention.headSize)
    }
    try checkVisibility(attention, place)
    try checkScores(attention, place)
    try attention.outputSite.check(place, columns: width)
    try attention.output.check(Place("output", layer: layer), rows: hiddenSize, columns: width, isResidual: true)
    try attention.postNorm?.check(Place("attention post-norm", layer: layer), count: hiddenSize, isResidual: true)
  }

  /// Window, chunk and temperature; an encoder has none.
  private func checkVisibility(_ attention: Attention, _ place: Place) throws(ProgramError) {
    try require(attention.window <= GraphLimits.contextLength, place, "a window beyond the greatest context")
    try require(attention.chunk <= GraphLimits.contextLength, place, "a chunk beyond the greatest context")
    if isBidirectional {
      try require(attention.window == 0 && attention.chunk == 0, place, "a window or a chunk in an encoder")
      try require(attention.temperature == nil, place, "a temperature in an encoder")
    }
    guard let temperature = attention.temperature else { return }
    try require((1...GraphLimits.contextLength).contains(temperature.step), place, "a temperature's step out of range")
    let factors = temperature.factors
    try require(
      (1...GraphLimits.temperatureCount).contains(factors.count), place, "\(factors.count) temperature factors")
    try require(
      factors.allSatisfy { GraphLimits.temperature.contains($0) }, place, "a temperature factor out of range")
  }

  private func checkScores(_ attention: Attention, _ place: Place) throws(ProgramError) {
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
  }
}
