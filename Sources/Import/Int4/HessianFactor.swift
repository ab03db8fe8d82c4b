/// H with something added to its diagonal, and its factors: H = L · D · Lᵀ, L with ones on its diagonal.
///
/// Binary64, each operation rounded once, sums over ascending k; the same bits for any count of threads.
struct HessianFactor: Sendable {
  let columns: Int
  /// H, shape (columns, columns), both halves.
  private(set) var hessian: [Double]
  /// L, row-major; what is not below the diagonal is not used.
  private(set) var lower: [Double]
  /// D.
  private(set) var pivots: [Double]

  /// The share of the mean of H's diagonal that is added to it: 1 / dampingDivisor.
  static let dampingDivisor: Int64 = 64

  init(_ integers: OperandHessian, parallel: ParallelRows = ParallelRows(threadCount: 1)) {
    let columns = integers.columns
    self.columns = columns
    let trace = (0..<columns).reduce(Int128(0)) { $0 + Int128(integers.lower[$1 * columns + $1]) }
    // At least 1, so that a matrix that was never used is rounded as if all columns mattered alike.
    let damping = Double(Int64(trace / (Int128(Self.dampingDivisor) * Int128(columns))) + 1)
    hessian = [Double](repeating: 0, count: columns * columns)
    for row in 0..<columns {
      for column in 0...row {
        let value = Double(integers.lower[row * columns + column])
        hessian[row * columns + column] = row == column ? value + damping : value
        hessian[column * columns + row] = hessian[row * columns + column]
      }
    }
    lower = hessian
    pivots = []
    factorize(least: damping / 1024, parallel)
  }

  /// All columns matter alike, and none depends on another.
  init(identity columns: Int) {
    self.columns = columns
    hessian = [Double](repeating: 0, count: columns * columns)
    lower = hessian
    for index in 0..<columns { hessian[index * columns + index] = 1 }
    pivots = [Double](repeating: 1, count: columns)
  }

  /// Columns that are subtracted from the rest together.
  private static let panel = 32

  /// For k ascending: d_k = max(A_kk, least); for i > k: l_ik = A_ik / d_k, and A_ij ← A_ij − l_ik · A_jk for k < j ≤ i.
  ///
  /// A panel of columns at a time, first within the panel and then in all rows behind it: every A_ij still changes for k
  /// ascending.
  private mutating func factorize(least: Double, _ parallel: ParallelRows) {
    let columns = columns
    var pivots: [Double] = []
    var saved = [Double](repeating: 0, count: Self.panel * columns)
    lower.withUnsafeMutableBufferPointer { lower in
      saved.withUnsafeMutableBufferPointer { saved in
        for start in stride(from: 0, to: columns, by: Self.panel) {
          let panel = start..<min(start + Self.panel, columns)
          let elimination = PanelElimination(lower: lower, saved: saved, columns: columns, panel: panel)
          for column in panel { pivots.append(elimination.eliminate(column, least: least)) }
          parallel.forEach(rows: panel.upperBound..<columns) { elimination.update($0) }
        }
      }
    }
    self.pivots = pivots
  }
}

/// A panel of columns on its way out of the rest of a matrix.
///
/// `@unchecked Sendable`: each row is updated by one thread, and what all read does not change meanwhile.
private struct PanelElimination: @unchecked Sendable {
  let lower: UnsafeMutableBufferPointer<Double>
  /// Columns of the panel before they were divided, one after another.
  let saved: UnsafeMutableBufferPointer<Double>
  let columns: Int
  let panel: Range<Int>

  private func start(ofSaved column: Int) -> Int { (column - panel.lowerBound) * columns }

  /// Divides a column by its pivot and takes it off the columns of the panel behind it.
  /// - Returns: the pivot.
  func eliminate(_ column: Int, least: Double) -> Double {
    let pivot = max(lower[column * columns + column], least)
    let saved = UnsafeMutableBufferPointer(rebasing: saved[start(ofSaved: column)...])
    for row in column + 1..<max(column + 1, columns) {
      saved[row] = lower[row * columns + column]
      lower[row * columns + column] /= pivot
    }
    for row in column + 1..<max(column + 1, columns) {
      let factor = lower[row * columns + column]
      for other in column + 1..<max(column + 1, min(panel.upperBound, row + 1)) {
        lower[row * columns + other] -= factor * saved[other]
      }
    }
    return pivot
  }

  /// Takes all columns of the panel, ascending, off one row behind it.
  func update(_ row: Int) {
    let target = row * columns
    for column in panel {
      let factor = lower[target + column]
      let source = start(ofSaved: column)
      for other in panel.upperBound...row { lower[target + other] -= factor * saved[source + other] }
    }
  }
}
