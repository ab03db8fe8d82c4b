/// What the cache holds of one KV head at one position.
package struct CachedHead: Equatable, Sendable {
  /// Shape (headSize,), with the ladder step that they were quantised at.
  package var key: QuantizedRow
  /// Shape (headSize,), −127…127.
  package var values: [Int64]
  /// The values' shift, 0…7.
  package var valueShift: Int
}

/// Attention as SPEC.md, 3.6, has it, one position at a time.
package struct ReferenceAttention: Sendable {
  package let attention: Attention
  let query: ReferenceMatrix
  let key: ReferenceMatrix
  let value: ReferenceMatrix
  let output: ReferenceMatrix
  /// By position, then KV head.
  package private(set) var cache: [[CachedHead]] = []

  init(_ attention: Attention, in program: Program) {
    self.attention = attention
    query = ReferenceMatrix(program.weights(of: attention.query))
    key = ReferenceMatrix(program.weights(of: attention.key))
    value = ReferenceMatrix(program.weights(of: attention.value))
    output = ReferenceMatrix(program.weights(of: attention.output))
  }

  /// Adds a position to the cache.
  /// - Returns: its queries by head, for `attend`.
  mutating func append(_ residual: [Int64]) -> [[Int64]] {
    let position = cache.count
    let (row, scale) = attention.norm.quantized(residual, site: attention.inputSite)
    let queries = heads(query.apply(row.values, scale: scale), norm: attention.queryNorm)
    let keys = heads(key.apply(row.values, scale: scale), norm: attention.keyNorm)
    let values = heads(value.apply(row.values, scale: scale), norm: nil)
    cache.append(
      (0..<attention.keyValueHeadCount).map { head in
        let (values, shift) = cached(values[head])
        return CachedHead(key: cachedKey(keys[head], head: head, position), values: values, valueShift: shift)
      })
    return queries
  }

  /// What attention adds to the residual stream.
  /// - Parameters:
  ///   - queries: what `append` returned for the position.
  ///   - visible: positions that it sees, all in the cache.
  func attend(_ queries: [[Int64]], at position: Int, visible: ClosedRange<Int>) -> [Int64] {
    let outputs = queries.enumerated().flatMap { head, query in
      attend(query, at: position, cache[visible].map { $0[head / attention.groupSize] })
    }
    let (operands, outputScale) = attention.outputSite.quantized(outputs, fraction: Attention.outputFraction)
    return output.apply(operands.values, scale: outputScale)
  }

  /// Splits a row into heads, each normed if the program says so.
  private func heads(_ row: [Int64], norm: FormedNorm?) -> [[Int64]] {
    stride(from: 0, to: row.count, by: attention.headSize).map { start in
      let head = Array(row[start..<start + attention.headSize])
      return norm?.formed(head) ?? head
    }
  }

  /// Rotated by position, 15 more fraction bits (SPEC.md, 3.5).
  package func rotated(_ head: [Int64], _ position: Int) -> [Int64] {
    guard let frequencies = attention.frequencies else { return head.map { $0 << 15 } }
    let half = attention.headSize / 2
    var rotated = head
    for pair in 0..<half {
      let (cosine, sine) = Rotation.cosSin(UInt64(position) &* frequencies[pair])
      rotated[pair] = head[pair] * cosine - head[pair + half] * sine
      rotated[pair + half] = head[pair + half] * cosine + head[pair] * sine
    }
    return rotated
  }

  private func cachedKey(_ key: [Int64], head: Int, _ position: Int) -> QuantizedRow {
    var row = rotated(key, position)
    if let offsets = attention.keyOffsets {
      for index in row.indices { row[index] -= offsets[head * attention.headSize + index] }
    }
    return quantized(row, limbs: attention.keyLimbs)
  }

  private func quantized(_ row: [Int64], limbs: Int) -> QuantizedRow {
    QuantizedRow(QuantizedRow.hadamard(row, block: attention.queryKeyBlock), limit: limbs == 2 ? 32_767 : 127)
  }

  /// Values clamped to −127…127 at the smallest shift that needs no clamp, else 7.
  private func cached(_ values: [Int64]) -> (values: [Int64], shift: Int) {
    let fraction = attention.value.outputFraction - attention.valueCap
    let shift = (0...7).first { n in values.allSatisfy { rs($0, fraction + n).magnitude <= 127 } } ?? 7
    return (values.map { min(127, max(-127, rs($0, fraction + shift))) }, shift)
  }

  /// One head's output, shape (headSize,), 12 fraction bits.
  private func attend(_ head: [Int64], at position: Int, _ visible: [CachedHead]) -> [Int64] {
    let query = quantized(rotated(head, position), limbs: attention.queryLimbs)
    let queryScale = scale(of: query, at: position)
    return weightedSum(visible.map { score(query, queryScale, $0.key) }, visible)
  }

  /// A query's row scale, with the factor of its scores and the temperature of its position.
  private func scale(of query: QuantizedRow, at position: Int) -> RowScale {
    let factor = Tables.ladder[query.j] * attention.scoreMantissa
    let exponent = 23 + attention.rotatedQueryFraction + attention.scoreExponent - query.k
    guard let temperature = attention.temperature else { return RowScale(factor, exponent: exponent) }
    return RowScale(factor * temperature.factor(at: position), exponent: exponent + AttentionTemperature.fraction)
  }

  private func score(_ query: QuantizedRow, _ queryScale: RowScale, _ key: QuantizedRow) -> Int64 {
    let keyScale = RowScale(Tables.ladder[key.j], exponent: 23 + attention.rotatedKeyFraction - key.k)
    let product = zip(query.values, key.values).reduce(0) { $0 + $1.0 * $1.1 }
    return rs(product * (queryScale.mantissa * keyScale.mantissa), queryScale.exponent + keyScale.exponent - 7)
  }

  private func weightedSum(_ scores: [Int64], _ visible: [CachedHead]) -> [Int64] {
    let greatest = scores.max() ?? 0
    let weights = scores.map { Int64(Tables.exp[Int(min(greatest - $0, 4095))]) }
    let sum = weights.reduce(0, +)
    let length = bitLength(sum)
    let inverse = Int64((UInt128(1) << UInt128(length + 15)) / UInt128(sum))
    let c = max(0, length - 30)
    return (0..<attention.headSize).map { index in
      var total = Int64(0)
      for (weight, head) in zip(weights, visible) { total += (weight << Int64(head.valueShift)) * head.values[index] }
      return rs(rs(total, c) * inverse, length + 15 - c + attention.valueCap - Attention.outputFraction)
    }
  }
}
