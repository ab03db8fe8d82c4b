import Program
import ProgramTestSupport
import Testing

@testable import Runtime

/// The engine's row operators against the slow ones, value by value, ties and extremes included.
struct RowTests {
  private func step(_ row: [Int64], limit: Int64) -> QuantizerStep {
    var row = row
    let count = row.count
    return row.withUnsafeMutableBufferPointer { buffer in
      buffer.baseAddress.map { RowQuantizer.step($0, count, limit: limit) }
        ?? QuantizerStep(greatest: 0, least: 0, limit: limit)
    }
  }

  @Test(arguments: [127, 32_767] as [Int64])
  func everySmallExtreme(limit: Int64) {
    for greatest in Int64(-600)...600 {
      for other in [Int64(0), 1, -1, greatest / 2, -greatest, -greatest - 1, -greatest + 1] {
        let expected = QuantizedRow([greatest, other], limit: limit)
        let found = step([greatest, other], limit: limit)
        #expect(found.k == expected.k && found.j == expected.j, "\(greatest), \(other)")
      }
    }
  }

  @Test(arguments: [127, 32_767] as [Int64])
  func extremesAroundPowersOfTwo(limit: Int64) {
    for bit in 7...51 {
      for base in [Int64(1) << Int64(bit), (2 * limit + 1) << Int64(max(0, bit - 16)), 255 << Int64(bit - 7)] {
        for value in base - 2...base + 2 {
          for row in [[value], [-value], [value, -value], [value, -value - 1]] {
            let expected = QuantizedRow(row, limit: limit)
            let found = step(row, limit: limit)
            #expect(found.k == expected.k && found.j == expected.j, "\(row)")
          }
        }
      }
    }
  }

  @Test(arguments: QuantizerSite.Mode.allCases, [2, 4, 32, 128])
  func quantizedRows(mode: QuantizerSite.Mode, block: Int) {
    var random = RandomNumbers(seed: UInt64(block))
    let operands = Operands(tokens: 1, columns: 256)
    for bits in stride(from: 0, through: 43, by: 3) {
      let limit = Int64(1) << Int64(bits)
      var row = (0..<256).map { _ in Int64.random(in: -limit...limit, using: &random) }
      for index in 64..<192 where random.oneIn(2) { row[index] >>= Int64.random(in: 0...20, using: &random) }
      for index in 0..<block { row[index] = 0 }
      let site = QuantizerSite(block: block, mode: mode)
      let (expected, scale) = site.quantized(row, fraction: 12)
      operands.prepare(columns: 256, site: site)
      row.withUnsafeMutableBufferPointer { buffer in
        if let start = buffer.baseAddress { operands.quantize(start, token: 0, exponent: 23 + 12) }
      }
      let found = (0..<256).map { mode == .int8 ? Int64(operands.bytes(0)[$0]) : Int64(operands.words(0)[$0]) }
      #expect(found == expected.values)
      #expect(operands.mantissas.start[0] == scale.mantissa && operands.exponents.start[0] == scale.exponent)
    }
  }

  @Test(arguments: [0, 1, 8, 21, 22, 23, 30, 40, 46])
  func formedNorms(bits: Int) {
    var random = RandomNumbers(seed: UInt64(bits))
    for count in [2, 6, 64, 128] {
      let limit = Int64(1) << Int64(bits) - 1
      var row = (0..<count).map { _ in Int64.random(in: -limit...limit, using: &random) }
      let norm = FormedNorm(
        epsilon: UInt64(count) * 10, exponent: Int.random(in: 0...14, using: &random), outputFraction: 10,
        gains: (0..<count).map { _ in Int16.random(in: -32_768...32_767, using: &random) },
        biases: random.oneIn(2) ? (0..<count).map { _ in Int64.random(in: -999...999, using: &random) } : [])
      let expected = norm.formed(row)
      row.withUnsafeMutableBufferPointer { buffer in
        if let start = buffer.baseAddress { RowNorm.apply(norm, to: start) }
      }
      #expect(row == expected)
    }
  }

  @Test(arguments: [0, 1, 8, 21, 22, 23, 30, 40, 46])
  func rowScaleNorms(bits: Int) {
    var random = RandomNumbers(seed: UInt64(bits))
    let operands = Operands(tokens: 1, columns: 64)
    let limit = Int64(1) << Int64(bits) - 1
    for epsilon in [0, 1, 1 << 20, 1 << 61] as [UInt64] {
      var row = (0..<64).map { _ in Int64.random(in: -limit...limit, using: &random) }
      let norm = RowScaleNorm(
        epsilon: epsilon,
        gains: (0..<64).map { _ in random.oneIn(2) ? 127 : Int8.random(in: -127 ... -1, using: &random) })
      let site = QuantizerSite(block: 64)
      let (expected, scale) = norm.quantized(row, site: site)
      operands.prepare(columns: 64, site: site)
      row.withUnsafeMutableBufferPointer { buffer in
        guard let start = buffer.baseAddress else { return }
        let found = RowNorm.apply(norm, to: start)
        operands.quantize(start, token: 0, factor: found.root, exponent: 53 + found.halfShift)
      }
      #expect((0..<64).map { Int64(operands.bytes(0)[$0]) } == expected.values)
      #expect(operands.mantissas.start[0] == scale.mantissa && operands.exponents.start[0] == scale.exponent)
    }
  }

  @Test func columnsBeyondTheRowAreCleared() {
    let operands = Operands(tokens: 1, columns: 32)
    for count in [32, 30, 29, 31] {
      var row = [Int64](repeating: 1000, count: count)
      operands.prepare(columns: count, site: QuantizerSite(block: 1))
      row.withUnsafeMutableBufferPointer { buffer in
        if let start = buffer.baseAddress { operands.quantize(start, token: 0, exponent: 0) }
      }
      for column in count..<32 { #expect(operands.bytes(0)[column] == 0) }
    }
  }
}
