import Hashing

/// The three hashes of the tree; each has its own tag, so that none can stand for another.
enum StateHash {
  /// `H("razao/state/leaf/1", key hash ‖ SHA-256(value))`.
  static func leaf(_ keyHash: KeyHash, valueHash: Digest) -> Digest {
    hash(leafHasher, keyHash.digest, valueHash)
  }

  /// `H("razao/state/node/1", left ‖ right)`.
  static func node(_ left: Digest, _ right: Digest) -> Digest {
    hash(nodeHasher, left, right)
  }

  private static func hash(_ tagged: SHA256, _ first: Digest, _ second: Digest) -> Digest {
    var hasher = tagged
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 64) { bytes in
      let raw = UnsafeMutableRawBufferPointer(bytes)
      first.write(to: raw)
      second.write(to: UnsafeMutableRawBufferPointer(rebasing: raw[32...]))
      hasher.update(UnsafeBufferPointer(bytes))
    }
    return hasher.finalize()
  }

  private static let leafHasher = SHA256(tag: "razao/state/leaf/1")
  private static let nodeHasher = SHA256(tag: "razao/state/node/1")
}
