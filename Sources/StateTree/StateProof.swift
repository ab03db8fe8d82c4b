import Hashing

/// Shows the value of a key under a root, or that the key has none, to anyone who knows the root.
///
/// **Soundness.** The siblings fix, together with the terminal, the hash of everything on the key's path. Whoever makes
/// a proof of two values (or of a value and of absence) under one root has found a collision of SHA-256. The root itself
/// must come from somewhere the reader trusts; a proof says nothing about how old it is.
package struct StateProof: Equatable, Sendable {
  /// What stands at the end of a key's path.
  package enum Terminal: Equatable, Sendable {
    /// Nothing: the key has no value.
    case empty
    /// The key itself and its value.
    case leaf(key: [UInt8], value: [UInt8])
    /// Another key, whose hash begins as the path does: the key that was asked for has no value.
    case otherLeaf(keyHash: Digest, valueHash: Digest)
  }

  /// Hashes beside the path, from the root down; `Digest.zero` where there is no key. At most 256.
  package let siblings: [Digest]
  package let terminal: Terminal

  /// Fails unless the proof shows that under `root` the key has this value, or none where `value` is nil.
  /// - Complexity: at most 256 hashes; no input can trap it.
  package func verify(root: Digest, key: [UInt8], value: [UInt8]?) throws(StateProofError) {
    let proven = try provenValue(root: root, key: key)
    guard proven == value else {
      switch (proven, value) {
      case (nil, _): throw .keyIsAbsent
      case (_, nil): throw .keyIsPresent
      default: throw .otherValue
      }
    }
  }

  /// The value that the proof shows the key to have under `root`; nil when it shows that there is none.
  /// - Throws: `StateProofError` when it shows neither.
  package func provenValue(root: Digest, key: [UInt8]) throws(StateProofError) -> [UInt8]? {
    if case .leaf(let proven, _) = terminal, proven != key { throw .otherKey }
    return try provenValue(root: root, keyHash: KeyHash(of: key))
  }

  func provenValue(root: Digest, keyHash: KeyHash) throws(StateProofError) -> [UInt8]? {
    guard siblings.count <= KeyHash.bitCount else { throw .tooDeep }
    // A single key is not split from nothing: such a tree does not exist.
    if siblings.last == .zero { throw .notCompact }
    var hash = try terminalHash(keyHash)
    for depth in siblings.indices.reversed() {
      let sibling = siblings[depth]
      hash = keyHash.goesRight(at: depth) ? StateHash.node(sibling, hash) : StateHash.node(hash, sibling)
    }
    guard hash == root else { throw .otherRoot }
    guard case .leaf(_, let value) = terminal else { return nil }
    return value
  }

  private func terminalHash(_ keyHash: KeyHash) throws(StateProofError) -> Digest {
    switch terminal {
    case .empty: return .zero
    case .leaf(_, let value): return StateHash.leaf(keyHash, valueHash: SHA256.hash(value))
    case .otherLeaf(let other, let valueHash):
      let other = KeyHash(other)
      guard other != keyHash else { throw .keyIsPresent }
      guard other.commonPrefix(with: keyHash) >= siblings.count else { throw .otherPath }
      return StateHash.leaf(other, valueHash: valueHash)
    }
  }
}

extension StateTree {
  /// Shows the value of a key, or that it has none.
  /// - Complexity: O(log count) for random keys; hashes the key, and for a proof of absence one value.
  package func proof(of key: [UInt8]) -> StateProof {
    proof(at: KeyHash(of: key))
  }

  func proof(at keyHash: KeyHash) -> StateProof {
    var node = top
    var siblings: [Digest] = []
    while case .branch(let branch) = node {
      let goesRight = keyHash.goesRight(at: siblings.count)
      siblings.append(goesRight ? branch.left.hash : branch.right.hash)
      node = goesRight ? branch.right : branch.left
    }
    guard case .leaf(let leaf) = node else { return StateProof(siblings: siblings, terminal: .empty) }
    guard leaf.keyHash == keyHash else {
      return StateProof(
        siblings: siblings,
        terminal: .otherLeaf(keyHash: leaf.keyHash.digest, valueHash: SHA256.hash(leaf.value)))
    }
    return StateProof(siblings: siblings, terminal: .leaf(key: leaf.key, value: leaf.value))
  }
}
