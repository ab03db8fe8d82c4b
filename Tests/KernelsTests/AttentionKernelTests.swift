import CKernels
import Kernels
import Testing

/// The kernels of attention against their definitions.
struct AttentionKernelTests {
  private static let widths = [2, 6, 8, 16, 30, 32, 48, 64, 66, 80, 96, 128, 130, 256, 1024]
  private static let rowCounts = [1, 2, 3, 5, 15, 16, 17, 33, 64]

  @Test(arguments: TierCase.all)
  func dotProducts(_ test: TierCase) throws {
    for width in Self.widths {
      for rows in Self.rowCounts {
        let query: [Int8] = test.filling.values(width, limit: 127, seed: 5)
        let keys: [Int8] = test.filling.values(width * rows, limit: 127, seed: 6)
        let wideQuery: [Int16] = test.filling.values(width, limit: 32_767, seed: 7)
        let wideKeys: [Int16] = test.filling.values(width * rows, limit: 32_767, seed: 8)
        var narrow = [Int64](repeating: 5, count: rows)
        var wide = narrow
        try Kernels.withTier(test.tier) {
          razao_dots_i8(query, keys, rows, width, &narrow)
          razao_dots_i16(wideQuery, wideKeys, rows, width, &wide)
        }
        let (shortQuery, shortKeys) = (query.map { Int16($0) }, keys.map { Int16($0) })
        #expect(narrow == KernelDefinitions.dots(shortQuery, shortKeys, rows: rows), "\(width) × \(rows)")
        #expect(wide == KernelDefinitions.dots(wideQuery, wideKeys, rows: rows), "\(width) × \(rows)")
      }
    }
  }

  /// Weights up to 2^24 − 1, shifted by up to 7.
  @Test(arguments: TierCase.all, [Int64(0xFF_FFFF), 0x7FFF_FF80])
  func weightedSums(_ test: TierCase, limit: Int64) throws {
    for width in Self.widths {
      for rows in Self.rowCounts + [300, 4096] where rows < 300 || width == 66 {
        let values: [Int8] = test.filling.values(width * rows, limit: 127, seed: 9)
        let signed: [Int64] = test.filling.values(rows, limit: limit, seed: 10)
        let weights = signed.map { UInt32($0.magnitude) }
        var totals = [Int64](repeating: 11, count: width)
        let expected = KernelDefinitions.weightedSum(values, weights: weights, totals: totals)
        try Kernels.withTier(test.tier) { razao_weighted_sum_i8(values, weights, rows, width, &totals) }
        #expect(totals == expected, "\(width) × \(rows)")
      }
    }
  }

  /// Shifts from far below 0 to beyond 62.
  @Test(arguments: TierCase.all, [-40, -3, 0, 1, 30, 55, 70])
  func scores(_ test: TierCase, exponent: Int) throws {
    for count in rowLengths {
      let products: [Int64] = test.filling.values(count, limit: 1 << 20, seed: 11)
      let mantissas: [Int32] = Filling.random.values(count, limit: 4096, seed: 12)
      let exponents: [Int16] = Filling.random.values(count, limit: 9, seed: 13)
      var scores = [Int64](repeating: 5, count: count)
      let greatest = try Kernels.withTier(test.tier) {
        razao_scores(products, mantissas, exponents, 4001, Int64(exponent), count, &scores)
      }
      let expected = KernelDefinitions.scores(
        products, mantissas: mantissas, exponents: exponents, mantissa: 4001, exponent: exponent)
      #expect(scores == expected, "\(count)")
      #expect(greatest == expected.max() ?? Int64.min, "\(count)")
    }
  }

  @Test(arguments: TierCase.all, [Int64(3), 3000, 1 << 59])
  func exponentials(_ test: TierCase, limit: Int64) throws {
    let table = (0..<4096).map { UInt32(1) << 24 - UInt32($0 * 4096) - 1 }
    for count in rowLengths {
      let scores: [Int64] = test.filling.values(count, limit: limit, seed: 14)
      let shifts = (0..<count).map { UInt8($0 % 8) }
      let greatest = scores.max() ?? 0
      var weights = [UInt32](repeating: 5, count: count)
      let sum = try Kernels.withTier(test.tier) {
        razao_exponentials(scores, greatest, shifts, table, count, &weights)
      }
      let expected = KernelDefinitions.exponentials(scores, greatest: greatest, shifts: shifts, table: table)
      #expect(weights == expected.weights, "\(count)")
      #expect(sum == expected.sum, "\(count)")
    }
  }

  @Test(arguments: TierCase.all, [-5, 0, 1, 31, 62, 63])
  func division(_ test: TierCase, shift: Int) throws {
    for (count, cut) in zip(rowLengths, [0, 1, 9, 0, 1, 9, 0, 1, 9, 0, 1, 9, 0, 1, 9, 0, 1, 9]) {
      let totals: [Int64] = test.filling.values(count, limit: 1 << 40, seed: 15)
      var row = [Int64](repeating: 5, count: count)
      try Kernels.withTier(test.tier) {
        razao_divide(totals, Int64(cut), 65_001, Int64(shift), count, &row)
      }
      #expect(row == KernelDefinitions.divide(totals, cut: cut, inverse: 65_001, shift: shift), "\(count)")
    }
  }
}
