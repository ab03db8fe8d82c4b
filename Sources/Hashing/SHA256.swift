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
    byteCount &+= UInt64(bytes.count)
    var rest = bytes[...]
    if pendingCount > 0 {
      let taken = min(64 - pendingCount, rest.count)
      for byte in rest.prefix(taken) { append(byte) }
      rest = rest.dropFirst(taken)
      guard pendingCount == 64 else { return }
      compressPending()
    }
    let blockCount = rest.count / 64
    if blockCount > 0, let base = UnsafeBufferPointer(rebasing: rest).baseAddress {
      compress(base, blockCount)
      rest = rest.dropFirst(64 * blockCount)
    }
    for byte in rest { append(byte) }
  }

  /// Absorbs one integer, little-endian.
  public mutating func update(littleEndian value: some FixedWidthInteger) {
    withUnsafeBytes(of: value.littleEndian) { update($0.bindMemory(to: UInt8.self)) }
  }

  /// Pads and returns the digest; the value must not be used again.
  public consuming func finalize() -> Digest {
    let bitCount = byteCount &* 8
    append(0x80)
    if pendingCount > 56 {
      while pendingCount < 64 { append(0) }
      compressPending()
    }
    while pendingCount < 56 { append(0) }
    for shift in stride(from: 56, through: 0, by: -8) { append(UInt8(truncatingIfNeeded: bitCount >> UInt64(shift))) }
    compressPending()
    var digest: [UInt8] = []
    digest.reserveCapacity(32)
    for index in 0..<8 {
      for shift in stride(from: 24, through: 0, by: -8) {
        digest.append(UInt8(truncatingIfNeeded: state[index] >> UInt32(shift)))
      }
    }
    return Digest(unchecked: digest)
  }

  /// The digest of one message.
  public static func hash(_ bytes: some Sequence<UInt8>) -> Digest {
    var hasher = SHA256()
    hasher.update(bytes)
    return hasher.finalize()
  }

  private mutating func append(_ byte: UInt8) {
    pending[pendingCount] = byte
    pendingCount += 1
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
