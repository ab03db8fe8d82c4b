import Hashing

/// Where a key lies in the tree: 256 bits, the most significant first.
struct KeyHash: Hashable, Comparable, Sendable {
  /// Levels that a path can have.
  static let bitCount = 256

  private let first: UInt64
  private let second: UInt64
  private let third: UInt64
  private let fourth: UInt64

  /// `H("razao/state/key/1", key)`.
  init(of key: [UInt8]) {
    var hasher = Self.tagged
    hasher.update(key)
    self.init(hasher.finalize())
  }

  /// The place that a hash names.
  init(_ digest: Digest) {
    (first, second, third, fourth) = withUnsafeTemporaryAllocation(byteCount: 32, alignment: 8) { bytes in
      digest.write(to: bytes)
      let word = { UInt64(bigEndian: bytes.load(fromByteOffset: 8 * $0, as: UInt64.self)) }
      return (word(0), word(1), word(2), word(3))
    }
  }

  /// The same 32 bytes as a hash.
  var digest: Digest {
    withUnsafeTemporaryAllocation(byteCount: 32, alignment: 8) { bytes in
      write(to: bytes)
      return Digest(reading: UnsafeRawBufferPointer(bytes))
    }
  }

  /// Writes the 32 bytes to memory.
  /// - Precondition: there is so much.
  func write(to memory: UnsafeMutableRawBufferPointer) {
    precondition(memory.count >= 32, "a key's hash has 32 bytes")
    memory.storeBytes(of: first.bigEndian, toByteOffset: 0, as: UInt64.self)
    memory.storeBytes(of: second.bigEndian, toByteOffset: 8, as: UInt64.self)
    memory.storeBytes(of: third.bigEndian, toByteOffset: 16, as: UInt64.self)
    memory.storeBytes(of: fourth.bigEndian, toByteOffset: 24, as: UInt64.self)
  }

  /// The first 64 bits.
  var prefix: UInt64 { first }

  /// Whether the path goes right at a depth, 0…255.
  func goesRight(at depth: Int) -> Bool {
    let word =
      switch depth >> 6 {
      case 0: first
      case 1: second
      case 2: third
      default: fourth
      }
    return word >> UInt64(63 - depth & 63) & 1 == 1
  }

  /// How many of the first bits are the same, 0…256.
  func commonPrefix(with other: KeyHash) -> Int {
    if first != other.first { return (first ^ other.first).leadingZeroBitCount }
    if second != other.second { return 64 + (second ^ other.second).leadingZeroBitCount }
    if third != other.third { return 128 + (third ^ other.third).leadingZeroBitCount }
    return 192 + (fourth ^ other.fourth).leadingZeroBitCount
  }

  static func < (left: KeyHash, right: KeyHash) -> Bool {
    if left.first != right.first { return left.first < right.first }
    if left.second != right.second { return left.second < right.second }
    if left.third != right.third { return left.third < right.third }
    return left.fourth < right.fourth
  }

  private static let tagged = SHA256(tag: "razao/state/key/1")
}
