import Hashing

/// Builds a tree from all its keys at once, as a store reads them; every hash is worked out anew.
package struct StateTreeBuilder: Sendable {
  private var leaves: ContiguousArray<PlacedLeaf> = []
  private var isSorted = true

  package init() {}

  /// Takes a key. Keys that come in order of key hash need no sorting later.
  package mutating func append(key: [UInt8], value: [UInt8]) {
    let leaf = PlacedLeaf(StateLeaf(keyHash: KeyHash(of: key), key: key, value: value))
    if isSorted, let last = leaves.last, last.keyHash >= leaf.keyHash { isSorted = false }
    leaves.append(leaf)
  }

  /// Takes all keys of another builder, which may have been filled by another thread.
  package mutating func append(_ other: StateTreeBuilder) {
    leaves += other.leaves
    isSorted = false
  }

  /// The tree of all keys taken.
  /// - Returns: nil when a key came twice.
  /// - Complexity: one hash for each branch, and O(count · log count) comparisons unless the keys came in order.
  package consuming func finish() -> StateTree? {
    if !isSorted { leaves = Self.sorted(leaves) }
    let isRising = leaves.withUnsafeBufferPointer { leaves in
      leaves.indices.dropFirst().allSatisfy { leaves[$0 - 1].keyHash < leaves[$0].keyHash }
    }
    guard isRising else { return nil }
    return StateTree(top: leaves.withUnsafeBufferPointer { StateNode.building($0, depth: 0) }, count: leaves.count)
  }

  /// Sorts numbers instead of leaves, by the first 64 bits wherever these tell.
  private static func sorted(_ leaves: ContiguousArray<PlacedLeaf>) -> ContiguousArray<PlacedLeaf> {
    leaves.withUnsafeBufferPointer { leaves in
      var places = leaves.indices.map { (prefix: leaves[$0].keyHash.prefix, index: UInt32(truncatingIfNeeded: $0)) }
      places.sort { left, right in
        guard left.prefix == right.prefix else { return left.prefix < right.prefix }
        return leaves[Int(left.index)].keyHash < leaves[Int(right.index)].keyHash
      }
      return ContiguousArray(places.map { leaves[Int($0.index)] })
    }
  }
}
