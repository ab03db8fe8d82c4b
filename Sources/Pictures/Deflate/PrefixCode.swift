/// A canonical prefix code of deflate: short codes by one look-up, long ones bit by bit.
/// - Source: RFC 1951, section 3.2.2.
struct PrefixCode {
  static let lengthLimit = 15
  private static let tableBits = 9
  /// By the next nine bits: symbol · 16 + length, or 0 where the code is longer or there is none.
  private var table = [UInt16](repeating: 0, count: 1 << tableBits)
  /// How many codes have each length.
  private var counts = [Int](repeating: 0, count: lengthLimit + 1)
  /// Symbols by length, then by value.
  private var symbols: [UInt16] = []

  /// - Parameter lengths: of each symbol's code, 0…15, 0 for none.
  /// - Returns: `nil` when there are too many codes, or too few: a code must be complete, or consist of a single
  ///   code of one bit, or of none.
  init?(lengths: some Collection<UInt8>) {
    for length in lengths { counts[Int(length)] += 1 }
    let unused = counts[0]
    counts[0] = 0
    var left = 1
    for length in 1...Self.lengthLimit {
      left = 2 * left - counts[length]
      if left < 0 { return nil }
    }
    let used = lengths.count - unused
    guard left == 0 || used == 0 || (used == 1 && counts[1] == 1) else { return nil }
    place(lengths)
  }

  private mutating func place(_ lengths: some Collection<UInt8>) {
    var nextCode = [Int](repeating: 0, count: Self.lengthLimit + 2)
    var nextIndex = nextCode
    for length in 1...Self.lengthLimit {
      nextCode[length + 1] = (nextCode[length] + counts[length]) << 1
      nextIndex[length + 1] = nextIndex[length] + counts[length]
    }
    symbols = [UInt16](repeating: 0, count: nextIndex[Self.lengthLimit + 1])
    for (symbol, length) in lengths.enumerated() where length > 0 {
      let length = Int(length)
      symbols[nextIndex[length]] = UInt16(symbol)
      nextIndex[length] += 1
      if length <= Self.tableBits { fill(code: nextCode[length], length: length, symbol: symbol) }
      nextCode[length] += 1
    }
  }

  /// Every entry whose first bits, least significant first, are the code.
  private mutating func fill(code: Int, length: Int, symbol: Int) {
    var reversed = 0
    for bit in 0..<length where code >> bit & 1 == 1 { reversed |= 1 << (length - 1 - bit) }
    for entry in stride(from: reversed, to: 1 << Self.tableBits, by: 1 << length) {
      table[entry] = UInt16(symbol << 4 | length)
    }
  }

  /// The symbol at the start of `bits`, least significant first, and the length of its code.
  /// - Returns: `nil` when no code fits.
  func symbol(_ bits: UInt64) -> (symbol: Int, length: Int)? {
    let entry = table[Int(bits & UInt64(1 << Self.tableBits - 1))]
    if entry != 0 { return (Int(entry >> 4), Int(entry & 15)) }
    var (code, first, index) = (0, 0, 0)
    for length in 1...Self.lengthLimit {
      code |= Int(bits >> UInt64(length - 1) & 1)
      let count = counts[length]
      if code - first < count { return (Int(symbols[index + code - first]), length) }
      index += count
      first = (first + count) << 1
      code <<= 1
    }
    return nil
  }
}
