extension Merkle {
  /// Most hashes of an inclusion path: one for each level of a tree over 2^32 hashes.
  public static let pathLimit = 32

  /// The inclusion path of one hash under `M` of them all (RFC 9162, 2.1.3.1): the siblings from the hash up.
  /// - Returns: `nil` when there is no hash at the index.
  /// - Complexity: O(hashes) node hashes.
  public static func path(to index: Int, of hashes: [Digest]) -> [Digest]? {
    guard hashes.indices.contains(index) else { return nil }
    var path: [Digest] = []
    var (place, level) = (index, hashes)
    while level.count > 1 {
      let sibling = place ^ 1
      if sibling < level.count { path.append(level[sibling]) }
      level = stride(from: 0, to: level.count, by: 2).map { start in
        start + 1 < level.count ? node(level[start], level[start + 1]) : level[start]
      }
      place /= 2
    }
    return path
  }

  /// How many hashes the path of an index has in a tree over `count` hashes; `nil` when the tree has no such index.
  public static func pathCount(of index: UInt32, count: UInt32) -> Int? {
    guard index < count else { return nil }
    var (place, last, steps) = (index, count - 1, 0)
    while last > 0 {
      if place & 1 == 1 || place < last { steps += 1 }
      (place, last) = (place >> 1, last >> 1)
    }
    return steps
  }

  /// The root to which a path leads from the hash at an index of a tree over `count` hashes (RFC 9162, 2.1.3.2).
  /// - Returns: `nil` unless there is such an index and the path has exactly its length.
  /// - Complexity: O(log count) node hashes, whatever the path's length.
  public static func root(from hash: Digest, at index: UInt32, count: UInt32, path: [Digest]) -> Digest? {
    guard path.count == pathCount(of: index, count: count) else { return nil }
    var (root, place, last) = (hash, index, count - 1)
    for sibling in path {
      // An odd last node goes up as it is.
      while last > 0, place & 1 == 0, place == last { (place, last) = (place >> 1, last >> 1) }
      root = place & 1 == 1 ? node(sibling, root) : node(root, sibling)
      (place, last) = (place >> 1, last >> 1)
    }
    return root
  }

  /// Whether a path shows that the hash stands at the index of the tree over `count` hashes with this root.
  ///
  /// *Soundness.* The count is part of the statement: a path of one tree may lead to the root of another of a different
  /// count, so whoever checks must know the count from where the root comes from.
  public static func verify(
    _ hash: Digest, at index: UInt32, count: UInt32, path: [Digest], root: Digest
  ) -> Bool {
    Merkle.root(from: hash, at: index, count: count, path: path) == root
  }
}
