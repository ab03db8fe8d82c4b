import Hashing

/// What a prefix cache holds of a sequence: whole blocks of its first positions, all of one earlier answer.
package struct PrefixHit: Sendable {
  /// The tokens of these positions.
  package let tokens: [UInt32]
  /// Token roots of all positions of the earlier answer's trace: with them its owner proves that the prefix is part
  /// of it.
  package let originTokenRoots: [Digest]
  /// The salt of the earlier answer's trace.
  package let salt: Digest
  /// What the earlier answer was inserted with: whose it is.
  package let owner: [UInt8]
  let blocks: [CacheBlock]

  /// Positions, a multiple of 64.
  package var length: Int { tokens.count }
  /// The cached prefix root of a receipt.
  package var root: Digest { traced.root }

  var traced: TracedPrefix {
    TracedPrefix(salt: salt, tokenRoots: Array(originTokenRoots.prefix(length)))
  }
}
