/// Reads the fields of a picture file in order, big-endian, never past the end.
struct PictureReader {
  let bytes: [UInt8]
  /// Offset of the next byte.
  private(set) var offset: Int
  private let end: Int

  init(_ bytes: [UInt8], from offset: Int = 0) {
    self.init(bytes, offset..<bytes.count)
  }

  /// - Precondition: `range` lies within `bytes`.
  init(_ bytes: [UInt8], _ range: Range<Int>) {
    precondition(range.lowerBound >= 0 && range.upperBound <= bytes.count)
    self.bytes = bytes
    offset = range.lowerBound
    end = range.upperBound
  }

  /// Bytes not read yet.
  var left: Int { end - offset }

  mutating func byte(_ what: String) throws(PictureError) -> Int {
    try require(1, what)
    defer { offset += 1 }
    return Int(bytes[offset])
  }

  mutating func integer16(_ what: String) throws(PictureError) -> Int {
    try require(2, what)
    defer { offset += 2 }
    return Int(bytes[offset]) << 8 | Int(bytes[offset + 1])
  }

  mutating func integer32(_ what: String) throws(PictureError) -> Int {
    let high = try integer16(what)
    return high << 16 | (try integer16(what))
  }

  /// Where the next `count` bytes stand; they count as read.
  mutating func range(_ count: Int, _ what: String) throws(PictureError) -> Range<Int> {
    try require(count, what)
    defer { offset += count }
    return offset..<offset + count
  }

  func failure(_ reason: PictureError.Reason) -> PictureError { PictureError(reason, offset: offset) }

  /// Fails unless everything was read.
  func finish() throws(PictureError) {
    guard left == 0 else { throw failure(.trailing(left)) }
  }

  private func require(_ count: Int, _ what: String) throws(PictureError) {
    guard count <= left else { throw failure(.truncated(what)) }
  }
}
