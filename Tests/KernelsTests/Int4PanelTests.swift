import CKernels
import Kernels
import Testing

/// Products of 4-bit panels against the int8 panels that they stand for.
struct Int4PanelTests {
  private static let shapes: [(blocks: Int, tokens: Int)] =
    [1, 2, 3, 15, 16, 17, 24].flatMap { blocks in [1, 2, 3, 4, 5, 12, 13].map { (blocks, $0) } }
    + [(33, 70), (156, 1), (156, 9), (4, 0)]

  /// Multipliers 1…18 and nibbles −7…7.
  private func blocks(_ count: Int, _ filling: Filling, seed: UInt64) -> [UInt8] {
    let multipliers: [Int8] = filling.values(32 * count, limit: 8, seed: seed)
    let weights: [Int8] = filling.values(1024 * count, limit: 7, seed: seed + 1)
    return (0..<count).flatMap { block in
      (0..<32).map { UInt8(multipliers[block * 32 + $0] + 10) }
        + (0..<512).map { byte in
          let place = block * 1024 + 2 * byte
          return UInt8(bitPattern: weights[place]) & 15 | UInt8(bitPattern: weights[place + 1]) << 4
        }
    }
  }

  @Test(arguments: TierCase.all)
  func int8Operands(_ test: TierCase) throws {
    for (blockCount, tokens) in Self.shapes {
      let stride = 32 * blockCount + 16
      let blocks = blocks(blockCount, test.filling, seed: 1)
      let operands: [Int8] = test.filling.values(stride * tokens, limit: 127, seed: 3)
      let sums = (0..<tokens).map { operands[$0 * stride..<$0 * stride + 32 * blockCount].int32Sum }
      let expected = KernelDefinitions.panel(
        KernelDefinitions.unpacked(blocks), groups: 8 * blockCount, operands.map { Int16($0) }, stride: stride,
        tokens: tokens)
      var narrow = [Int32](repeating: 5, count: 32 * tokens)
      var wide = [Int64](repeating: 5, count: 32 * tokens)
      try Kernels.withTier(test.tier) {
        razao_panel_i4_i8_i32(blocks, blockCount, operands, stride, sums, tokens, &narrow)
        razao_panel_i4_i8_i64(blocks, blockCount, operands, stride, tokens, &wide)
      }
      #expect(narrow.map { Int64($0) } == expected, "\(blockCount) blocks, \(tokens) tokens")
      #expect(wide == expected, "\(blockCount) blocks, \(tokens) tokens")
    }
  }

  @Test(arguments: TierCase.all)
  func int16Operands(_ test: TierCase) throws {
    for (blockCount, tokens) in Self.shapes {
      let stride = 32 * blockCount
      let blocks = blocks(blockCount, test.filling, seed: 4)
      let operands: [Int16] = test.filling.values(stride * tokens, limit: 32_767, seed: 6)
      var sums = [Int64](repeating: 5, count: 32 * tokens)
      try Kernels.withTier(test.tier) {
        razao_panel_i4_i16_i64(blocks, blockCount, operands, stride, tokens, &sums)
      }
      let expected = KernelDefinitions.panel(
        KernelDefinitions.unpacked(blocks), groups: 8 * blockCount, operands, stride: stride, tokens: tokens)
      #expect(sums == expected, "\(blockCount) blocks, \(tokens) tokens")
    }
  }

  /// By hand: row 1 of one block has the multiplier 18, −7 in column 4 and 5 in column 0.
  @Test func nibblesAndMultipliers() {
    var block = [UInt8](repeating: 0, count: 544)
    for row in 0..<32 { block[row] = 1 }
    block[1] = 18
    block[32 + 4] = 0x95
    let weights = KernelDefinitions.unpacked(block)
    #expect(weights[4] == 90)
    #expect(weights[128 + 4] == -126)
    #expect(weights.filter { $0 != 0 }.count == 2)
  }
}
