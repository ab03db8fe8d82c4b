/// A matrix as the slow interpreter reads it: logical rows.
package struct ReferenceMatrix: Sendable {
  package let matrix: Matrix
  /// Shape (rows, columns).
  package let rows: [[Int8]]
  package let scales: [Int64]
  package let biases: [Int64]

  package init(_ weights: PackedWeights) {
    matrix = weights.matrix
    rows = (0..<weights.matrix.rows).map { weights.row($0) }
    scales = weights.scales.map { Int64($0) }
    biases = (0..<weights.matrix.rows).map { weights.bias($0) }
  }

  /// out_n = rs(acc_n · (w_n·r), e + f − F_out) + bias_n, shape (rows,) (SPEC.md, 3.4).
  package func apply(_ operands: [Int64], scale: RowScale) -> [Int64] {
    rows.indices.map { n in
      var accumulator = Int64(0)
      for (weight, operand) in zip(rows[n], operands) { accumulator += Int64(weight) * operand }
      let shift = matrix.exponent + scale.exponent - matrix.outputFraction
      return rs(accumulator * (scales[n] * scale.mantissa), shift) + biases[n]
    }
  }

  /// x_i = rs(E[t,i] · w_t, e − 16), shape (columns,) (SPEC.md, 3.1).
  package func embed(_ token: Int) -> [Int64] {
    rows[token].map { rs(Int64($0) * scales[token], matrix.exponent - Graph.residualFraction) }
  }
}
