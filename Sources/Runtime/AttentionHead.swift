import CKernels
import Program

/// Attention of one query head at one position over the quantised cache (SPEC.md, 3.6 and 3.11).
struct AttentionHead {
  let attention: Attention
  let layer: Int
  let scratch: AttentionScratch
  let rotations: Rotations
  /// Index of the layer's frequencies, `nil` for no rotation.
  let rotation: Int?

  private var headSize: Int { attention.headSize }
  private var isWide: Bool { attention.queryLimbs == 2 || attention.keyLimbs == 2 }

  /// Where a token stands and what it sees.
  struct Place {
    let cache: KeyValueCache
    /// Place in the block of tokens.
    let token: Int
    let position: Int
    /// Positions that it attends to.
    let visible: ClosedRange<Int>
  }

  /// Writes the head's output, shape (headSize,), 12 fraction bits.
  /// - Parameter query: the projection of this head.
  func attend(
    _ query: UnsafePointer<Int64>, head: Int, _ place: Place, into output: UnsafeMutablePointer<Int64>
  ) {
    let scale = quantize(query, place)
    let first = place.visible.lowerBound
    let keyValueHead = head / attention.groupSize
    var greatest = Int64.min
    var run = 0
    forEachRun(place.visible) { positions in
      let span = span(positions, keyValueHead, place.cache)
      scratch.spans.start[run] = span
      run += 1
      greatest = max(greatest, score(positions, span, scale, first: first))
    }
    let totals = scratch.totals.start
    totals.update(repeating: 0, count: headSize)
    var sum: Int64 = 0
    run = 0
    forEachRun(place.visible) { positions in
      sum += accumulate(positions, scratch.spans.start[run], greatest: greatest, first: first)
      run += 1
    }
    divide(totals, by: sum, into: output)
  }

  /// Norm, rotation, Hadamard and quantiser of the query; returns its row scale, c_q and temperature included.
  private func quantize(_ query: UnsafePointer<Int64>, _ place: Place) -> RowScale {
    let row = scratch.row.start
    row.update(from: query, count: headSize)
    if let norm = attention.queryNorm { RowNorm.apply(norm, to: row) }
    rotations.rotate(row, size: headSize, token: place.token, list: rotation)
    Hadamard.transform(row, count: headSize, block: attention.queryKeyBlock)
    let step = RowQuantizer.step(row, headSize, limit: attention.queryLimbs == 2 ? 32_767 : 127)
    if isWide {
      RowQuantizer.quantize(row, headSize, step, into: scratch.wideQuery)
    } else {
      RowQuantizer.quantize(row, headSize, step, into: scratch.narrowQuery)
    }
    let exponent = 23 + attention.rotatedQueryFraction + attention.scoreExponent
    guard let factor = attention.temperature?.factor(at: place.position) else {
      return step.scale(factor: attention.scoreMantissa, exponent: exponent)
    }
    return step.scale(factor: attention.scoreMantissa * factor, exponent: exponent + 14)
  }

  /// Calls `body` with the parts of a range of positions that lie in one block of the cache.
  private func forEachRun(_ positions: ClosedRange<Int>, _ body: (Range<Int>) -> Void) {
    var start = positions.lowerBound
    while start <= positions.upperBound {
      let end = min(positions.upperBound + 1, (start / CacheBlock.positionCount + 1) * CacheBlock.positionCount)
      body(start..<end)
      start = end
    }
  }

  private func span(_ positions: Range<Int>, _ head: Int, _ cache: KeyValueCache) -> HeadSpan {
    let (block, offset) = positions.lowerBound.quotientAndRemainder(dividingBy: CacheBlock.positionCount)
    return cache.blocks[block].head(head, layer: layer, from: offset)
  }

  /// Scores of consecutive positions into the scratch; returns the greatest.
  private func score(_ positions: Range<Int>, _ keys: HeadSpan, _ scale: RowScale, first: Int) -> Int64 {
    let products = scratch.products.start
    if isWide {
      razao_dots_i16(scratch.wideQuery, keys.wideKeys, positions.count, headSize, products)
    } else {
      razao_dots_i8(scratch.narrowQuery, keys.narrowKeys, positions.count, headSize, products)
    }
    let scores = scratch.scores.start + (positions.lowerBound - first)
    return razao_scores(
      products, keys.mantissas, keys.exponents, scale.mantissa, Int64(scale.exponent - 7), positions.count, scores)
  }

  /// Adds p · 2^n · v of consecutive positions to the totals; returns Σ p.
  private func accumulate(_ positions: Range<Int>, _ values: HeadSpan, greatest: Int64, first: Int) -> Int64 {
    let scores = scratch.scores.start + (positions.lowerBound - first)
    let weights = scratch.weights.start
    let sum = razao_exponentials(scores, greatest, values.shifts, Tables.exp, positions.count, weights)
    razao_weighted_sum_i8(values.values, weights, positions.count, headSize, scratch.totals.start)
    return sum
  }

  /// o_i = rs(rs(num_i, c)·inv, L + 15 − c + cap − 12).
  private func divide(_ totals: UnsafePointer<Int64>, by sum: Int64, into output: UnsafeMutablePointer<Int64>) {
    let length = bitLength(sum)
    let inverse = (Int64(1) << Int64(length + 15)) / sum
    let cut = max(0, length - 30)
    let shift = length + 15 - cut + attention.valueCap - Attention.outputFraction
    razao_divide(totals, Int64(cut), inverse, Int64(shift), headSize, output)
  }
}
