extension KernelDefinitions {
  /// max(0, max x) and max(0, −min x).
  package static func reach(_ row: [Int64]) -> [Int64] {
    [max(0, row.max() ?? 0), max(0, -(row.min() ?? 0))]
  }

  /// q_i = rs(y_i · m, k).
  package static func quantized(_ row: [Int64], multiplier: Int64, shift: Int) -> [Int64] {
    row.map { rs($0 &* multiplier, shift) }
  }

  /// (H y)_i = Σ_j (−1)^popcount(i & j) · y_j on consecutive blocks.
  package static func hadamard(_ row: [Int64], block: Int) -> [Int64] {
    row.indices.map { place in
      let (start, i) = (place / block * block, place % block)
      return (0..<block).reduce(0) { sum, j in
        (i & j).nonzeroBitCount.isMultiple(of: 2) ? sum &+ row[start + j] : sum &- row[start + j]
      }
    }
  }

  /// h_i = rs(x_i, t), and Σ h_i².
  package static func reduce(_ row: [Int64], shift: Int) -> (row: [Int64], sum: Int64) {
    let row = row.map { rs($0, shift) }
    return (row, row.reduce(0) { $0 &+ $1 &* $1 })
  }

  /// x_i · g_i.
  package static func scaled(_ row: [Int64], gains: [Int8]) -> [Int64] {
    zip(row, gains).map { $0 &* Int64($1) }
  }

  /// rs(h_i · g_i · R, s) + β_i.
  package static func formed(
    _ row: [Int64], gains: [Int16], root: Int64, shift: Int, biases: [Int64]
  ) -> [Int64] {
    row.indices.map { rs(row[$0] &* Int64(gains[$0]) &* root, shift) &+ (biases.isEmpty ? 0 : biases[$0]) }
  }

  /// rs(g_i · TABLE[clamp(rs(g_i, s) + 512, 0, 1023)], 16) · up_i; no factor when `ups` is empty.
  package static func activated(_ gates: [Int64], ups: [Int64], table: [UInt32], shift: Int) -> [Int64] {
    gates.indices.map { index in
      let place = min(1023, max(0, rs(gates[index], shift) &+ 512))
      return rs(gates[index] &* Int64(table[Int(place)]), 16) &* (ups.isEmpty ? 1 : ups[index])
    }
  }

  /// Rotates the pairs (x_i, x_(i + D/2)) by angles given as cosine and sine, 15 fraction bits.
  package static func rotated(_ head: [Int64], angles: [Int16]) -> [Int64] {
    let pairs = head.count / 2
    return head.indices.map { index in
      let pair = index % pairs
      let (cosine, sine) = (Int64(angles[2 * pair]), Int64(angles[2 * pair + 1]))
      let (a, b) = (head[pair], head[pair + pairs])
      return index < pairs ? a &* cosine &- b &* sine : b &* cosine &+ a &* sine
    }
  }

  /// The lowest `width` bytes of each value, little-endian.
  package static func packed(_ row: [Int64], width: Int) -> [UInt8] {
    row.flatMap { value in (0..<width).map { UInt8(truncatingIfNeeded: value >> Int64(8 * $0)) } }
  }
}
