import Program

/// What RMS normalisation leaves of a row besides the values: 1/rms as `root · 2^−(30 + halfShift)`, √n apart.
struct NormScale: Equatable {
  var root: Int64
  var halfShift: Int
}

/// RMS norms, whose scalar is either kept in the row scale or multiplied in (SPEC.md, 3.2).
enum RowNorm {
  typealias Row = UnsafeMutablePointer<Int64>

  /// h_i = rs(x_i, t), written over `row`, and the scalar.
  /// - Complexity: O(count), three passes.
  private static func reduce(_ row: Row, _ count: Int, epsilon: UInt64) -> NormScale {
    let (greatest, least) = RowQuantizer.reach(row, count)
    let shift = max(0, bitLength(max(greatest, least)) - 22)
    var sum = max(1, rs(Int64(epsilon), 2 * shift))
    let half = shift == 0 ? 0 : Int64(1) &<< Int64(shift - 1)
    for index in 0..<count {
      let value = (row[index] &+ half) &>> Int64(shift)
      row[index] = value
      sum &+= value &* value
    }
    let evenShift = (bitLength(sum) - 29) & ~1
    let scaled = evenShift < 0 ? sum << Int64(-evenShift) : sum >> Int64(evenShift)
    return NormScale(root: squareRoot((1 << 60) / scaled), halfShift: evenShift / 2)
  }

  /// ⌊√x⌋ for x ≤ 2^32, bit by bit.
  private static func squareRoot(_ x: Int64) -> Int64 {
    var root: Int64 = 0
    var bit: Int64 = 1 << 16
    while bit > 0 {
      let next = root | bit
      if next * next <= x { root = next }
      bit >>= 1
    }
    return root
  }

  /// Kind 1: writes h_i · g_i over the row.
  static func apply(_ norm: RowScaleNorm, to row: Row) -> NormScale {
    let scale = reduce(row, norm.gains.count, epsilon: norm.epsilon)
    norm.gains.withUnsafeBufferPointer { gains in
      for index in 0..<gains.count { row[index] &*= Int64(gains[index]) }
    }
    return scale
  }

  /// Kind 2: writes the formed values over the row.
  static func apply(_ norm: FormedNorm, to row: Row) {
    let scale = reduce(row, norm.gains.count, epsilon: norm.epsilon)
    let shift = 30 + scale.halfShift + norm.exponent - norm.outputFraction
    for index in 0..<norm.gains.count {
      row[index] = rs(row[index] &* Int64(norm.gains[index]) &* scale.root, shift)
    }
    for index in 0..<norm.biases.count { row[index] &+= norm.biases[index] }
  }
}
