/// A Huffman code of a JPEG: short codes by one look-up, long ones by length.
/// - Source: ITU-T T.81, annexes C and F.2.2.3.
struct JPEGCode {
  private static let tableBits = 8
  /// By the next eight bits: symbol · 16 + length, or 0 where the code is longer or there is none.
  private var table = [UInt16](repeating: 0, count: 1 << tableBits)
  /// By length: the first code beyond those of this length, and what to add to a code to find its symbol.
  private var ends = [Int](repeating: 0, count: 17)
  private var shifts = [Int](repeating: 0, count: 17)
  private let symbols: [UInt8]

  /// - Parameters:
  ///   - counts: codes of each length 1…16.
  ///   - symbols: in the order of their codes.
  /// - Returns: `nil` when there are more codes of a length than are free, or more than 256.
  init?(counts: [Int], symbols: [UInt8]) {
    precondition(counts.count == 16 && symbols.count == counts.reduce(0, +))
    guard symbols.count <= 256 else { return nil }
    self.symbols = symbols
    var (code, index) = (0, 0)
    for length in 1...16 {
      let count = counts[length - 1]
      guard code + count <= 1 << length else { return nil }
      shifts[length] = index - code
      if length <= Self.tableBits {
        for offset in 0..<count { fill(code: code + offset, length: length, symbol: symbols[index + offset]) }
      }
      code += count
      index += count
      ends[length] = code
      code <<= 1
    }
  }

  private mutating func fill(code: Int, length: Int, symbol: UInt8) {
    let first = code << (Self.tableBits - length)
    for entry in first..<first + 1 << (Self.tableBits - length) { table[entry] = UInt16(symbol) << 4 | UInt16(length) }
  }

  /// The symbol at the start of 16 bits, most significant first, and the length of its code.
  /// - Returns: `nil` when no code fits.
  func symbol(_ bits: Int) -> (symbol: Int, length: Int)? {
    let entry = table[bits >> (16 - Self.tableBits)]
    if entry != 0 { return (Int(entry >> 4), Int(entry & 15)) }
    for length in Self.tableBits + 1...16 {
      let code = bits >> (16 - length)
      if code < ends[length] { return (Int(symbols[code + shifts[length]]), length) }
    }
    return nil
  }
}
