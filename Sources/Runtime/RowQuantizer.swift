import CKernels
import Program

/// The finest step of a row: real values become small integers by `rs(y · (128 + j), k)` (SPEC.md, 3.3).
struct QuantizerStep: Equatable {
  var k: Int
  var j: Int

  var multiplier: Int64 { Int64(128 + j) }

  /// The closed form: the smallest k ≥ 1, then the largest j, such that every value of the row fits ±limit.
  /// - Parameters:
  ///   - greatest: max(0, max y).
  ///   - least: max(0, −min y).
  init(greatest: Int64, least: Int64, limit: Int64) {
    let bins = 2 * limit + 1
    // A step fits when bins·2^(k−1) > 128·greatest and ≥ 128·least.
    let needed = max(128 &* greatest &+ 1, 128 &* least)
    k = max(1, bitLength(needed) - bitLength(bins))
    while bins << Int64(k - 1) < needed { k += 1 }
    guard greatest > 0 || least > 0 else {
      j = 0
      return
    }
    let reach = bins << Int64(k - 1)
    var multiplier: Int64 = 255
    if greatest > 0 { multiplier = min(multiplier, (reach - 1) / greatest) }
    if least > 0 { multiplier = min(multiplier, reach / least) }
    j = Int(multiplier) - 128
  }

  /// `norm12(u_j · factor, exponent − k)`.
  func scale(factor: Int64 = 1, exponent: Int) -> RowScale {
    RowScale(Tables.ladder[j] &* factor, exponent: exponent - k)
  }
}

/// Makes small integers of a row of values.
enum RowQuantizer {
  typealias Row = UnsafeMutablePointer<Int64>

  /// max(0, max y) and max(0, −min y).
  static func reach(_ row: Row, _ count: Int) -> (greatest: Int64, least: Int64) {
    withUnsafeTemporaryAllocation(of: Int64.self, capacity: 2) { extremes in
      razao_reach(row, count, extremes.baseAddress)
      return (extremes[0], extremes[1])
    }
  }

  static func step(_ row: Row, _ count: Int, limit: Int64) -> QuantizerStep {
    let (greatest, least) = reach(row, count)
    return QuantizerStep(greatest: greatest, least: least, limit: limit)
  }

  /// q_i = rs(y_i · m, k), which fits ±127 by the choice of the step.
  static func quantize(_ row: Row, _ count: Int, _ step: QuantizerStep, into operands: UnsafeMutablePointer<Int8>) {
    razao_quantize_i8(row, count, step.multiplier, Int64(step.k), operands)
  }

  /// The same for ±32,767.
  static func quantize(_ row: Row, _ count: Int, _ step: QuantizerStep, into operands: UnsafeMutablePointer<Int16>) {
    razao_quantize_i16(row, count, step.multiplier, Int64(step.k), operands)
  }

  /// Mode *block shift*: each block with the largest n in 0…7 at which it still fits ±127, its operands shifted to a
  /// common scale.
  static func quantizeBlocks(
    _ row: Row, _ count: Int, block: Int, _ step: QuantizerStep, into operands: UnsafeMutablePointer<Int16>
  ) {
    for start in stride(from: 0, to: count, by: block) {
      let (greatest, least) = reach(row + start, block)
      var n = 7
      while n > 0, !fits(greatest, least, step, n) { n -= 1 }
      if step.k > n {
        razao_quantize_i16(row + start, block, step.multiplier, Int64(step.k - n), operands + start)
        for index in start..<start + block { operands[index] &<<= Int16(7 - n) }
        continue
      }
      for index in start..<start + block {
        operands[index] = Int16(truncatingIfNeeded: rs(row[index] &* step.multiplier, step.k - n) &<< Int64(7 - n))
      }
    }
  }

  /// `rs` is monotone, so a block's extremes decide for all of it.
  private static func fits(_ greatest: Int64, _ least: Int64, _ step: QuantizerStep, _ n: Int) -> Bool {
    rs(greatest &* step.multiplier, step.k - n) <= 127 && rs(-least &* step.multiplier, step.k - n) >= -127
  }
}
