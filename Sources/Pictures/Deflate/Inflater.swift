/// Decompresses deflate data of a known size.
/// - Source: RFC 1951.
struct Inflater {
  /// What was wrong, and at which byte of the compressed data.
  struct Failure: Error {
    let reason: PictureError.Reason
    let offset: Int
  }

  private let source: [UInt8]
  /// The next byte that is not among the waiting bits.
  private var position: Int
  private var bits: UInt64 = 0
  private var bitCount = 0
  private var output: [UInt8] = []
  private let size: Int

  /// Deflate makes at most 258 bytes of two bits.
  static let greatestRatio = 1_032

  /// - Parameter size: exactly what must come out.
  private init(_ source: [UInt8], from position: Int, size: Int) {
    self.source = source
    self.position = position
    self.size = size
    output.reserveCapacity(size)
  }

  /// - Returns: the decompressed bytes, and where the byte after the last compressed one stands.
  /// - Throws: when anything but `size` bytes come out, or the data are not deflate's.
  static func inflate(
    _ source: [UInt8], from position: Int, size: Int
  ) throws(Failure) -> (bytes: [UInt8], end: Int) {
    guard size / greatestRatio <= source.count - position else {
      throw Failure(reason: .truncated("the compressed data"), offset: source.count)
    }
    var inflater = Inflater(source, from: position, size: size)
    while try inflater.block() {}
    guard inflater.output.count == size else {
      throw inflater.failure(.damaged("\(inflater.output.count) bytes of samples, not \(size)"))
    }
    return (inflater.output, inflater.position - inflater.bitCount / 8)
  }

  private func failure(_ reason: PictureError.Reason) -> Failure {
    Failure(reason: reason, offset: max(0, position - bitCount / 8))
  }

  /// Decompresses one block.
  /// - Returns: whether another follows.
  private mutating func block() throws(Failure) -> Bool {
    let isLast = try take(1) == 1
    switch try take(2) {
    case 0: try storedBlock()
    case 1: try compressedBlock(Self.fixedLiterals, Self.fixedDistances)
    case 2:
      let (literals, distances) = try dynamicCodes()
      try compressedBlock(literals, distances)
    default: throw failure(.damaged("a block of an unknown kind"))
    }
    return !isLast
  }
}

extension Inflater {
  /// Makes at least `count` bits wait, unless the data end before.
  private mutating func fill(_ count: Int) {
    while bitCount < count, position < source.count {
      bits |= UInt64(source[position]) << UInt64(bitCount)
      position += 1
      bitCount += 8
    }
  }

  private mutating func drop(_ count: Int) throws(Failure) {
    guard count <= bitCount else { throw failure(.truncated("the compressed data")) }
    bits >>= UInt64(count)
    bitCount -= count
  }

  /// - Precondition: at most 16 bits.
  private mutating func take(_ count: Int) throws(Failure) -> Int {
    fill(count)
    let value = Int(bits & (1 << UInt64(count) - 1))
    try drop(count)
    return value
  }

  private mutating func symbol(_ code: PrefixCode) throws(Failure) -> Int {
    fill(PrefixCode.lengthLimit)
    guard let (symbol, length) = code.symbol(bits) else {
      throw failure(bitCount < PrefixCode.lengthLimit ? .truncated("the compressed data") : .damaged("an unused code"))
    }
    try drop(length)
    return symbol
  }

  private mutating func storedBlock() throws(Failure) {
    try drop(bitCount % 8)
    let count = try take(16)
    guard try take(16) == count ^ 0xFFFF else { throw failure(.damaged("the length of a stored block")) }
    // Whole bytes may wait among the bits; they come first.
    position -= bitCount / 8
    (bits, bitCount) = (0, 0)
    guard count <= source.count - position else { throw failure(.truncated("a stored block")) }
    try require(count)
    output += source[position..<position + count]
    position += count
  }

