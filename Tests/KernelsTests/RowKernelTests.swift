import CKernels
import Kernels
import Testing

/// The kernels on rows of 64-bit integers against their definitions.
struct RowKernelTests {
  @Test(arguments: TierCase.all, [Int64(3), 1 << 20, 1 << 59])
  func extremes(_ test: TierCase, limit: Int64) throws {
    for count in rowLengths {
      let row: [Int64] = test.filling.values(count, limit: limit, seed: 1)
      var extremes = [Int64](repeating: 5, count: 2)
      try Kernels.withTier(test.tier) { razao_reach(row, count, &extremes) }
      #expect(extremes == KernelDefinitions.reach(row), "\(count)")
    }
  }

  /// Values whose products with 255 just fit the operand, or 63 bits.
  @Test(arguments: TierCase.all, [1, 8, 33, 52, 62])
  func quantizing(_ test: TierCase, shift: Int) throws {
    let limit = { (operand: Int64) in min(Int64.max / 4, operand << Int64(min(shift, 46))) / 255 }
    for count in rowLengths {
      let narrow: [Int64] = test.filling.values(count, limit: limit(127), seed: 2)
      let wide: [Int64] = test.filling.values(count, limit: limit(32_767), seed: 3)
      var (bytes, words) = ([Int8](repeating: 5, count: count), [Int16](repeating: 5, count: count))
      let sum = try Kernels.withTier(test.tier) {
        razao_quantize_i16(wide, count, 255, Int64(shift), &words)
        razao_quantize_i8(narrow, count, 255, Int64(shift), &bytes)
        return razao_sum_i8(bytes, count)
      }
      let expected = KernelDefinitions.quantized(narrow, multiplier: 255, shift: shift)
      #expect(bytes.map { Int64($0) } == expected, "\(count)")
      #expect(Int64(sum) == expected.reduce(0, +), "\(count)")
      #expect(
        words.map { Int64($0) } == KernelDefinitions.quantized(wide, multiplier: 255, shift: shift), "\(count)")
    }
  }

  @Test(arguments: TierCase.all, [1, 2, 4, 8, 16, 32, 64, 128, 256, 1024])
  func hadamard(_ test: TierCase, block: Int) throws {
    for blocks in [0, 1, 2, 3, 5] {
      var row: [Int64] = test.filling.values(block * blocks, limit: 1 << 47, seed: 4)
      let expected = KernelDefinitions.hadamard(row, block: block)
      try Kernels.withTier(test.tier) { razao_hadamard(&row, row.count, block) }
      #expect(row == expected, "\(blocks) blocks")
    }
  }

  @Test(arguments: TierCase.all, [0, 1, 25, 62])
  func sumOfSquares(_ test: TierCase, shift: Int) throws {
    for count in rowLengths {
      var row: [Int64] = test.filling.values(count, limit: 1 << min(58, 22 + Int64(shift)), seed: 5)
      let expected = KernelDefinitions.reduce(row, shift: shift)
      let sum = try Kernels.withTier(test.tier) { razao_reduce(&row, count, Int64(shift)) }
      #expect(row == expected.row, "\(count)")
      #expect(sum == expected.sum, "\(count)")
    }
  }

  @Test(arguments: TierCase.all, [-4, 0, 1, 44, 62, 64])
  func gains(_ test: TierCase, shift: Int) throws {
    for count in rowLengths {
      let row: [Int64] = test.filling.values(count, limit: 1 << 22, seed: 6)
      let (small, large): ([Int8], [Int16]) = (
        test.filling.values(count, limit: 127, seed: 7), test.filling.values(count, limit: 32_767, seed: 8)
      )
      let biases: [Int64] = test.filling.values(count, limit: 1 << 39, seed: 9)
      var (scaled, plain, biased) = (row, row, row)
      try Kernels.withTier(test.tier) {
        razao_scale_i8(&scaled, small, count)
        razao_scale_i16(&plain, large, 65_535, Int64(shift), nil, count)
        razao_scale_i16(&biased, large, 65_535, Int64(shift), biases, count)
      }
      #expect(scaled == KernelDefinitions.scaled(row, gains: small), "\(count)")
      #expect(plain == KernelDefinitions.formed(row, gains: large, root: 65_535, shift: shift, biases: []), "\(count)")
      #expect(
        biased == KernelDefinitions.formed(row, gains: large, root: 65_535, shift: shift, biases: biases), "\(count)")
    }
  }

  /// Panels of which the matrix has all rows or some, with shifts and mantissas of all kinds.
  @Test(arguments: TierCase.all, [1, 5, 8, 17, 31, 32])
  func requantizing(_ test: TierCase, rows: Int) throws {
    let (mantissas, shifts): ([Int64], [Int]) = ([4096, 2048, 1, 4000, 4096, 70_000, 3], [-9, 0, 1, 20, 62, 25, 63])
    let count = mantissas.count
    let narrow: [Int32] = test.filling.values(32 * count, limit: Int64(Int32.max), seed: 10)
    let wide: [Int64] = test.filling.values(32 * count, limit: 1 << 36, seed: 11)
    let scales = (0..<rows).map { UInt16(4095 - $0 % 90) }
    let biases: [Int64] = test.filling.values(rows, limit: 1 << 59, seed: 12)
    let stride = rows + 3
    var (first, second) = ([Int64](repeating: 5, count: stride * count), [Int64](repeating: 5, count: stride * count))
    try Kernels.withTier(test.tier) {
      razao_finish_i32(narrow, scales, nil, rows, mantissas, shifts.map { $0 + 2 }, -2, count, &first, stride)
      razao_finish_i64(wide, scales, biases, rows, mantissas, shifts, 0, count, &second, stride)
    }
    let plain = KernelDefinitions.finish(
      narrow.map { Int64($0) }, scales: scales, biases: [], mantissas: mantissas, shifts: shifts)
    let biased = KernelDefinitions.finish(wide, scales: scales, biases: biases, mantissas: mantissas, shifts: shifts)
    for token in 0..<count {
      #expect(Array(first[token * stride..<token * stride + rows]) == Array(plain[token * rows..<(token + 1) * rows]))
      #expect(Array(second[token * stride..<token * stride + rows]) == Array(biased[token * rows..<(token + 1) * rows]))
      #expect(first[token * stride + rows..<(token + 1) * stride].allSatisfy { $0 == 5 })
    }
  }

  @Test(arguments: TierCase.all, [-2, 0, 4, 14])
  func activation(_ test: TierCase, shift: Int) throws {
    let table = (0..<1024).map { UInt32($0 * 64) }
    for count in rowLengths {
      let gates: [Int64] = test.filling.values(count, limit: 1 << (shift > 4 ? 24 : 10), seed: 13)
      let ups: [Int64] = test.filling.values(count, limit: 1 << 30, seed: 14)
      var (plain, gated) = ([Int64](repeating: 5, count: count), [Int64](repeating: 5, count: count))
      try Kernels.withTier(test.tier) {
        razao_activate(gates, nil, table, Int64(shift), count, &plain)
        razao_activate(gates, ups, table, Int64(shift), count, &gated)
      }
      #expect(plain == KernelDefinitions.activated(gates, ups: [], table: table, shift: shift), "\(count)")
      #expect(gated == KernelDefinitions.activated(gates, ups: ups, table: table, shift: shift), "\(count)")
    }
  }

  @Test(arguments: TierCase.all)
  func rotationAndSum(_ test: TierCase) throws {
    for pairs in rowLengths {
      let head: [Int64] = test.filling.values(2 * pairs, limit: 1 << 43, seed: 15)
      let angles: [Int16] = test.filling.values(2 * pairs, limit: 32_767, seed: 16)
      var (rotated, sum) = (head, head)
      try Kernels.withTier(test.tier) {
        razao_rotate(&rotated, angles, pairs)
        razao_add(&sum, rotated, 2 * pairs)
      }
      #expect(rotated == KernelDefinitions.rotated(head, angles: angles), "\(pairs)")
      #expect(sum == zip(head, rotated).map { $0 + $1 }, "\(pairs)")
    }
  }

  @Test(arguments: TierCase.all, 1...8)
  func packing(_ test: TierCase, width: Int) throws {
    for count in rowLengths {
      let row: [Int64] = test.filling.values(count, limit: Int64.max >> Int64(64 - 8 * width), seed: 17)
      // One byte beyond the end must stay as it is.
      var bytes = [UInt8](repeating: 0xAA, count: count * width + 1)
      try Kernels.withTier(test.tier) { razao_pack_bytes(row, count, width, &bytes) }
      #expect(bytes == KernelDefinitions.packed(row, width: width) + [0xAA], "\(count)")
      #expect(razao_byte_width(row, count) <= width)
    }
  }

  @Test func byteWidths() {
    #expect(razao_byte_width([0, -1], 2) == 1)
    #expect(razao_byte_width([127, -128], 2) == 1)
    #expect(razao_byte_width([128], 1) == 2)
    #expect(razao_byte_width([-129], 1) == 2)
    #expect(razao_byte_width([1 << 39], 1) == 6)
    #expect(razao_byte_width([.max, .min], 2) == 8)
  }
}
