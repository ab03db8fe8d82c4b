import Hashing

/// All that a light client needs of one height: the header, the commit that decided it, and the set that signed.
///
/// Nothing in it is believed because it is here; `LightVerifier` says what follows from what.
package struct LightBlock: Hashable, Sendable {
  package var header: Header
  package var commit: Commit
  package var validators: ValidatorSet

  package init(header: Header, commit: Commit, validators: ValidatorSet) {
    self.header = header
    self.commit = commit
    self.validators = validators
  }

  package var height: UInt64 { header.height }
}

/// A root of the application's state and the height after whose block it held.
package struct StateRoot: Hashable, Sendable {
  /// One below the header's in which the root stands; 0 is the state of the genesis.
  package let height: UInt64
  /// What state proofs lead to.
  package let root: Digest

  /// The state root that a header carries. Believe it as far as the header.
  /// - Returns: `nil` when the application's hash has not 32 bytes, as the ledger's has.
  package init?(in header: Header) {
    guard header.height > 0, let root = Digest(header.appHash) else { return nil }
    self.height = header.height - 1
    self.root = root
  }

  /// The height of the header that proves the state after block `height`.
  /// - Returns: `nil` above the last height there can be.
  package static func headerHeight(forStateAt height: UInt64) -> UInt64? {
    height < UInt64(Int64.max) ? height + 1 : nil
  }
}
