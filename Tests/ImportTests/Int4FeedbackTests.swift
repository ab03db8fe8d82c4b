import Program
import Testing

@testable import Import

/// Rounding with error feedback against docs/spec-import-int4.md, sections 3 and 4, written a second time.
@Suite struct Int4FeedbackTests {
  /// Operand rows whose neighbours go together, as those of a model do.
  static func operands(columns: Int, count: Int, seed: UInt64 = 1) -> OperandRows {
    var random = Int4Random(seed: seed)
    var values: [Int16] = []
    for _ in 0..<count {
      var last = 0
      for _ in 0..<columns {
        last = (last + random.next(in: -90...90)) / 2
        values.append(Int16(last))
      }
    }
    return OperandRows(
      columns: columns, values: values, mantissas: (0..<count).map { _ in Int64(random.next(in: 2048...4095)) },
      exponents: (0..<count).map { _ in random.next(in: 20...24) })
  }

  static func targets(_ rows: Int, _ columns: Int, seed: UInt64 = 2) -> [Double] {
    var random = Int4Random(seed: seed)
    return (0..<rows * columns).map { _ in Double(random.next(in: -126_000...126_000)) / 1000 }
  }

  private func parallel(_ threads: Int = 1) -> ParallelRows { ParallelRows(threadCount: threads) }

  private func hessian(_ rows: OperandRows, threads: Int = 1) throws -> OperandHessian {
    try OperandHessian(rows, place: Place("test"), parallel: parallel(threads))
  }

  @Test func hessianIsTheSumOverRows() throws {
    let rows = Self.operands(columns: 40, count: 17)
    let hessian = try hessian(rows)
    let coarsest = try #require(rows.exponents.min())
    for i in 0..<40 {
      for j in 0...i {
        let sum = (0..<17).reduce(Int64(0)) { sum, row in
          let square = rows.mantissas[row] * rows.mantissas[row]
          let weight = rs(square, 2 * (rows.exponents[row] - coarsest))
          return sum + weight * Int64(rows.values[row * 40 + i]) * Int64(rows.values[row * 40 + j])
        }
        #expect(hessian.lower[i * 40 + j] == sum)
      }
    }
    #expect(try self.hessian(rows, threads: 3) == hessian)
  }

  @Test func wideOperandsStayWithin64Bits() throws {
    let rows = OperandRows(
      columns: 2, values: [32_767, -32_767, 32_767, 5], mantissas: [4096, 4096], exponents: [9, 9])
    // ρ = 4096² / 2^12.
    #expect(OperandHessian.weights(rows) == [4096, 4096])
    let diagonal = try hessian(rows).lower[0]
    #expect(diagonal == 2 * 4096 * 32_767 * 32_767 && Int128(diagonal) << 19 < Int128(Int64.max))
  }

  @Test func rowsOfAFarSmallerScaleCountForNothing() {
    let rows = OperandRows(columns: 1, values: [100, 100], mantissas: [4000, 4000], exponents: [0, 30])
    #expect(OperandHessian.weights(rows) == [16_000_000, 0])
  }

