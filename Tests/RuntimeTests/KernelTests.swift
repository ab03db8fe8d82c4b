import CKernels
import ProgramTestSupport
import Testing

/// The C kernels against their definitions, on random and extreme values.
struct KernelTests {
  /// What a case is filled with.
  enum Filling: CaseIterable {
    case random, greatest, least, alternating

    func value(_ index: Int, limit: Int, _ random: inout RandomNumbers) -> Int {
      switch self {
      case .random: Int.random(in: -limit...limit, using: &random)
      case .greatest: limit
      case .least: -limit
      case .alternating: index.isMultiple(of: 2) ? limit : -limit
      }
    }
  }

  private static let groupCounts = [1, 2, 7, 127, 128, 129, 300]

  private func values<Value: FixedWidthInteger>(
    _ count: Int, limit: Int, _ filling: Filling, seed: UInt64
  ) -> [Value] {
    var random = RandomNumbers(seed: seed)
    return (0..<count).map { Value(filling.value($0, limit: limit, &random)) }
  }

  /// acc[t, a] = Σ W[a, 4g + c] · x[t, 4g + c].
  private func products(_ weights: [Int8], _ operands: [Int], groups: Int, stride: Int, tokens: Int) -> [Int64] {
    (0..<tokens * 32).map { place in
      let (token, row) = place.quotientAndRemainder(dividingBy: 32)
      return (0..<4 * groups).reduce(0) { sum, column in
        let weight = weights[(column / 4 * 32 + row) * 4 + column % 4]
        return sum + Int64(weight) * Int64(operands[token * stride + column])
      }
    }
  }

  @Test(arguments: groupCounts, [1, 2, 3, 5])
  func narrowPanels(groups: Int, tokens: Int) {
    for filling in Filling.allCases {
      let stride = 4 * groups + 8
      let weights: [Int8] = values(groups * 128, limit: 127, filling, seed: 1)
      let operands: [Int8] = values(stride * tokens, limit: 127, filling, seed: 2)
      let expected = products(weights, operands.map { Int($0) }, groups: groups, stride: stride, tokens: tokens)
      var narrow = [Int32](repeating: 5, count: 32 * tokens)
      razao_panel_i8_i32(weights, groups, operands, stride, tokens, &narrow)
      #expect(narrow.map { Int64($0) } == expected)
      var wide = [Int64](repeating: 5, count: 32 * tokens)
      razao_panel_i8_i64(weights, groups, operands, stride, tokens, &wide)
      #expect(wide == expected)
    }
  }

  @Test(arguments: groupCounts, [1, 2, 3, 5])
  func widePanels(groups: Int, tokens: Int) {
    for filling in Filling.allCases {
      let stride = 4 * groups + 4
      let weights: [Int8] = values(groups * 128, limit: 127, filling, seed: 3)
      let operands: [Int16] = values(stride * tokens, limit: 32_767, filling, seed: 4)
      var sums = [Int64](repeating: 5, count: 32 * tokens)
      razao_panel_i16_i64(weights, groups, operands, stride, tokens, &sums)
      #expect(sums == products(weights, operands.map { Int($0) }, groups: groups, stride: stride, tokens: tokens))
    }
  }

  @Test(arguments: [2, 6, 8, 16, 30, 64, 128, 1024], Filling.allCases)
  func dotProducts(width: Int, filling: Filling) {
    let rows = 5
    let query: [Int8] = values(width, limit: 127, filling, seed: 5)
    let keys: [Int8] = values(width * rows, limit: 127, filling, seed: 6)
    let wideQuery: [Int16] = values(width, limit: 32_767, filling, seed: 7)
    let wideKeys: [Int16] = values(width * rows, limit: 32_767, filling, seed: 8)
    var products = [Int64](repeating: 5, count: rows)
    razao_dots_i8(query, keys, rows, width, &products)
    for row in 0..<rows {
      #expect(products[row] == (0..<width).reduce(0) { $0 + Int64(query[$1]) * Int64(keys[row * width + $1]) })
    }
    razao_dots_i16(wideQuery, wideKeys, rows, width, &products)
    for row in 0..<rows {
      #expect(products[row] == (0..<width).reduce(0) { $0 + Int64(wideQuery[$1]) * Int64(wideKeys[row * width + $1]) })
    }
  }

  @Test(arguments: [2, 6, 8, 16, 30, 64], Filling.allCases)
  func weightedSums(width: Int, filling: Filling) {
    let rows = 64
    let weightLimit = (1 << 24 - 1) << 7
    let rowValues: [Int8] = values(width * rows, limit: 127, filling, seed: 9)
    let signed: [Int64] = values(rows, limit: weightLimit, filling, seed: 10)
    let weights = signed.map { UInt32($0.magnitude) }
    var totals = [Int64](repeating: 11, count: width)
    razao_weighted_sum_i8(rowValues, weights, rows, width, &totals)
    for index in 0..<width {
      #expect(totals[index] == (0..<rows).reduce(11) { $0 + Int64(weights[$1]) * Int64(rowValues[$1 * width + index]) })
    }
  }
}
