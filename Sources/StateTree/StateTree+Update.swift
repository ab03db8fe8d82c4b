import Hashing

/// What becomes of one key.
package struct StateChange: Sendable, Equatable {
  package let key: [UInt8]
  /// The new value; nil removes the key.
  package let value: [UInt8]?

  package init(key: [UInt8], value: [UInt8]?) {
    self.key = key
    self.value = value
  }
}

/// A change with its place in the tree.
struct StateEdit {
  let keyHash: KeyHash
  /// What stands there afterwards.
  let leaf: StateLeaf?

  var placed: PlacedLeaf? { leaf.map { PlacedLeaf($0) } }
}

extension StateTree {
  /// Inserts, replaces and removes keys in one pass; removing what is not there changes nothing. Of several changes of
  /// one key the last counts, otherwise their order does not matter.
  /// - Complexity: O(changes · log count); every branch on a changed path is hashed once.
  package mutating func apply(_ changes: [StateChange]) {
    apply(
      changes.map { change in
        let keyHash = KeyHash(of: change.key)
        return StateEdit(
          keyHash: keyHash, leaf: change.value.map { StateLeaf(keyHash: keyHash, key: change.key, value: $0) })
      })
  }

  /// The tree with changes applied; this one stays as it is.
  package func applying(_ changes: [StateChange]) -> StateTree {
    var tree = self
    tree.apply(changes)
    return tree
  }

  mutating func apply(_ edits: [StateEdit]) {
    let order = edits.indices.sorted {
      edits[$0].keyHash == edits[$1].keyHash ? $0 < $1 : edits[$0].keyHash < edits[$1].keyHash
    }
    var sorted: [StateEdit] = []
    sorted.reserveCapacity(edits.count)
    for index in order {
      if sorted.last?.keyHash == edits[index].keyHash { sorted.removeLast() }
      sorted.append(edits[index])
    }
    var (count, top) = (self.count, self.top)
    sorted.withUnsafeBufferPointer { top = top.updated(with: $0, depth: 0, count: &count) }
    (self.count, self.top) = (count, top)
  }
}

extension StateNode {
  /// This subtree after edits in order of key hash, all equal in the first `depth` bits.
  fileprivate func updated(with edits: UnsafeBufferPointer<StateEdit>, depth: Int, count: inout Int) -> StateNode {
    guard !edits.isEmpty else { return self }
    switch self {
    case .empty:
      return Self.building(edits.compactMap(\.placed), depth: depth, count: &count)
    case .leaf(let leaf):
      count -= 1
      return Self.building(Self.merge(leaf, with: edits), depth: depth, count: &count)
    case .branch(let branch):
      let middle = edits.firstIndex(partedBy: { $0.keyHash.goesRight(at: depth) })
      let (first, second) = (edits[..<middle], edits[middle...])
      return .joining(
        branch.left.updated(with: UnsafeBufferPointer(rebasing: first), depth: depth + 1, count: &count),
        branch.right.updated(with: UnsafeBufferPointer(rebasing: second), depth: depth + 1, count: &count))
    }
  }

  private static func building(_ leaves: [PlacedLeaf], depth: Int, count: inout Int) -> StateNode {
    count += leaves.count
    return leaves.withUnsafeBufferPointer { building($0, depth: depth) }
  }

  /// The leaves after edits where one leaf stood: it stays unless an edit has its place.
  private static func merge(_ leaf: StateLeaf, with edits: UnsafeBufferPointer<StateEdit>) -> [PlacedLeaf] {
    let place = edits.firstIndex(partedBy: { $0.keyHash >= leaf.keyHash })
    var leaves = edits[..<place].compactMap(\.placed)
    if place == edits.count || edits[place].keyHash != leaf.keyHash { leaves.append(PlacedLeaf(leaf)) }
    leaves += edits[place...].compactMap(\.placed)
    return leaves
  }
}
