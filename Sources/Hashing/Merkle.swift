/// Merkle trees over hashes (SPEC.md, section 1): the shape of RFC 6962, leaves and nodes told apart by a prefix byte.
public enum Merkle {
  /// Columns or bytes of one chunk where long content is hashed as a subtree.
  public static let chunkSize = 16_384

  /// `leaf(m) = SHA-256(0x00 ‖ m)`.
  public static func leaf(_ message: some Sequence<UInt8>) -> Digest {
    var hasher = leafHasher()
    hasher.update(message)
    return hasher.finalize()
  }

  /// A hasher that has absorbed the leaf prefix.
  public static func leafHasher() -> SHA256 {
    var hasher = SHA256()
    hasher.update(littleEndian: UInt8(0))
    return hasher
  }

  /// `node(a, b) = SHA-256(0x01 ‖ a ‖ b)`.
  public static func node(_ left: Digest, _ right: Digest) -> Digest {
    var hasher = SHA256()
    hasher.update(littleEndian: UInt8(1))
    hasher.update(left)
    hasher.update(right)
    return hasher.finalize()
  }

  /// `M(hashes)`: zero for none, the hash itself for one.
  /// - Complexity: O(hashes) node hashes, recursion of depth log₂.
  public static func root(of hashes: some Collection<Digest>) -> Digest {
    var accumulator = MerkleAccumulator()
    for hash in hashes { accumulator.append(hash) }
    return accumulator.root
  }

  /// `bytesRoot(m)`: M over the leaves of 16,384-byte chunks.
  public static func bytesRoot(_ bytes: UnsafeBufferPointer<UInt8>) -> Digest {
    var accumulator = MerkleAccumulator()
    for start in stride(from: 0, to: bytes.count, by: chunkSize) {
      let end = min(start + chunkSize, bytes.count)
      accumulator.append(leaf(UnsafeBufferPointer(rebasing: bytes[start..<end])))
    }
    return accumulator.root
  }

  /// `bytesRoot(m)` of an array.
  public static func bytesRoot(_ bytes: [UInt8]) -> Digest {
    bytes.withUnsafeBufferPointer { bytesRoot($0) }
  }
}

/// A Merkle tree that grows at its end and knows its root at any time; holds O(log n) hashes.
public struct MerkleAccumulator: Sendable, Equatable {
  /// Roots of perfect subtrees, largest first, one for each bit of `count`.
  private var peaks: [Digest] = []
  /// Hashes appended so far.
  public private(set) var count = 0

  public init() {}

  /// - Complexity: O(1) node hashes amortised.
  public mutating func append(_ hash: Digest) {
    var hash = hash
    var merges = count.trailingOnes
    while merges > 0, let left = peaks.popLast() {
      hash = Merkle.node(left, hash)
      merges -= 1
    }
    peaks.append(hash)
    count += 1
  }

  /// `M` of everything appended.
  /// - Complexity: O(log n) node hashes.
  public var root: Digest {
    guard var root = peaks.last else { return .zero }
    for peak in peaks.dropLast().reversed() { root = Merkle.node(peak, root) }
    return root
  }
}

extension Int {
  fileprivate var trailingOnes: Int { (~self).trailingZeroBitCount }
}
