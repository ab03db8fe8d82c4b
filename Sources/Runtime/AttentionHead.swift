import CKernels
import Program

/// Attention of one query head at one position over the quantised cache (SPEC.md, 3.6).
struct AttentionHead {
  let attention: Attention
  let layer: Int
  let cache: KeyValueCache
  let scratch: AttentionScratch
  let rotations: Rotations
  /// Index of the layer's frequencies, `nil` for no rotation.
  let rotation: Int?

  private var headSize: Int { attention.headSize }
  private var isWide: Bool { attention.queryLimbs == 2 || attention.keyLimbs == 2 }

  /// Writes the head's output, shape (headSize,), 12 fraction bits.
  /// - Parameters:
  ///   - query: the projection of this head.
  ///   - token: place in the block of tokens, whose position is `position`.
  func attend(
    _ query: UnsafePointer<Int64>, head: Int, token: Int, position: Int, into output: UnsafeMutablePointer<Int64>
  ) {
    let scale = quantize(query, token: token)
    let first = attention.window == 0 ? 0 : max(0, position - attention.window + 1)
    let keyValueHead = head / attention.groupSize
    var greatest = Int64.min
    forEachRun(first...position) { positions in
      greatest = max(greatest, score(positions, keyValueHead, scale, first: first))
    }
    let totals = scratch.totals.start
    totals.update(repeating: 0, count: headSize)
    var sum: Int64 = 0
    forEachRun(first...position) { positions in
      sum += accumulate(positions, keyValueHead, greatest: greatest, first: first)
    }
    divide(totals, by: sum, into: output)
  }

  /// Norm, rotation, Hadamard and quantiser of the query; returns its row scale, c_q included.
  private func quantize(_ query: UnsafePointer<Int64>, token: Int) -> RowScale {
    let row = scratch.row.start
    row.update(from: query, count: headSize)
    if let norm = attention.queryNorm { RowNorm.apply(norm, to: row) }
    rotations.rotate(row, size: headSize, token: token, list: rotation)
    Hadamard.transform(row, count: headSize, block: attention.queryKeyBlock)
    let step = RowQuantizer.step(row, headSize, limit: attention.queryLimbs == 2 ? 32_767 : 127)
    if isWide {
      RowQuantizer.quantize(row, headSize, step, into: scratch.wideQuery)
    } else {
      RowQuantizer.quantize(row, headSize, step, into: scratch.narrowQuery)
    }
    let exponent = 23 + attention.rotatedQueryFraction + attention.scoreExponent
    return step.scale(factor: attention.scoreMantissa, exponent: exponent)
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

  private func span(_ position: Int, _ head: Int) -> HeadSpan {
    cache.blocks[position / CacheBlock.positionCount].head(
      head, layer: layer, from: position % CacheBlock.positionCount)
  }

  /// Scores of consecutive positions into the scratch; returns the greatest.
  private func score(_ positions: Range<Int>, _ head: Int, _ scale: RowScale, first: Int) -> Int64 {
    let keys = span(positions.lowerBound, head)
    let products = scratch.products.start
    if isWide {
      razao_dots_i16(scratch.wideQuery, keys.wideKeys, positions.count, headSize, products)
    } else {
      razao_dots_i8(scratch.narrowQuery, keys.narrowKeys, positions.count, headSize, products)
    }
    let scores = scratch.scores.start + (positions.lowerBound - first)
    var greatest = Int64.min
    for index in 0..<positions.count {
      let factor = scale.mantissa &* Int64(keys.mantissas[index])
      let value = rs(products[index] &* factor, scale.exponent + Int(keys.exponents[index]) - 7)
      scores[index] = value
      greatest = max(greatest, value)
    }
    return greatest
  }

  /// Adds p · 2^n · v of consecutive positions to the totals; returns Σ p.
  private func accumulate(_ positions: Range<Int>, _ head: Int, greatest: Int64, first: Int) -> Int64 {
    let values = span(positions.lowerBound, head)
    let scores = scratch.scores.start + (positions.lowerBound - first)
    let weights = scratch.weights.start
    var sum: Int64 = 0
    Tables.exp.withUnsafeBufferPointer { table in
      for index in 0..<positions.count {
        let weight = table[Int(min(greatest &- scores[index], 4095))]
        sum &+= Int64(weight)
        weights[index] = weight &<< UInt32(values.shifts[index])
      }
    }
    razao_weighted_sum_i8(values.values, weights, positions.count, headSize, scratch.totals.start)
    return sum
  }

  /// o_i = rs(rs(num_i, c)·inv, L + 15 − c + cap − 12).
  private func divide(_ totals: UnsafePointer<Int64>, by sum: Int64, into output: UnsafeMutablePointer<Int64>) {
    let length = bitLength(sum)
    let inverse = (Int64(1) << Int64(length + 15)) / sum
    let cut = max(0, length - 30)
    let shift = length + 15 - cut + attention.valueCap - Attention.outputFraction
    for index in 0..<headSize { output[index] = rs(rs(totals[index], cut) &* inverse, shift) }
  }
}
