extension KernelDefinitions {
  /// Dot products of one query with rows of keys.
  package static func dots(_ query: [Int16], _ keys: [Int16], rows: Int) -> [Int64] {
    (0..<rows).map { row in
      query.indices.reduce(0) { $0 + Int64(query[$1]) * Int64(keys[row * query.count + $1]) }
    }
  }

  /// z_t = rs(product_t · (r_q · r_t), f_q + f_t).
  package static func scores(
    _ products: [Int64], mantissas: [Int32], exponents: [Int16], mantissa: Int64, exponent: Int
  ) -> [Int64] {
    products.indices.map { rs(products[$0] &* (mantissa &* Int64(mantissas[$0])), exponent + Int(exponents[$0])) }
  }

  /// p_t = EXP[min(max z − z_t, 4095)]; the sum of p, and p_t · 2^n_t.
  package static func exponentials(
    _ scores: [Int64], greatest: Int64, shifts: [UInt8], table: [UInt32]
  ) -> (sum: Int64, weights: [UInt32]) {
    let entries = scores.map { table[Int(min(greatest - $0, 4095))] }
    return (entries.reduce(0) { $0 + Int64($1) }, zip(entries, shifts).map { $0 &<< UInt32($1) })
  }

  /// num_i + Σ weights_t · v_t,i.
  package static func weightedSum(_ values: [Int8], weights: [UInt32], totals: [Int64]) -> [Int64] {
    totals.indices.map { index in
      weights.indices.reduce(totals[index]) {
        $0 &+ Int64(weights[$1]) &* Int64(values[$1 * totals.count + index])
      }
    }
  }

  /// o_i = rs(rs(num_i, c) · inv, s).
  package static func divide(_ totals: [Int64], cut: Int, inverse: Int64, shift: Int) -> [Int64] {
    totals.map { rs(rs($0, cut) &* inverse, shift) }
  }
}
