/// Blocks of 32 values with one scale d, and for some a minimum m, both binary16.
///
/// Nibbles: byte j of 16 holds value j in its low half and value j + 16 in its high half.
enum SmallBlocks {
  typealias Values = UnsafeMutableBufferPointer<Float>

  /// `d · qs[16]`: d·(q − 8).
  static func q40(_ block: BlockBytes, _ values: Values) {
    let d = block.half(0)
    for index in 0..<16 {
      let byte = block[2 + index]
      values[index] = d * Float((byte & 15) - 8)
      values[index + 16] = d * Float((byte >> 4) - 8)
    }
  }

  /// `d · m · qs[16]`: d·q + m.
  static func q41(_ block: BlockBytes, _ values: Values) {
    let (d, m) = (block.half(0), block.half(2))
    for index in 0..<16 {
      let byte = block[4 + index]
      values[index] = d * Float(byte & 15) + m
      values[index + 16] = d * Float(byte >> 4) + m
    }
  }

  /// `d · qh[4] · qs[16]`: d·(q − 16), bit 4 of value i is bit i of qh.
  static func q50(_ block: BlockBytes, _ values: Values) {
    let d = block.half(0)
    for index in 0..<16 {
      let (low, high) = fifthBit(block, nibbles: block[6 + index], bits: 2, index)
      values[index] = d * Float(low - 16)
      values[index + 16] = d * Float(high - 16)
    }
  }

  /// `d · m · qh[4] · qs[16]`: d·q + m.
  static func q51(_ block: BlockBytes, _ values: Values) {
    let (d, m) = (block.half(0), block.half(2))
    for index in 0..<16 {
      let (low, high) = fifthBit(block, nibbles: block[8 + index], bits: 4, index)
      values[index] = d * Float(low) + m
      values[index + 16] = d * Float(high) + m
    }
  }

  /// `d · qs[32]`: d·q, q signed.
  static func q80(_ block: BlockBytes, _ values: Values) {
    let d = block.half(0)
    for index in 0..<32 { values[index] = d * Float(block.signed(2 + index)) }
  }

  /// Values `index` and `index + 16`, five bits each.
  private static func fifthBit(_ block: BlockBytes, nibbles: Int, bits: Int, _ index: Int) -> (Int, Int) {
    let low = block[bits + index / 8] >> (index % 8) & 1
    let high = block[bits + 2 + index / 8] >> (index % 8) & 1
    return (nibbles & 15 | low << 4, nibbles >> 4 | high << 4)
  }
}
