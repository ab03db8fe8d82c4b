/// Reads entropy-coded bits, most significant first, up to the next marker.
struct JPEGBitReader {
  private let bytes: [UInt8]
  private var position: Int
  private var bits: UInt64 = 0
  private var bitCount = 0

  init(_ bytes: [UInt8], from offset: Int) {
    self.bytes = bytes
    position = offset
  }

  func failure(_ reason: PictureError.Reason) -> PictureError { PictureError(reason, offset: position) }

  /// Makes at least `count` bits wait, unless a marker or the end comes before. A zero byte after 0xFF is not data.
  private mutating func fill(_ count: Int) {
    while bitCount < count, position < bytes.count {
      let byte = bytes[position]
      if byte == 0xFF {
        guard position + 1 < bytes.count, bytes[position + 1] == 0 else { return }
        position += 1
      }
      position += 1
      bits = bits << 8 | UInt64(byte)
      bitCount += 8
    }
  }

  private mutating func drop(_ count: Int) throws(PictureError) {
    guard count <= bitCount else { throw failure(.truncated("a scan")) }
    bitCount -= count
  }

  mutating func symbol(_ code: JPEGCode) throws(PictureError) -> Int {
    fill(16)
    let window = bitCount >= 16 ? bits >> UInt64(bitCount - 16) : bits << UInt64(16 - bitCount)
    guard let (symbol, length) = code.symbol(Int(window & 0xFFFF)) else {
      throw failure(bitCount < 16 ? .truncated("a scan") : .damaged("an unused code"))
    }
    try drop(length)
    return symbol
  }

  /// A number of `size` bits whose first bit, when 0, makes it negative: v − (2^size − 1).
  /// - Precondition: at most 16 bits.
  mutating func signed(_ size: Int) throws(PictureError) -> Int {
    guard size > 0 else { return 0 }
    fill(size)
    try drop(size)
    let value = Int(bits >> UInt64(bitCount) & (1 << UInt64(size) - 1))
    return value >> (size - 1) == 0 ? value - (1 << size) + 1 : value
  }

  /// Passes the marker that must stand here.
  mutating func restart(number: Int) throws(PictureError) {
    let marker = try end()
    var next = marker
    while next < bytes.count, bytes[next] == 0xFF { next += 1 }
    guard next < bytes.count, Int(bytes[next]) == 0xD0 + number else {
      throw PictureError(.damaged("no restart marker \(number)"), offset: marker)
    }
    position = next + 1
    (bits, bitCount) = (0, 0)
  }

  /// Checks that nothing but the rest of the last byte is left.
  /// - Returns: where the next marker's 0xFF stands.
  func end() throws(PictureError) -> Int {
    guard bitCount < 8 else { throw failure(.damaged("a scan longer than its blocks")) }
    guard position + 1 < bytes.count else { throw failure(.truncated("a scan")) }
    guard bytes[position] == 0xFF, bytes[position + 1] != 0 else {
      throw failure(.damaged("a scan longer than its blocks"))
    }
    return position
  }
}
