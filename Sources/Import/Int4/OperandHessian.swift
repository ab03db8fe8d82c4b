import Program

/// How much each pair of columns matters: H = Σ over rows of ρ · q · qᵀ, in integers (docs/spec-import-int4.md, section 3).
struct OperandHessian: Equatable {
  let columns: Int
  /// Shape (columns, columns), row-major; only j ≤ i is kept, the rest is zero.
  private(set) var lower: [Int64]

  /// The most rows that a sum of 64 bits surely holds.
  static let rowLimit = 1 << 20

  /// - Throws: `ImportError.calibration` when the rows cannot be those of a quantiser.
  init(_ rows: OperandRows, place: Place, parallel: ParallelRows) throws(ImportError) {
    guard rows.count <= Self.rowLimit, rows.mantissas.allSatisfy({ (1...4096).contains($0) }),
      rows.exponents.allSatisfy({ $0.magnitude < 1 << 20 })
    else { throw .calibration(reason: "\(place): operand rows that no quantiser makes") }
    columns = rows.columns
    let weights = Self.weights(rows)
    let parts = try parallel.map(rows: columns, columns: columns) { (range) throws(ImportError) in
      Self.lowerRows(range, of: rows, weights)
    }
    lower = Array(parts.joined())
  }

  /// ρ_t = rs(r_t², 2·(f_t − min f) + c), c = 0, or 12 where operands exceed ±127: at most 2^24, or 2^12.
  static func weights(_ rows: OperandRows) -> [Int64] {
    let coarsest = rows.exponents.min() ?? 0
    let isWide = rows.values.contains { $0.magnitude > 127 }
    return zip(rows.mantissas, rows.exponents).map { mantissa, exponent in
      rs(mantissa * mantissa, 2 * (exponent - coarsest) + (isWide ? 12 : 0))
    }
  }

  private static func lowerRows(_ range: Range<Int>, of rows: OperandRows, _ weights: [Int64]) -> [Int64] {
    let columns = rows.columns
    var sums = [Int64](repeating: 0, count: range.count * columns)
    sums.withUnsafeMutableBufferPointer { sums in
      rows.values.withUnsafeBufferPointer { values in
        for (index, weight) in weights.enumerated() where weight != 0 {
          let row = index * columns
          for i in range {
            let factor = weight &* Int64(values[row + i])
            guard factor != 0 else { continue }
            let target = (i - range.lowerBound) * columns
            for j in 0...i { sums[target + j] &+= factor &* Int64(values[row + j]) }
          }
        }
      }
    }
    return sums
  }
}
