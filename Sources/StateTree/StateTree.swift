import Hashing

/// A map of byte keys to byte values whose root names exactly what is in it, whatever was inserted or removed before.
///
/// A compact binary trie over the 256 bits of a key's hash: a subtree without keys is `Digest.zero`, one with a single
/// key is that key's leaf, any other is the hash of its two sides.
///
/// Nodes are shared and never change. A copy of the tree costs one reference and keeps what it held, so queries and
/// proofs read the last block while the next one is worked out, and giving up a block means dropping a value; a change
/// makes new nodes on the paths to its keys alone.
package struct StateTree: Sendable {
  var top: StateNode
  /// Keys in the tree.
  package internal(set) var count: Int

  /// The tree without keys.
  package init() {
    (top, count) = (.empty, 0)
  }

  init(top: StateNode, count: Int) {
    (self.top, self.count) = (top, count)
  }

  /// Names the content: `Digest.zero` when there is none.
  package var root: Digest { top.hash }

  /// The value of a key, if it has one.
  /// - Complexity: one hash and O(log count) steps for random keys, at most 256.
  package subscript(key: [UInt8]) -> [UInt8]? {
    leaf(at: KeyHash(of: key))?.value
  }

  /// `H("razao/state/key/1", key)`: the order in which `visit` goes.
  package static func keyHash(of key: [UInt8]) -> Digest {
    KeyHash(of: key).digest
  }

  /// Visits every key and value in order of key hash, until `body` throws.
  package func visit<Failure: Error>(
    _ body: (_ keyHash: Digest, _ key: [UInt8], _ value: [UInt8]) throws(Failure) -> Void
  ) throws(Failure) {
    var pending = [top]
    while let node = pending.popLast() {
      switch node {
      case .empty: break
      case .leaf(let leaf): try body(leaf.keyHash.digest, leaf.key, leaf.value)
      case .branch(let branch): pending += [branch.right, branch.left]
      }
    }
  }

  func leaf(at keyHash: KeyHash) -> StateLeaf? {
    var node = top
    var depth = 0
    while case .branch(let branch) = node {
      node = keyHash.goesRight(at: depth) ? branch.right : branch.left
      depth += 1
    }
    guard case .leaf(let leaf) = node, leaf.keyHash == keyHash else { return nil }
    return leaf
  }
}
