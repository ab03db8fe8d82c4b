/// MXFP4: 32 values of four bits (sign, two exponent bits, one fraction bit) under one power of two.
///
/// Twice a value is an integer, 0, 1, 2, 3, 4, 6, 8 or 12 with its sign, so that the value is that integer times
/// 2^(scale − 128). A scale of 255 is not a number.
/// - Source: OCP Microscaling Formats (MX) Specification 1.0, sections 5.3.3 and 5.4.1.
enum Microscaling {
  typealias Values = UnsafeMutableBufferPointer<Float>

  private static let doubledValues: [Float] = [0, 1, 2, 3, 4, 6, 8, 12, 0, -1, -2, -3, -4, -6, -8, -12]

  /// 2^(scale − 128), a subnormal number for the two smallest scales.
  static func halfPower(_ scale: UInt8) -> Float {
    switch scale {
    case 0, 1: Float(bitPattern: 0x0020_0000 << UInt32(scale))
    case 255: .nan
    default: Float(bitPattern: UInt32(scale - 1) << 23)
    }
  }

  /// GGUF's `scale · qs[16]`: byte j holds values j and j + 16.
  static func halves(_ block: BlockBytes, _ values: Values) {
    let power = halfPower(UInt8(block[0]))
    for index in 0..<16 {
      values[index] = power * doubledValues[block[1 + index] & 15]
      values[index + 16] = power * doubledValues[block[1 + index] >> 4]
    }
  }

  /// Safetensors: byte j holds values 2j and 2j + 1, the first in its low half.
  static func pairs(_ block: BlockBytes, scale: UInt8, _ values: Values) {
    let power = halfPower(scale)
    for index in 0..<16 {
      values[2 * index] = power * doubledValues[block[index] & 15]
      values[2 * index + 1] = power * doubledValues[block[index] >> 4]
    }
  }
}
