/// Blocks of 256 values in parts of 16 or 32 with small integer scales, which are multiplied by one binary16 scale d and,
/// for minima, by another, dmin.
enum LargeBlocks {
  typealias Values = UnsafeMutableBufferPointer<Float>

  /// `scales[16] · qs[64] · d · dmin`: d·(s & 15)·q − dmin·(s >> 4), parts of 16, q of two bits.
  ///
  /// Each half of 128 values has 32 bytes; bits 2j and 2j + 1 of byte l are value 32j + l.
  static func q2K(_ block: BlockBytes, _ values: Values) {
    let (d, dmin) = (block.half(80), block.half(82))
    for index in 0..<256 {
      let (half, place) = (index / 128, index % 128)
      let q = block[16 + 32 * half + place % 32] >> (place / 32 * 2) & 3
      let scale = block[index / 16]
      values[index] = d * Float(scale & 15) * Float(q) - dmin * Float(scale >> 4)
    }
  }

  /// `hmask[32] · qs[64] · scales[12] · d`: d·(s − 32)·(q − 4), parts of 16, q of three bits: two as in Q2_K, the third in
  /// bit 4·half + j of mask byte l.
  static func q3K(_ block: BlockBytes, _ values: Values) {
    let d = block.half(108)
    for index in 0..<256 {
      let (half, place) = (index / 128, index % 128)
      let low = block[32 + 32 * half + place % 32] >> (place / 32 * 2) & 3
      let high = block[place % 32] >> (4 * half + place / 32) & 1
      values[index] = d * Float(scaleOfQ3K(block, index / 16) - 32) * Float(low + 4 * high - 4)
    }
  }

  /// Six bits: four in the nibbles of the first eight bytes, two in the last four bytes.
  private static func scaleOfQ3K(_ block: BlockBytes, _ part: Int) -> Int {
    let low = part < 8 ? block[96 + part] & 15 : block[96 + part - 8] >> 4
    return low | (block[104 + part % 4] >> (part / 4 * 2) & 3) << 4
  }

  /// `d · dmin · scales[12] · qs[128]`: d·s·q − dmin·m, parts of 32, q of four bits.
  ///
  /// Two parts share 32 bytes: the first in the low halves, the second in the high ones.
  static func q4K(_ block: BlockBytes, _ values: Values) {
    let (d, dmin) = (block.half(0), block.half(2))
    for part in 0..<8 {
      let (scale, minimum) = scaleAndMinimum(block, part)
      let (step, base) = (d * Float(scale), dmin * Float(minimum))
      for index in 0..<32 {
        let q = block[16 + part / 2 * 32 + index] >> (part % 2 * 4) & 15
        values[part * 32 + index] = step * Float(q) - base
      }
    }
  }

  /// `d · dmin · scales[12] · qh[32] · qs[128]`: as Q4_K, with bit 4 of value l of a part in bit `part` of byte l of qh.
  static func q5K(_ block: BlockBytes, _ values: Values) {
    let (d, dmin) = (block.half(0), block.half(2))
    for part in 0..<8 {
      let (scale, minimum) = scaleAndMinimum(block, part)
      let (step, base) = (d * Float(scale), dmin * Float(minimum))
      for index in 0..<32 {
        let low = block[48 + part / 2 * 32 + index] >> (part % 2 * 4) & 15
        let high = block[16 + index] >> part & 1
        values[part * 32 + index] = step * Float(low | high << 4) - base
      }
    }
  }

  /// Six bits each. Parts 0…3: whole in the low bits of bytes 0…3 and 4…7; parts 4…7: the nibbles of bytes 8…11, with two
  /// more bits above those of the first eight bytes.
  private static func scaleAndMinimum(_ block: BlockBytes, _ part: Int) -> (scale: Int, minimum: Int) {
    let start = 4
    if part < 4 { return (block[start + part] & 63, block[start + part + 4] & 63) }
    let nibbles = block[start + part + 4]
    let upper = (block[start + part - 4] >> 6, block[start + part] >> 6)
    return (nibbles & 15 | upper.0 << 4, nibbles >> 4 | upper.1 << 4)
  }

  /// `ql[128] · qh[64] · scales[16] · d`: d·s·(q − 32), parts of 16, s signed, q of six bits.
  ///
  /// Of each half of 128 values, value 32j + l has its low four bits in byte 32·(j mod 2) + l of the half's 64, the low
  /// nibble for j < 2, and its upper two in bits 2j and 2j + 1 of byte l of the half's 32.
  static func q6K(_ block: BlockBytes, _ values: Values) {
    let d = block.half(208)
    for index in 0..<256 {
      let (half, quarter, place) = (index / 128, index % 128 / 32, index % 32)
      let low = block[64 * half + quarter % 2 * 32 + place] >> (quarter / 2 * 4) & 15
      let high = block[128 + 32 * half + place] >> (2 * quarter) & 3
      values[index] = d * Float(block.signed(192 + index / 16)) * Float((low | high << 4) - 32)
    }
  }
}
