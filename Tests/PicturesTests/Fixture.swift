import Foundation
import Pictures
import Testing

/// Pictures and the samples that they hold, made by Fixtures/make.py.
enum Fixture {
  static func bytes(_ name: String) throws -> [UInt8] {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Fixtures")
    return [UInt8](try Data(contentsOf: folder.appendingPathComponent(name)))
  }

  static func picture(_ name: String) throws -> Picture {
    try Picture(decoding: bytes(name))
  }

  static let pngs = [
    "gray1", "gray2", "gray4", "gray8", "gray16", "colour8", "colour16", "alpha8", "grayalpha8", "palette4",
    "palettealpha4", "graykey4", "stored", "fixed", "huffman", "flat", "pillow",
  ]
  static let jpegs = ["jgray", "j444", "j422", "j420", "jrestart", "jrows", "jlow", "jhigh"]

  /// The error that decoding ends with; `nil` when it does not.
  static func failure(_ bytes: [UInt8], limits: PictureLimits = PictureLimits()) -> PictureError? {
    do {
      _ = try Picture(decoding: bytes, limits: limits)
      return nil
    } catch {
      return error
    }
  }
}

/// Random numbers that are the same in every run.
struct TestGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) {
    state = seed
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
    return z ^ z >> 31
  }
}

/// Big-endian bytes of a number.
func bigEndian(_ value: Int, count: Int) -> [UInt8] {
  (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * (count - 1 - $0))) }
}
