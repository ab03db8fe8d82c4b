import CKernels

/// SHA-256 (FIPS 180-4), incremental.
///
/// The engine hashes every cell it computes, so this sits on the package's own kernel rather than on a
/// server library; the tests hold it to swift-crypto's.
public struct SHA256: Sendable {
  private var state: InlineArray<8, UInt32> = [
    0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19,
  ]
  private var pending: InlineArray<64, UInt8> = .init(repeating: 0)
  private var pendingCount = 0
  private var byteCount: UInt64 = 0

  public init() {}

  /// Absorbs bytes.
  /// - Complexity: O(bytes); allocates nothing.
  public mutating func update(_ bytes: some Sequence<UInt8>) {
    let isContiguous: Void? = bytes.withContiguousStorageIfAvailable { update($0) }
    if isContiguous == nil { Array(bytes).withUnsafeBufferPointer { update($0) } }
  }

  /// Absorbs bytes.
  public mutating func update(_ bytes: UnsafeBufferPointer<UInt8>) {
    guard var next = bytes.baseAddress else { return }
    byteCount &+= UInt64(bytes.count)
    var left = bytes.count
    if pendingCount > 0 {
      let taken = min(64 - pendingCount, left)
      append(next, taken)
      (next, left) = (next + taken, left - taken)
      guard pendingCount == 64 else { return }
      compressPending()
    }
    let blockCount = left / 64
    if blockCount > 0 {
      compress(next, blockCount)
      (next, left) = (next + 64 * blockCount, left - 64 * blockCount)
    }
    if left > 0 { append(next, left) }
  }

  /// Absorbs a digest's 32 bytes.
  public mutating func update(_ digest: Digest) {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 32) { bytes in
      digest.write(to: UnsafeMutableRawBufferPointer(bytes))
      update(UnsafeBufferPointer(bytes))
    }
  }

  /// Absorbs one integer, little-endian.
  public mutating func update(littleEndian value: some FixedWidthInteger) {
    withUnsafeBytes(of: value.littleEndian) { update($0.bindMemory(to: UInt8.self)) }
  }

  /// Pads and returns the digest; the value must not be used again.
  public consuming func finalize() -> Digest {
    let bitCount = byteCount &* 8
    pending[pendingCount] = 0x80
    for index in pendingCount + 1..<64 { pending[index] = 0 }
    if pendingCount >= 56 {
      compressPending()
      pending = .init(repeating: 0)
    }
    for index in 0..<8 { pending[56 + index] = UInt8(truncatingIfNeeded: bitCount >> UInt64(56 - 8 * index)) }
    compressPending()
    let words = state
    let pair = { (index: Int) in UInt64(words[2 * index]) << 32 | UInt64(words[2 * index + 1]) }
    return Digest(pair(0), pair(1), pair(2), pair(3))
  }

  /// The digest of one message.
  public static func hash(_ bytes: some Sequence<UInt8>) -> Digest {
    var hasher = SHA256()
    hasher.update(bytes)
    return hasher.finalize()
  }

  private mutating func append(_ bytes: UnsafePointer<UInt8>, _ count: Int) {
    let start = pendingCount
    withUnsafeMutableBytes(of: &pending) { pending in
      UnsafeMutableRawBufferPointer(rebasing: pending[start..<start + count])
        .copyMemory(from: UnsafeRawBufferPointer(start: bytes, count: count))
    }
    pendingCount += count
  }

  private mutating func compressPending() {
    withUnsafeBytes(of: pending) { block in
      if let base = block.bindMemory(to: UInt8.self).baseAddress { compress(base, 1) }
    }
    pendingCount = 0
  }

  private mutating func compress(_ blocks: UnsafePointer<UInt8>, _ count: Int) {
    withUnsafeMutableBytes(of: &state) { words in
      if let base = words.bindMemory(to: UInt32.self).baseAddress { razao_sha256_blocks(base, blocks, count) }
    }
  }
}

/// `H(tag, message)` of SPEC.md, section 1: a hash that can never be mistaken for one of another kind.
public func taggedHash(_ tag: StaticString, _ parts: [UInt8]...) -> Digest {
  var hasher = SHA256(tag: tag)
  for part in parts { hasher.update(part) }
  return hasher.finalize()
}

extension SHA256 {
  /// A hasher that has absorbed the tag of SPEC.md, section 1.
  /// - Precondition: the tag has at most 255 bytes.
  public init(tag: StaticString) {
    self.init()
    precondition(tag.utf8CodeUnitCount <= 255, "a tag's length is one byte")
    update(littleEndian: UInt8(tag.utf8CodeUnitCount))
    update(UnsafeBufferPointer(start: tag.utf8Start, count: tag.utf8CodeUnitCount))
  }
}
