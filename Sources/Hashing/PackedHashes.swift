import CKernels

extension SHA256 {
  /// Digests of many messages of one length, 32 bytes each, one after another; two at a time where the processor can.
  /// - Parameters:
  ///   - start: the messages lie `stride` bytes apart.
  ///   - length: bytes of each.
  package static func digests(of start: UnsafePointer<UInt8>, stride: Int, length: Int, count: Int) -> [UInt8] {
    precondition(length >= 0 && count >= 0)
    return [UInt8](unsafeUninitializedCapacity: 32 * count) { buffer, initialized in
      if let target = buffer.baseAddress, count > 0 { razao_sha256_messages(start, stride, length, count, target) }
      initialized = 32 * count
    }
  }
}

extension Merkle {
  /// `M` of hashes that lie one after another, 32 bytes each.
  ///
  /// Pairs are joined level by level, an odd one goes up as it is: that is the tree whose left part holds the greatest
  /// power of two.
  package static func root(ofPacked hashes: [UInt8]) -> Digest {
    precondition(hashes.count.isMultiple(of: 32))
    guard !hashes.isEmpty else { return .zero }
    var level = hashes
    while level.count > 32 {
      let pairs = level.count / 64
      var messages: [UInt8] = []
      messages.reserveCapacity(65 * pairs)
      for pair in 0..<pairs {
        messages.append(1)
        messages += level[64 * pair..<64 * (pair + 1)]
      }
      let odd = level[(64 * pairs)...]
      level = SHA256.digests(of: messages, stride: 65, length: 65, count: pairs) + odd
    }
    return Digest(unchecked: level)
  }
}
