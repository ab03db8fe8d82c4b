import Hashing

/// How a provider gets the roots of its contributions to joint seeds onto the ledger.
package protocol ContributionAnchoring: Sendable {
  /// The highest epoch that this provider has anchored; `nil` for none. The ledger takes rising epochs only.
  func latestEpoch() async throws -> UInt64?

  /// The root that the ledger has for one of this provider's epochs.
  func anchoredRoot(epoch: UInt64) async throws -> Digest?

  /// Anchors a root; returns once a committed block has it.
  func anchor(_ root: Digest, epoch: UInt64) async throws
}

/// How a requester learns what a provider has anchored.
package protocol ContributionLookup: Sendable {
  /// The root that the ledger has for a provider's epoch; `nil` for none.
  func contributionsRoot(of provider: Digest, epoch: UInt64) async throws -> Digest?
}
