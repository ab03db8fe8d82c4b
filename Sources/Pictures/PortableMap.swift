/// Decodes binary PGM (P5) and PPM (P6) files.
/// - Source: netpbm.sourceforge.net, "PGM Format Specification" and "PPM Format Specification".
enum PortableMapDecoder {
  static func decode(_ bytes: [UInt8], limits: PictureLimits) throws(PictureError) -> Picture {
    var reader = PictureReader(bytes)
    _ = try reader.byte("the header")
    let channels: Int
    switch try reader.byte("the header") {
    case 0x35: channels = 1
    case 0x36: channels = 3
    case let kind:
      throw PictureError(.unsupported("portable map P\(kind - 0x30) (binary P5 and P6 are)"), offset: 0)
    }
    let width = try number(&reader, limit: limits.side)
    let height = try number(&reader, limit: limits.side)
    let maximum = try number(&reader, limit: 65_535)
    guard maximum > 0 else { throw reader.failure(.damaged("a greatest sample of 0")) }
    try limits.check(width: width, height: height, at: 2)
    // The whitespace after the last number was read with it.
    let count = width * height * channels
    let size = maximum > 255 ? 2 : 1
    let range = try reader.range(count * size, "the samples")
    try reader.finish()
    var samples: [UInt8] = []
    samples.reserveCapacity(count)
    for offset in stride(from: range.lowerBound, to: range.upperBound, by: size) {
      let value = size == 1 ? Int(bytes[offset]) : Int(bytes[offset]) << 8 | Int(bytes[offset + 1])
      guard value <= maximum else {
        throw PictureError(.damaged("a sample of \(value), above \(maximum)"), offset: offset)
      }
      samples.append(UInt8((value * 255 + maximum / 2) / maximum))
    }
    return Picture(width: width, height: height, channels: channels, samples: samples)
  }

  /// A decimal after whitespace and comments, with the one whitespace that ends it.
  private static func number(_ reader: inout PictureReader, limit: Int) throws(PictureError) -> Int {
    var byte = try reader.byte("the header")
    while isSpace(byte) || byte == 0x23 {
      if byte == 0x23 {
        while byte != 0x0A && byte != 0x0D { byte = try reader.byte("a comment") }
      }
      byte = try reader.byte("the header")
    }
    var value = 0
    while let digit = digit(byte) {
      value = value * 10 + digit
      guard value <= limit else { throw reader.failure(.tooLarge("a header number above \(limit)")) }
      byte = try reader.byte("the header")
      if isSpace(byte) { return value }
    }
    throw reader.failure(.damaged("a header that is not decimal"))
  }

  private static func isSpace(_ byte: Int) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

  private static func digit(_ byte: Int) -> Int? { (0x30...0x39).contains(byte) ? byte - 0x30 : nil }
}