  @Test(arguments: [0, 4097, -1]) func rowScaleThatNoQuantiserMakesIsRefused(mantissa: Int64) {
    let rows = OperandRows(columns: 1, values: [1], mantissas: [mantissa], exponents: [0])
    #expect(throws: ImportError.calibration(reason: "test: operand rows that no quantiser makes")) {
      try hessian(rows)
    }
  }

  @Test func factorsMultiplyToTheDampedHessian() throws {
    let rows = Self.operands(columns: 24, count: 100)
    let integers = try hessian(rows)
    let factor = HessianFactor(integers)
    let trace = (0..<24).reduce(Int64(0)) { $0 + integers.lower[$1 * 24 + $1] }
    for i in 0..<24 {
      for j in 0...i {
        var product = 0.0
        for k in 0...j {
          let left = k == i ? 1 : factor.lower[i * 24 + k]
          let right = k == j ? 1 : factor.lower[j * 24 + k]
          product += left * factor.pivots[k] * right
        }
        let damped = Double(integers.lower[i * 24 + j] + (i == j ? trace / (64 * 24) + 1 : 0))
        #expect(abs(product - damped) <= 1e-9 * Double(trace))
        #expect(factor.hessian[i * 24 + j] == damped && factor.hessian[j * 24 + i] == damped)
      }
    }
  }

  @Test(arguments: [1, 2, 31, 32, 33, 64, 65, 200]) func factorsAreTheSameInPanelsAndOnThreads(columns: Int) throws {
    let integers = try hessian(Self.operands(columns: columns, count: 300))
    let factor = HessianFactor(integers, parallel: parallel(3))
    // As section 3 has it, column by column.
    var rest = HessianFactor(integers).hessian
    for k in 0..<columns {
      #expect(factor.pivots[k] == rest[k * columns + k])
      let column = (0..<columns).map { rest[$0 * columns + k] }
      for i in k + 1..<max(k + 1, columns) {
        let share = column[i] / column[k]
        #expect(factor.lower[i * columns + k] == share)
        for j in k + 1...i { rest[i * columns + j] -= share * column[j] }
      }
    }
  }

  @Test func codesAreRoundedHalvesToEvenAndLimited() {
    for value in [-100, -7.5, -7.49, -2.5, -1.5, -0.5, 0, 0.5, 0.51, 1.5, 2.5, 6.5, 7.5, 0x1p60, 0x1p-60] {
      #expect(ErrorFeedback.code(value) == max(-7, min(7, Naive.halfEven(value))))
    }
  }

  @Test(arguments: [1, 31, 32, 33, 80]) func roundingIsTheOneWritten(columns: Int) throws {
    let factor = HessianFactor(try hessian(Self.operands(columns: columns, count: 50)))
    let targets = Self.targets(19, columns)
    let rounded = ErrorFeedback(factor: factor).round(targets)
    let groups = (columns + 31) / 32
    for row in 0..<19 {
      let naive = NaiveFeedback(factor: factor, target: Array(targets[row * columns..<(row + 1) * columns]))
      let result = naive.rounded()
      #expect(rounded.weights[row * columns..<(row + 1) * columns].map { Double($0) } == result.weights)
      #expect(rounded.subscales[row * groups..<(row + 1) * groups].map { Double($0) } == result.subscales)
    }
  }

  @Test func rowsDoNotDependOnTheirNeighbours() throws {
    let factor = HessianFactor(try hessian(Self.operands(columns: 64, count: 50)))
    let targets = Self.targets(40, 64)
    let together = ErrorFeedback(factor: factor).round(targets)
    for row in [0, 15, 16, 39] {
      let alone = ErrorFeedback(factor: factor).round(Array(targets[row * 64..<(row + 1) * 64]))
      #expect(alone.weights == Array(together.weights[row * 64..<(row + 1) * 64]))
    }
  }

  @Test func weightsAreLegalProducts() throws {
    let factor = HessianFactor(try hessian(Self.operands(columns: 70, count: 200)))
    let rounded = ErrorFeedback(factor: factor).round(Self.targets(30, 70).map { 3 * $0 })
    for (index, weight) in rounded.weights.enumerated() {
      let subscale = Int8(rounded.subscales[index / 70 * 3 + index % 70 / 32])
      #expect((1...18).contains(subscale) && weight % subscale == 0 && abs(weight / subscale) <= 7)
    }
  }

  @Test func withoutOperandsTheSquaredErrorIsLeast() {
    let targets = Self.targets(4, 32)
    let rounded = ErrorFeedback(factor: HessianFactor(identity: 32)).round(targets)
    for row in 0..<4 {
      let target = targets[row * 32..<row * 32 + 32]
      func error(_ subscale: Double) -> Double {
        target.reduce(0) { sum, value in
          let rest = value - subscale * max(-7, min(7, (value / subscale).rounded(.toNearestOrEven)))
          return sum + rest * rest
        }
      }
      let costs = (1...18).map { error(Double($0)) }
      #expect(costs[Int(rounded.subscales[row]) - 1] == costs.min())
    }
  }

  @Test func productsWithOperandsChangeLessThanByPlainRounding() throws {
    let rows = Self.operands(columns: 96, count: 300)
    let targets = Self.targets(24, 96)
    func change(_ weights: [Int8]) -> Double {
      var sum = 0.0
      for row in 0..<24 {
        for position in 0..<rows.count {
          let error = (0..<96).reduce(0.0) { sum, column in
            let rest = targets[row * 96 + column] - Double(weights[row * 96 + column])
            return sum + rest * Double(rows.values[position * 96 + column])
          }
          let scale = Double(rows.mantissas[position]) * Naive.power(20 - rows.exponents[position])
          sum += error * error * scale * scale
        }
      }
      return sum
    }
    let plain = change(ErrorFeedback(factor: HessianFactor(identity: 96)).round(targets).weights)
    let fed = change(ErrorFeedback(factor: HessianFactor(try hessian(rows))).round(targets).weights)
    #expect(fed < 0.7 * plain, "\(fed / plain)")
  }
}

/// One row by the text of section 4.
private struct NaiveFeedback {
  let factor: HessianFactor
  let target: [Double]

  private func lower(_ i: Int, _ j: Int) -> Double { factor.lower[i * target.count + j] }
  private func code(_ x: Double) -> Double { max(-7, min(7, Naive.halfEven(x))) }

  func rounded() -> (weights: [Double], subscales: [Double]) {
    let count = target.count
    var moved = target
    var weights = [Double](repeating: 0, count: count)
    var subscales = [Double](repeating: 0, count: (count + 31) / 32)
    for group in subscales.indices.reversed() {
      let columns = 32 * group..<min(32 * group + 32, count)
      var least = Double.infinity
      for subscale in (1...18).map({ Double($0) }) {
        var (copy, trial, cost) = (moved, weights, 0.0)
        for i in columns.reversed() {
          trial[i] = subscale * code(copy[i] / subscale)
          cost += factor.pivots[i] * (copy[i] - trial[i]) * (copy[i] - trial[i])
          for j in columns where j < i { copy[j] += lower(i, j) * (target[i] - trial[i]) }
        }
        if cost < least { (least, weights, subscales[group]) = (cost, trial, subscale) }
      }
      for i in columns.reversed() {
        for j in 0..<columns.lowerBound { moved[j] += lower(i, j) * (target[i] - weights[i]) }
      }
    }
    sweep(&weights, subscales)
    return (weights, subscales)
  }

  private func sweep(_ weights: inout [Double], _ subscales: [Double]) {
    let count = target.count
    var slopes = (0..<count).map { i in
      (0..<count).reduce(0.0) { $0 + factor.hessian[$1 * count + i] * (target[$1] - weights[$1]) }
    }
    for i in (0..<4).flatMap({ _ in 0..<count }) {
      let wish = weights[i] + slopes[i] / factor.hessian[i * count + i]
      let next = subscales[i / 32] * code(wish / subscales[i / 32])
      let change = next - weights[i]
      weights[i] = next
      for j in 0..<count where change != 0 { slopes[j] -= factor.hessian[i * count + j] * change }
    }
  }
}

/// Numbers that look random and are the same everywhere.
struct Int4Random {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next(in range: ClosedRange<Int>) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return range.lowerBound + Int(state >> 33) % range.count
  }
}
