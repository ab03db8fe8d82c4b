import Hashing

/// A subtree. Nodes never change once made: a changed tree shares with the old one all that the change did not touch.
enum StateNode: Sendable {
  case empty
  case leaf(StateLeaf)
  case branch(StateBranch)

  /// `Digest.zero` for no key, the leaf's own hash for one, else the hash of both sides.
  var hash: Digest {
    switch self {
    case .empty: .zero
    case .leaf(let leaf): leaf.hash
    case .branch(let branch): branch.hash
    }
  }
}

/// One key and its value.
final class StateLeaf: Sendable {
  let keyHash: KeyHash
  let key: [UInt8]
  let value: [UInt8]
  let hash: Digest

  init(keyHash: KeyHash, key: [UInt8], value: [UInt8]) {
    self.keyHash = keyHash
    self.key = key
    self.value = value
    hash = StateHash.leaf(keyHash, valueHash: SHA256.hash(value))
  }
}

/// A leaf and where it belongs, side by side: finding a place then touches no leaf.
struct PlacedLeaf: Sendable {
  let keyHash: KeyHash
  let leaf: StateLeaf

  init(_ leaf: StateLeaf) {
    keyHash = leaf.keyHash
    self.leaf = leaf
  }
}

/// Two keys or more, split by one bit. One side may be empty: then the keys part further down.
final class StateBranch: Sendable {
  let left: StateNode
  let right: StateNode
  let hash: Digest

  init(_ left: StateNode, _ right: StateNode) {
    self.left = left
    self.right = right
    hash = StateHash.node(left.hash, right.hash)
  }
}

extension StateNode {
  /// A subtree of two sides: what holds a single key is that key's leaf.
  static func joining(_ left: StateNode, _ right: StateNode) -> StateNode {
    switch (left, right) {
    case (.empty, .empty): .empty
    case (.leaf, .empty): left
    case (.empty, .leaf): right
    default: .branch(StateBranch(left, right))
    }
  }

  /// The subtree of leaves in order of key hash, all equal in the first `depth` bits.
  /// - Precondition: key hashes strictly rise.
  /// - Complexity: one hash for each branch, about 1.44 for each leaf of random keys; recursion ≤ 256.
  static func building(_ leaves: UnsafeBufferPointer<PlacedLeaf>, depth: Int) -> StateNode {
    guard leaves.count > 1 else { return leaves.first.map { .leaf($0.leaf) } ?? .empty }
    precondition(depth < KeyHash.bitCount, "two keys have one hash")
    let middle = leaves.firstIndex(partedBy: { $0.keyHash.goesRight(at: depth) })
    return .branch(
      StateBranch(
        building(UnsafeBufferPointer(rebasing: leaves[..<middle]), depth: depth + 1),
        building(UnsafeBufferPointer(rebasing: leaves[middle...]), depth: depth + 1)))
  }
}

extension UnsafeBufferPointer {
  /// The first index whose element belongs to the second part, or `count`.
  /// - Precondition: the elements of the second part follow all others.
  /// - Complexity: O(log count).
  func firstIndex(partedBy belongsToSecond: (Element) -> Bool) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if belongsToSecond(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