  private func require(_ count: Int) throws(Failure) {
    guard count <= size - output.count else { throw failure(.damaged("more than \(size) bytes of samples")) }
  }

  private mutating func compressedBlock(_ literals: PrefixCode, _ distances: PrefixCode) throws(Failure) {
    while true {
      let literal = try symbol(literals)
      if literal < 256 {
        try require(1)
        output.append(UInt8(literal))
      } else if literal == 256 {
        return
      } else {
        guard literal <= 285 else { throw failure(.damaged("an unused length code")) }
        let length = Self.lengthBases[literal - 257] + (try take(Self.lengthExtraBits[literal - 257]))
        let code = try symbol(distances)
        guard code < 30 else { throw failure(.damaged("an unused distance code")) }
        let distance = Self.distanceBases[code] + (try take(code < 2 ? 0 : code / 2 - 1))
        try copy(length, distance)
      }
    }
  }

  private mutating func copy(_ length: Int, _ distance: Int) throws(Failure) {
    guard distance <= output.count else { throw failure(.damaged("a distance beyond the start")) }
    try require(length)
    let start = output.count - distance
    for index in start..<start + length { output.append(output[index]) }
  }
}

extension Inflater {
  /// The order in which the lengths of the code for lengths stand.
  private static let lengthCodeOrder = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15]
  private static let lengthBases = [
    3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258,
  ]
  private static let lengthExtraBits = [
    0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0,
  ]
  private static let distanceBases = [
    1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1_025, 1_537, 2_049, 3_073, 4_097,
    6_145, 8_193, 12_289, 16_385, 24_577,
  ]
  private static let fixedLiterals = fixedCode(
    [UInt8](repeating: 8, count: 144) + [UInt8](repeating: 9, count: 112) + [UInt8](repeating: 7, count: 24)
      + [UInt8](repeating: 8, count: 8))
  private static let fixedDistances = fixedCode([UInt8](repeating: 5, count: 32))

  private static func fixedCode(_ lengths: [UInt8]) -> PrefixCode {
    guard let code = PrefixCode(lengths: lengths) else { preconditionFailure("the fixed codes are complete") }
    return code
  }

  private mutating func dynamicCodes() throws(Failure) -> (PrefixCode, PrefixCode) {
    let literalCount = try take(5) + 257
    let distanceCount = try take(5) + 1
    let lengthCount = try take(4) + 4
    guard literalCount <= 286, distanceCount <= 30 else { throw failure(.damaged("too many codes")) }
    var lengthLengths = [UInt8](repeating: 0, count: 19)
    for index in 0..<lengthCount { lengthLengths[Self.lengthCodeOrder[index]] = UInt8(try take(3)) }
    guard let lengthCode = PrefixCode(lengths: lengthLengths) else { throw failure(.damaged("the code of lengths")) }
    let lengths = try codeLengths(literalCount + distanceCount, lengthCode)
    guard lengths[256] > 0, let literals = PrefixCode(lengths: lengths[..<literalCount]),
      let distances = PrefixCode(lengths: lengths[literalCount...])
    else { throw failure(.damaged("codes that are not complete")) }
    return (literals, distances)
  }

  private mutating func codeLengths(_ count: Int, _ code: PrefixCode) throws(Failure) -> [UInt8] {
    var lengths: [UInt8] = []
    while lengths.count < count {
      let symbol = try symbol(code)
      let (value, repetitions): (UInt8, Int)
      switch symbol {
      case 0...15: (value, repetitions) = (UInt8(symbol), 1)
      case 16:
        guard let last = lengths.last else { throw failure(.damaged("a repetition of nothing")) }
        (value, repetitions) = (last, 3 + (try take(2)))
      case 17: (value, repetitions) = (0, 3 + (try take(3)))
      default: (value, repetitions) = (0, 11 + (try take(7)))
      }
      guard repetitions <= count - lengths.count else { throw failure(.damaged("too many code lengths")) }
      lengths += repeatElement(value, count: repetitions)
    }
    return lengths
  }
}
