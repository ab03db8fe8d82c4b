import Hashing

/// The Merkle tree over a file's chunks, every level kept, so that the path of any chunk is a few look-ups.
struct ChunkTree: Sendable, Equatable {
  /// Leaves first, the root alone last. Pairs are joined, an odd one goes up as it is (the shape of RFC 6962).
  private let levels: [[Digest]]

  /// - Precondition: at least one leaf.
  /// - Complexity: O(leaves) node hashes.
  init(_ leaves: [Digest]) {
    precondition(!leaves.isEmpty, "a file has a chunk")
    var levels = [leaves]
    while let level = levels.last, level.count > 1 {
      var next: [Digest] = []
      next.reserveCapacity((level.count + 1) / 2)
      for left in stride(from: 0, to: level.count, by: 2) {
        next.append(left + 1 < level.count ? Merkle.node(level[left], level[left + 1]) : level[left])
      }
      levels.append(next)
    }
    self.levels = levels
  }

  var leaves: [Digest] { levels[0] }
  var root: Digest { levels[levels.count - 1][0] }

  /// What proves a chunk: the other child of each node on the way from the leaf to the root, from the leaf up.
  /// - Precondition: `index` is 0..<leaves.
  func path(of index: Int) -> [Digest] {
    precondition(leaves.indices.contains(index))
    var path: [Digest] = []
    var place = index
    for level in levels.dropLast() {
      if place ^ 1 < level.count { path.append(level[place ^ 1]) }
      place >>= 1
    }
    return path
  }
}

/// A chunk as a peer sends it.
package struct ProgramChunk: Equatable, Sendable {
  package let bytes: [UInt8]
  package let path: [Digest]

  package init(bytes: [UInt8], path: [Digest]) {
    self.bytes = bytes
    self.path = path
  }

  /// The chunk's leaf, when it is chunk `index` of the file.
  /// - Returns: `nil` for a chunk of another length, place or content.
  /// - Complexity: O(bytes).
  func leaf(at index: Int, of manifest: ProgramManifest) -> Digest? {
    guard bytes.count == manifest.range(ofChunk: index).count else { return nil }
    let leaf = Merkle.leaf(bytes)
    let (place, count) = (UInt32(index), UInt32(manifest.chunkCount))
    return Merkle.verify(leaf, at: place, count: count, path: path, root: manifest.fileRoot) ? leaf : nil
  }
}
