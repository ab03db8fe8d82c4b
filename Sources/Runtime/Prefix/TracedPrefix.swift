import Hashing

/// The start of a sequence that was computed for an earlier answer, as that answer's trace committed it (SPEC.md,
/// section 8, cached prefix).
package struct TracedPrefix: Equatable, Sendable {
  /// Positions and the salt of their cells: all that is needed to compute a prefix's root again.
  package struct Claim: Equatable, Sendable {
    /// Fewer than the prompt's.
    package var length: Int
    /// The salt of the earlier answer's trace.
    package var salt: Digest

    package init(length: Int, salt: Digest) {
      self.length = length
      self.salt = salt
    }
  }

  /// The salt of the earlier answer's trace.
  package let salt: Digest
  /// Root of each position's cells under that salt.
  package private(set) var tokenRoots: [Digest]

  init(salt: Digest, tokenRoots: [Digest] = []) {
    self.salt = salt
    self.tokenRoots = tokenRoots
  }

  /// Positions.
  package var length: Int { tokenRoots.count }
  /// The cached prefix root of a receipt: M over the token roots.
  package var root: Digest { Merkle.root(of: tokenRoots) }

  mutating func append(_ root: Digest) {
    tokenRoots.append(root)
  }
}
