import CKernels
import Kernels
import Testing

/// Products of int8 panels against their definition.
struct PanelTests {
  /// Groups of four columns, around the borders of chunks, up to 5,000 columns.
  private static let shapes: [(groups: Int, tokens: Int)] =
    [1, 2, 3, 5, 31, 127, 128, 129, 300].flatMap { groups in [1, 2, 3, 4, 5].map { (groups, $0) } }
    + [6, 7, 8, 9, 11, 12, 13, 23, 24, 25, 36, 47, 70].map { (130, $0) } + [(1250, 1), (1250, 13), (257, 0)]

  @Test(arguments: TierCase.all)
  func int8(_ test: TierCase) throws {
    for (groups, tokens) in Self.shapes {
      let stride = 4 * groups + 8
      let weights: [Int8] = test.filling.values(groups * 128, limit: 127, seed: 1)
      let operands: [Int8] = test.filling.values(stride * tokens, limit: 127, seed: 2)
      let sums = (0..<tokens).map { token in operands[token * stride..<token * stride + 4 * groups].int32Sum }
      let expected = KernelDefinitions.panel(
        weights, groups: groups, operands.map { Int16($0) }, stride: stride, tokens: tokens)
      var narrow = [Int32](repeating: 5, count: 32 * tokens)
      var wide = [Int64](repeating: 5, count: 32 * tokens)
      try Kernels.withTier(test.tier) {
        razao_panel_i8_i32(weights, groups, operands, stride, sums, tokens, &narrow)
        razao_panel_i8_i64(weights, groups, operands, stride, tokens, &wide)
      }
      #expect(narrow.map { Int64($0) } == expected, "\(groups) groups, \(tokens) tokens")
      #expect(wide == expected, "\(groups) groups, \(tokens) tokens")
    }
  }

  @Test(arguments: TierCase.all)
  func int16(_ test: TierCase) throws {
    for (groups, tokens) in Self.shapes {
      let stride = 4 * groups + 4
      let weights: [Int8] = test.filling.values(groups * 128, limit: 127, seed: 3)
      let operands: [Int16] = test.filling.values(stride * tokens, limit: 32_767, seed: 4)
      var sums = [Int64](repeating: 5, count: 32 * tokens)
      try Kernels.withTier(test.tier) {
        razao_panel_i16_i64(weights, groups, operands, stride, tokens, &sums)
      }
      let expected = KernelDefinitions.panel(weights, groups: groups, operands, stride: stride, tokens: tokens)
      #expect(sums == expected, "\(groups) groups, \(tokens) tokens")
    }
  }

  @Test(arguments: TierCase.all)
  func unalignedWeights(_ test: TierCase) throws {
    let (groups, tokens) = (129, 14)
    let weights: [Int8] = test.filling.values(groups * 128 + 3, limit: 127, seed: 5)
    let operands: [Int8] = test.filling.values(4 * groups * tokens + 1, limit: 127, seed: 6)
    let row = Array(operands.dropFirst())
    let sums = (0..<tokens).map { row[$0 * 4 * groups..<($0 + 1) * 4 * groups].int32Sum }
    var narrow = [Int32](repeating: 5, count: 32 * tokens)
    try Kernels.withTier(test.tier) {
      weights.withUnsafeBufferPointer { weights in
        operands.withUnsafeBufferPointer { operands in
          guard let weights = weights.baseAddress, let operands = operands.baseAddress else { return }
          razao_panel_i8_i32(weights + 3, groups, operands + 1, 4 * groups, sums, tokens, &narrow)
        }
      }
    }
    let expected = KernelDefinitions.panel(
      Array(weights.dropFirst(3)), groups: groups, row.map { Int16($0) }, stride: 4 * groups, tokens: tokens)
    #expect(narrow.map { Int64($0) } == expected)
  }

  /// The sum of 133,152 products of 127 · 127 is the last that fits 32 bits.
  @Test(arguments: Kernels.available)
  func largestSum(_ tier: KernelTier) throws {
    let groups = 133_144 / 4
    let weights = [Int8](repeating: -127, count: groups * 128)
    let operands = [Int8](repeating: 127, count: 4 * groups)
    var narrow = [Int32](repeating: 5, count: 32)
    try Kernels.withTier(tier) {
      razao_panel_i8_i32(weights, groups, operands, 4 * groups, [operands[...].int32Sum], 1, &narrow)
    }
    #expect(narrow == [Int32](repeating: -127 * 127 * 133_144, count: 32))
  }
}

extension ArraySlice<Int8> {
  var int32Sum: Int32 { reduce(0) { $0 + Int32($1) } }
}
