/// The advice of a norm: what the row was scaled by (SPEC.md, 3.2).
package struct NormAdvice: Equatable, Sendable {
  /// h_i = rs(x_i, t), shape (n,).
  package var values: [Int64]
  /// An even shift with Σh² + ε brought into 2^28…2^30.
  package var s: Int
  /// The reciprocal root: R²·v″ ≤ 2^60 < (R+1)²·v″.
  package var root: Int64

  /// - Parameters:
  ///   - row: shape (n,), within the bounds of the program.
  ///   - epsilon: E.
  ///   - isCentred: whether n·x_i − Σx stands for x_i (LayerNorm).
  package init(_ row: [Int64], epsilon: UInt64, isCentred: Bool = false) {
    let row = isCentred ? Self.centred(row) : row
    let magnitude = row.map { bitLength($0) }.max() ?? 0
    let t = max(0, magnitude - 22)
    values = row.map { rs($0, t) }
    let v = values.reduce(0) { $0 + $1 * $1 } + max(1, rs(Int64(epsilon), 2 * t))
    s = (bitLength(v) - 29) & ~1
    let scaled = s >= 0 ? v >> Int64(s) : v << Int64(-s)
    root = Int64(integerSquareRoot(UInt128((Int64(1) << 60) / scaled)))
  }

  /// c_i = n·x_i − Σx: n times the distance from the mean.
  private static func centred(_ row: [Int64]) -> [Int64] {
    let sum = row.reduce(0, +)
    return row.map { Int64(row.count) * $0 - sum }
  }
}

extension InputNorm {
  /// The residual stream, normed as the program says and quantised.
  package func quantized(_ residual: [Int64], site: QuantizerSite) -> (row: QuantizedRow, scale: RowScale) {
    switch self {
    case .none: site.quantized(residual, fraction: Graph.residualFraction)
    case .rms(let norm): norm.quantized(residual, site: site)
    case .layer(let norm): norm.quantized(residual, site: site, isCentred: true)
    }
  }
}

extension RowScaleNorm {
  /// y_i = h_i · g_i, quantised; the scalar goes into the row scale.
  package func quantized(
    _ row: [Int64], site: QuantizerSite, isCentred: Bool = false
  ) -> (row: QuantizedRow, scale: RowScale) {
    let advice = NormAdvice(row, epsilon: epsilon, isCentred: isCentred)
    let gained = zip(advice.values, gains).map { $0 * Int64($1) }
    let quantized = QuantizedRow(gained, site: site)
    var scale = RowScale(Tables.ladder[quantized.j] * advice.root, exponent: 53 + advice.s / 2 - quantized.k)
    if site.mode == .blockShift { scale.exponent += 7 }
    return (quantized, scale)
  }
}

extension FormedNorm {
  /// out_i = rs(h_i · g_i · R, 30 + s/2 + e_g − F_out) + β_i.
  package func formed(_ row: [Int64]) -> [Int64] {
    let advice = NormAdvice(row, epsilon: epsilon, isCentred: isCentred)
    let shift = 30 + advice.s / 2 + exponent - outputFraction
    return row.indices.map { index in
      let product = advice.values[index] * Int64(gains[index]) * advice.root
      return rs(product, shift) + (biases.isEmpty ? 0 : biases[index])
    }
  }
}

extension QuantizerSite {
  /// Quantises a row of known fraction bits, with its row scale.
  package func quantized(_ row: [Int64], fraction: Int) -> (row: QuantizedRow, scale: RowScale) {
    let quantized = QuantizedRow(row, site: self)
    var scale = RowScale(Tables.ladder[quantized.j], exponent: 23 + fraction - quantized.k)
    if mode == .blockShift { scale.exponent += 7 }
    return (quantized, scale)
  }
}
