extension KernelDefinitions {
  /// acc[t, a] = Σ W[a, i] · x[t, i] over the columns of one panel of 32 rows.
  /// - Parameters:
  ///   - weights: W[a, 4g + c] at (g·32 + a)·4 + c.
  ///   - operands: rows of `stride` values.
  /// - Returns: shape (tokens, 32).
  package static func panel(
    _ weights: [Int8], groups: Int, _ operands: [Int16], stride: Int, tokens: Int
  ) -> [Int64] {
    (0..<tokens * 32).map { place in
      let (token, row) = place.quotientAndRemainder(dividingBy: 32)
      return (0..<4 * groups).reduce(0) { sum, column in
        let weight = weights[(column / 4 * 32 + row) * 4 + column % 4]
        return sum + Int64(weight) * Int64(operands[token * stride + column])
      }
    }
  }

  /// The panel of int8 weights that blocks of 4-bit weights stand for: W = σ · c.
  /// - Parameter blocks: 544 bytes for every 32 columns: 32 multipliers, then nibbles (SPEC.md, section 6).
  package static func unpacked(_ blocks: [UInt8]) -> [Int8] {
    let blockCount = blocks.count / 544
    return (0..<blockCount * 1024).map { place in
      let (block, inside) = place.quotientAndRemainder(dividingBy: 1024)
      let (group, byte) = inside.quotientAndRemainder(dividingBy: 128)
      let packed = blocks[block * 544 + 32 + group / 2 * 128 + byte]
      let nibble = group.isMultiple(of: 2) ? packed << 4 : packed & 0xF0
      let multiplier = blocks[block * 544 + byte / 4]
      return Int8(truncatingIfNeeded: (Int(Int8(bitPattern: nibble)) >> 4) * Int(multiplier))
    }
  }

  /// out_t,n = rs(acc_t,n · (w_n · r_t), s_t) + bias_n for the first rows of a panel.
  /// - Parameter sums: shape (tokens, 32).
  /// - Returns: shape (tokens, scales.count).
  package static func finish(
    _ sums: [Int64], scales: [UInt16], biases: [Int64], mantissas: [Int64], shifts: [Int]
  ) -> [Int64] {
    mantissas.indices.flatMap { token in
      scales.indices.map { n in
        let product = sums[32 * token + n] &* (Int64(scales[n]) &* mantissas[token])
        return rs(product, shifts[token]) &+ (biases.isEmpty ? 0 : biases[n])
      }
    }
  }
}
