/// Bytes as a dictionary key: equal when the bytes are, whatever Unicode says about them.
struct ByteKey: Hashable {
  let bytes: ArraySlice<UInt8>

  static func == (left: ByteKey, right: ByteKey) -> Bool { left.bytes.elementsEqual(right.bytes) }

  func hash(into hasher: inout Hasher) {
    bytes.withUnsafeBytes { hasher.combine(bytes: $0) }
  }
}

/// Finds pieces by their bytes. Where two pieces have the same bytes the lower identifier is found.
///
/// Open addressing with linear probing. The hash is the runtime's, seeded anew in every process, so that no
/// vocabulary can be made to collide; what is found does not depend on it.
struct PieceIndex: Sendable {
  private let pieces: [[UInt8]]
  /// 0 where empty, otherwise the hash's upper half, and the identifier plus 1 below it.
  private var slots: [UInt64]
  private let mask: Int
  /// Longer slices are no pieces; spares hashing them.
  private var maximumByteCount = 0

  /// - Parameter isIncluded: whether merging may form a piece of this kind.
  init(pieces: [[UInt8]], kinds: [TokenKind], isIncluded: (TokenKind) -> Bool) {
    self.pieces = pieces
    var slotCount = 16
    while slotCount < 2 * pieces.count { slotCount *= 2 }
    mask = slotCount - 1
    slots = [UInt64](repeating: 0, count: slotCount)
    for (id, piece) in pieces.enumerated() where isIncluded(kinds[id]) && !piece.isEmpty {
      let (slot, isFound, upperHalf) = search(piece[...])
      guard !isFound else { continue }
      slots[slot] = upperHalf | UInt64(id + 1)
      maximumByteCount = max(maximumByteCount, piece.count)
    }
  }

  subscript(bytes: ArraySlice<UInt8>) -> UInt32? {
    guard bytes.count <= maximumByteCount, !bytes.isEmpty else { return nil }
    let (slot, isFound, _) = search(bytes)
    return isFound ? UInt32(slots[slot] & 0xFFFF_FFFF) - 1 : nil
  }

  /// The slot that holds the bytes' piece, or the empty one where it would stand.
  private func search(_ bytes: ArraySlice<UInt8>) -> (slot: Int, isFound: Bool, upperHalf: UInt64) {
    var hasher = Hasher()
    bytes.withUnsafeBytes { hasher.combine(bytes: $0) }
    let hash = UInt64(truncatingIfNeeded: hasher.finalize())
    let upperHalf = hash & 0xFFFF_FFFF_0000_0000
    var slot = Int(truncatingIfNeeded: hash) & mask
    while slots[slot] != 0 {
      let isCandidate = slots[slot] & 0xFFFF_FFFF_0000_0000 == upperHalf
      if isCandidate, pieces[Int(slots[slot] & 0xFFFF_FFFF) - 1][...] == bytes { return (slot, true, upperHalf) }
      slot = (slot + 1) & mask
    }
    return (slot, false, upperHalf)
  }
}
