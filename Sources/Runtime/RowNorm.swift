import CKernels
import Program

/// What RMS normalisation leaves of a row besides the values: 1/rms as `root · 2^−(30 + halfShift)`, √n apart.
struct NormScale: Equatable {
  var root: Int64
  var halfShift: Int
}

/// RMS norms and LayerNorms, whose scalar is either kept in the row scale or multiplied in (SPEC.md, 3.2).
enum RowNorm {
  typealias Row = UnsafeMutablePointer<Int64>

  /// h_i = rs(x_i, t), written over `row`, and the scalar.
  /// - Complexity: O(count), three passes.
  private static func reduce(_ row: Row, _ count: Int, epsilon: UInt64) -> NormScale {
    let (greatest, least) = RowQuantizer.reach(row, count)
    let shift = max(0, bitLength(max(greatest, least)) - 22)
    let sum = max(1, rs(Int64(epsilon), 2 * shift)) &+ razao_reduce(row, count, Int64(shift))
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

  /// c_i = n·x_i − Σx, written over `row`: the first step of a LayerNorm.
  static func centre(_ row: Row, _ count: Int) {
    var sum: Int64 = 0
    for index in 0..<count { sum &+= row[index] }
    for index in 0..<count { row[index] = row[index] &* Int64(count) &- sum }
  }

  /// Kind 1, or 3 when centred: writes h_i · g_i over the row.
  static func apply(_ norm: RowScaleNorm, isCentred: Bool = false, to row: Row) -> NormScale {
    if isCentred { centre(row, norm.gains.count) }
    let scale = reduce(row, norm.gains.count, epsilon: norm.epsilon)
    razao_scale_i8(row, norm.gains, norm.gains.count)
    return scale
  }

  /// Kind 2, or 4 when centred: writes the formed values over the row.
  static func apply(_ norm: FormedNorm, to row: Row) {
    if norm.isCentred { centre(row, norm.gains.count) }
    let scale = reduce(row, norm.gains.count, epsilon: norm.epsilon)
    let shift = 30 + scale.halfShift + norm.exponent - norm.outputFraction
    norm.biases.withUnsafeBufferPointer { biases in
      let biases = biases.isEmpty ? nil : biases.baseAddress
      razao_scale_i16(row, norm.gains, scale.root, Int64(shift), biases, norm.gains.count)
    }
  }

  /// Writes the row at unit length over itself, `fraction` fraction bits; zeros stay zeros (SPEC.md, 3.14).
  static func scaleToUnitLength(_ row: Row, _ count: Int, fraction: Int) {
    let scale = reduce(row, count, epsilon: 0)
    let shift = 30 + scale.halfShift - fraction
    for index in 0..<count { row[index] = rs(row[index] &* scale.root, shift) }
  }
}
