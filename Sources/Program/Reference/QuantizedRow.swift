/// A row of operands with its ladder step (SPEC.md, 3.3).
package struct QuantizedRow: Equatable, Sendable {
  /// Operands: q, or q·2^(7 − n) with block shift.
  package var values: [Int64]
  package var k: Int
  package var j: Int
  /// The lowest index that does not fit one step finer; `nil` for a row of zeros, and at k = 1, j = 127 where everything fits.
  package var witness: Int?
}

extension QuantizedRow {
  /// Quantises `row` after a Hadamard transform in blocks.
  /// - Parameter row: shape (K,), |y| within the bounds of the program.
  /// - Complexity: O(K·b): the transform is written as its definition.
  package init(_ row: [Int64], site: QuantizerSite) {
    let transformed = Self.hadamard(row, block: site.block)
    self.init(transformed, limit: site.mode.limit)
    if site.mode == .blockShift { shiftBlocks(transformed, block: site.block) }
  }

  /// Quantises `row` as it is to −limit…limit: the smallest k ≥ 1, then the largest j, at which everything fits.
  package init(_ row: [Int64], limit: Int64) {
    guard let step = Self.finestStep(row, limit: limit) else {
      self.init(values: row, k: 1, j: 0, witness: nil)
      return
    }
    let (k, j) = step
    let finer = j == 127 ? (k: k - 1, j: 0) : (k: k, j: j + 1)
    self.init(
      values: row.map { rs($0 * Int64(128 + j), k) }, k: k, j: j,
      witness: row.firstIndex { rs($0 * Int64(128 + finer.j), finer.k).magnitude > limit })
  }

  /// (H y)_i = Σ_j (−1)^popcount(i & j) y_j in consecutive blocks.
  static func hadamard(_ row: [Int64], block: Int) -> [Int64] {
    row.indices.map { index in
      let start = index / block * block
      return (0..<block).reduce(0) { sum, other in
        let sign: Int64 = ((index - start) & other).nonzeroBitCount.isMultiple(of: 2) ? 1 : -1
        return sum + sign * row[start + other]
      }
    }
  }

  /// The closed form of the finest step; `nil` for a row of zeros.
  static func finestStep(_ row: [Int64], limit: Int64) -> (k: Int, j: Int)? {
    let positive = max(0, row.max() ?? 0)
    let negative = max(0, -(row.min() ?? 0))
    guard positive > 0 || negative > 0 else { return nil }
    let span = 2 * limit + 1
    var k = 1
    while true {
      var m: Int64 = 255
      let reach = Int128(span) << Int128(k - 1)
      if positive > 0 { m = Int64(min(Int128(m), (reach - 1) / Int128(positive))) }
      if negative > 0 { m = Int64(min(Int128(m), reach / Int128(negative))) }
      if m >= 128 { return (k, Int(m - 128)) }
      k += 1
    }
  }

  /// For each block the largest n ≤ 7 at which it still fits n steps finer; operands are q·2^(7 − n).
  private mutating func shiftBlocks(_ row: [Int64], block: Int) {
    let m = Int64(128 + j)
    for start in stride(from: 0, to: row.count, by: block) {
      let indices = start..<start + block
      let shift =
        (0...7).last { n in indices.allSatisfy { rs(row[$0] * m, k - n).magnitude <= 127 } } ?? 0
      for index in indices { values[index] = rs(row[index] * m, k - shift) << Int64(7 - shift) }
    }
  }
}
