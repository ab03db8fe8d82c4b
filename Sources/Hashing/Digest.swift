/// 32 bytes of SHA-256; the name of everything in Razao.
public struct Digest: Hashable, Sendable, Comparable, CustomStringConvertible {
  /// The bytes as four big-endian numbers, whose order is the bytes' order; held inline, since a trace makes millions.
  private let words: InlineArray<4, UInt64>

  /// Nothing: the root of an empty list, and the value of fields that are absent.
  public static let zero = Digest(0, 0, 0, 0)

  /// - Returns: `nil` unless there are exactly 32 bytes.
  public init?(_ bytes: some Collection<UInt8>) {
    guard bytes.count == 32 else { return nil }
    var words = InlineArray<4, UInt64>(repeating: 0)
    for (index, byte) in bytes.enumerated() { words[index / 8] = words[index / 8] << 8 | UInt64(byte) }
    self.words = words
  }

  /// Parses 64 hexadecimal digits of either case.
  public init?(hex: some StringProtocol) {
    guard let bytes = [UInt8](hex: hex) else { return nil }
    self.init(bytes)
  }

  /// - Precondition: exactly 32 bytes.
  init(unchecked bytes: [UInt8]) {
    precondition(bytes.count == 32, "a digest has 32 bytes")
    self = bytes.withUnsafeBytes { Digest(reading: $0) }
  }

  /// Reads the first 32 bytes of memory.
  /// - Precondition: there are so many.
  package init(reading bytes: UnsafeRawBufferPointer) {
    precondition(bytes.count >= 32, "a digest has 32 bytes")
    let word = { UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8 * $0, as: UInt64.self)) }
    self.init(word(0), word(1), word(2), word(3))
  }

  init(_ first: UInt64, _ second: UInt64, _ third: UInt64, _ fourth: UInt64) {
    words = [first, second, third, fourth]
  }

  /// Exactly 32 bytes.
  public var bytes: [UInt8] {
    [UInt8](unsafeUninitializedCapacity: 32) { buffer, count in
      write(to: UnsafeMutableRawBufferPointer(buffer))
      count = 32
    }
  }

  /// Writes the 32 bytes to memory.
  /// - Precondition: there is so much.
  package func write(to memory: UnsafeMutableRawBufferPointer) {
    precondition(memory.count >= 32, "a digest has 32 bytes")
    for index in 0..<4 { memory.storeBytes(of: words[index].bigEndian, toByteOffset: 8 * index, as: UInt64.self) }
  }

  /// 64 lower-case hexadecimal digits.
  public var hex: String { bytes.hex }

  public var description: String { hex }

  public static func == (left: Digest, right: Digest) -> Bool {
    var difference: UInt64 = 0
    for index in 0..<4 { difference |= left.words[index] ^ right.words[index] }
    return difference == 0
  }

  public func hash(into hasher: inout Hasher) {
    for index in 0..<4 { hasher.combine(words[index]) }
  }

  public static func < (left: Digest, right: Digest) -> Bool {
    for index in 0..<4 where left.words[index] != right.words[index] { return left.words[index] < right.words[index] }
    return false
  }
}

extension Collection where Element == UInt8 {
  /// Lower-case hexadecimal digits, two a byte.
  public var hex: String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    text.reserveCapacity(2 * count)
    for byte in self {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
  }
}

extension [UInt8] {
  /// Parses hexadecimal digits of either case.
  /// - Returns: `nil` for an odd count or any other character.
  public init?(hex: some StringProtocol) {
    let text = Array(hex.utf8)
    guard text.count.isMultiple(of: 2) else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.count / 2)
    for index in stride(from: 0, to: text.count, by: 2) {
      guard let high = Self.nibble(text[index]), let low = Self.nibble(text[index + 1]) else { return nil }
      bytes.append(high << 4 | low)
    }
    self = bytes
  }

  private static func nibble(_ digit: UInt8) -> UInt8? {
    switch digit {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): digit - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): digit - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): digit - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
