/// Rounds rows of weights to products σ · c, passing the error of each column on to the columns before it, so that the
/// products with the operands change as little as possible (docs/spec-import-int4.md, section 4).
struct ErrorFeedback: Sendable {
  /// Rows that share one pass over the factor.
  static let rowsTogether = 16
  static let groupColumns = 32
  static let subscales = 1...18
  static let codeLimit = 7.0
  /// Passes over all columns after the first choice.
  static let sweeps = 4

  let factor: HessianFactor

  /// Integers of some rows, and the subscale of each group of columns.
  struct Rows: Equatable, Sendable {
    /// σ · c, shape (rows, columns).
    var weights: [Int8] = []
    /// σ, shape (rows, groups).
    var subscales: [UInt8] = []
    /// Rows that are what they should be.
    var exactRows = 0
  }

  /// - Parameter targets: shape (rows, columns), in units of each row's scale.
  /// - Complexity: O(targets · columns), about.
  func round(_ targets: [Double]) -> Rows {
    let columns = factor.columns
    precondition(targets.count.isMultiple(of: columns))
    var rows = Rows()
    let step = Self.rowsTogether * columns
    for start in stride(from: 0, to: targets.count, by: step) {
      var block = RoundingBlock(targets: Array(targets[start..<min(start + step, targets.count)]), factor: factor)
      block.roundGroups()
      block.sweep()
      rows.weights += block.weights.map { Int8($0) }
      rows.subscales += block.subscales.map { UInt8($0) }
      rows.exactRows += block.exactRows
    }
    return rows
  }

  /// The code of a value in units of its subscale: half(x), brought into ±7.
  @inline(__always)
  static func code(_ x: Double) -> Double {
    // Adding and subtracting 1.5 · 2^52 rounds to an integer, halves to even, where |x| < 2^51; the limits are integers,
    // so it does not matter that they come first.
    let rounding = 0x1.8p52
    return (max(-codeLimit, min(codeLimit, x)) + rounding) - rounding
  }
}

/// A few rows on their way.
private struct RoundingBlock {
  let factor: HessianFactor
  let columns: Int
  let groups: Int
  let rowCount: Int
  /// What the rows should be.
  let targets: [Double]
  /// What they should be after the errors of later columns.
  var moved: [Double]
  /// σ · c.
  var weights: [Double]
  var subscales: [Double]

  init(targets: [Double], factor: HessianFactor) {
    self.factor = factor
    self.targets = targets
    columns = factor.columns
    groups = (columns + ErrorFeedback.groupColumns - 1) / ErrorFeedback.groupColumns
    rowCount = targets.count / columns
    moved = targets
    weights = Array(repeating: 0, count: targets.count)
    subscales = Array(repeating: 1, count: rowCount * groups)
  }

  var exactRows: Int {
    stride(from: 0, to: targets.count, by: columns).reduce(0) { count, start in
      count + (targets[start..<start + columns] == weights[start..<start + columns] ? 1 : 0)
    }
  }

  mutating func roundGroups() {
    for group in (0..<groups).reversed() {
      let start = group * ErrorFeedback.groupColumns
      let range = start..<min(start + ErrorFeedback.groupColumns, columns)
      for row in 0..<rowCount {
        let chosen = GroupRounding(factor: factor, range: range, moved: moved, targets: targets, at: row * columns)
          .best()
        subscales[row * groups + group] = chosen.subscale
        for (index, column) in range.enumerated() { weights[row * columns + column] = chosen.weights[index] }
        pass(row, range)
      }
    }
  }

  /// moved_i ← moved_i + l_ji · (target_j − weight_j) for the group's columns j, descending, and all i before the group.
  private mutating func pass(_ row: Int, _ range: Range<Int>) {
    let (columns, first) = (columns, row * columns)
    factor.lower.withUnsafeBufferPointer { lower in
      moved.withUnsafeMutableBufferPointer { moved in
        for j in range.reversed() {
          let error = targets[first + j] - weights[first + j]
          for i in 0..<range.lowerBound { moved[first + i] += lower[j * columns + i] * error }
        }
      }
    }
  }

