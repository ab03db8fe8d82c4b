/// Base64 of RFC 4648, section 4: one encoding for each byte string, and nothing else is decoded.
package enum Base64 {
  private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  private static let padding = UInt8(ascii: "=")

  /// Value of each byte, 255 for one that is no digit.
  private static let values: [UInt8] = {
    var values = [UInt8](repeating: 255, count: 256)
    for (value, digit) in alphabet.enumerated() { values[Int(digit)] = UInt8(value) }
    return values
  }()

  /// - Returns: `nil` for anything but whole padded groups whose unused bits are zero.
  package static func decode(_ text: some Collection<UInt8>) -> [UInt8]? {
    let digits = Array(text)
    guard digits.count.isMultiple(of: 4) else { return nil }
    let padCount = digits.suffix(2).reversed().prefix { $0 == padding }.count
    var bytes: [UInt8] = []
    bytes.reserveCapacity(digits.count / 4 * 3)
    var buffer: UInt32 = 0
    for (index, digit) in digits.dropLast(padCount).enumerated() {
      let value = values[Int(digit)]
      guard value < 64 else { return nil }
      buffer = buffer << 6 | UInt32(value)
      guard index % 4 == 3 else { continue }
      bytes.append(contentsOf: [UInt8(buffer >> 16 & 255), UInt8(buffer >> 8 & 255), UInt8(buffer & 255)])
    }
    switch padCount {
    case 1:
      guard buffer & 3 == 0 else { return nil }
      bytes.append(contentsOf: [UInt8(buffer >> 10 & 255), UInt8(buffer >> 2 & 255)])
    case 2:
      guard buffer & 15 == 0 else { return nil }
      bytes.append(UInt8(buffer >> 4 & 255))
    default: break
    }
    return bytes
  }

  /// The one encoding.
  package static func encode(_ bytes: [UInt8]) -> String {
    var text: [UInt8] = []
    text.reserveCapacity((bytes.count + 2) / 3 * 4)
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      var buffer: UInt32 = 0
      for (place, byte) in group.enumerated() { buffer |= UInt32(byte) << UInt32(16 - 8 * place) }
      for place in 0..<4 {
        text.append(place <= group.count ? alphabet[Int(buffer >> UInt32(18 - 6 * place) & 63)] : padding)
      }
    }
    return String(decoding: text, as: UTF8.self)
  }
}