  /// Each column in turn takes the integer that is best with all others as they are, a few times over.
  mutating func sweep() {
    var slopes = slopes()
    for row in 0..<rowCount {
      for _ in 0..<ErrorFeedback.sweeps { sweep(row, &slopes) }
    }
  }

  /// H · (target − weight) of each row, summed over ascending columns.
  private func slopes() -> [Double] {
    var slopes = [Double](repeating: 0, count: targets.count)
    factor.hessian.withUnsafeBufferPointer { hessian in
      slopes.withUnsafeMutableBufferPointer { slopes in
        for j in 0..<columns {
          for row in 0..<rowCount {
            let error = targets[row * columns + j] - weights[row * columns + j]
            for i in 0..<columns { slopes[row * columns + i] += hessian[j * columns + i] * error }
          }
        }
      }
    }
    return slopes
  }

  private mutating func sweep(_ row: Int, _ slopes: inout [Double]) {
    let (columns, first) = (columns, row * columns)
    factor.hessian.withUnsafeBufferPointer { hessian in
      slopes.withUnsafeMutableBufferPointer { slopes in
        for i in 0..<columns {
          let subscale = subscales[row * groups + i / ErrorFeedback.groupColumns]
          let wish = weights[first + i] + slopes[first + i] / hessian[i * columns + i]
          let weight = subscale * ErrorFeedback.code(wish / subscale)
          let change = weight - weights[first + i]
          guard change != 0 else { continue }
          weights[first + i] = weight
          for j in 0..<columns { slopes[first + j] -= hessian[i * columns + j] * change }
        }
      }
    }
  }
}

/// The choice of a subscale for one group of one row.
private struct GroupRounding {
  let factor: HessianFactor
  let range: Range<Int>
  let moved: [Double]
  let targets: [Double]
  /// Start of the row in both.
  let at: Int

  typealias Memory = UnsafeMutableBufferPointer<Double>

  init(factor: HessianFactor, range: Range<Int>, moved: [Double], targets: [Double], at start: Int) {
    self.factor = factor
    self.range = range
    self.moved = moved
    self.targets = targets
    at = start
  }

  /// The σ of least Σ d_i · (moved_i − σ·c_i)², the smallest among equals, and its products.
  func best() -> (subscale: Double, weights: [Double]) {
    var best = (subscale: 1.0, weights: [Double](repeating: 0, count: range.count))
    var least = Double.infinity
    withUnsafeTemporaryAllocation(of: Double.self, capacity: 2 * range.count) { memory in
      let copy = Memory(rebasing: memory[..<range.count])
      let weights = Memory(rebasing: memory[range.count...])
      for subscale in ErrorFeedback.subscales {
        let cost = cost(Double(subscale), copy, weights, limit: least)
        guard cost < least else { continue }
        least = cost
        best = (Double(subscale), Array(weights))
      }
    }
    return best
  }

  /// Columns descending; the error of each goes to the columns of the group before it. Stops at a cost of `limit` or more.
  private func cost(_ subscale: Double, _ copy: Memory, _ weights: Memory, limit: Double) -> Double {
    let (count, columns, start) = (range.count, factor.columns, at + range.lowerBound)
    for index in 0..<count { copy[index] = moved[start + index] }
    var cost = 0.0
    return factor.lower.withUnsafeBufferPointer { lower in
      for index in (0..<count).reversed() {
        let value = copy[index]
        let weight = subscale * ErrorFeedback.code(value / subscale)
        weights[index] = weight
        let rest = value - weight
        cost += factor.pivots[range.lowerBound + index] * rest * rest
        guard cost < limit else { return cost }
        let error = targets[start + index] - weight
        let row = (range.lowerBound + index) * columns + range.lowerBound
        for i in 0..<index { copy[i] += lower[row + i] * error }
      }
      return cost
    }
  }
}
