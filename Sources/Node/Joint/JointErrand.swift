import Hashing
import Receipts
import Synchronization

extension Errand {
  /// What the request itself is sent with to be accepted: all but the seed's secret.
  package var entrusted: EntrustedRequest { EntrustedRequest(blinds: blinds, body: question.body) }

  /// Headers and body of the request for an accept. With a joint seed the provider gets the request at once: it accepts
  /// only what it could answer even if the secret came to it through the ledger.
  func acceptMessage(_ asked: AcceptRequest) -> (headers: [(String, String)], body: [UInt8]) {
    guard seedKind == .joint else { return ([], asked.json.encoded()) }
    let header = JobHeader(requestID: requestID, blinds: blinds, seedReveal: .zero)
    return ([("razao-accept", asked.json.encoded().base64URL), ("razao-job", header.text)], question.body)
  }

  /// Checks a joint accept's contribution before the secret is revealed: a slot that an epoch has, under the root that the
  /// ledger has for it. Without that the provider could look for a contribution once it knows the secret.
  /// - Throws: `PeerError.unverified`, and whatever the lookup throws.
  package func verifyContribution(_ accept: SignedAccept, lookup: (any ContributionLookup)?) async throws {
    guard seedKind == .joint else { return }
    guard let lookup else { throw PeerError.unverified("no ledger to look the provider's contributions up in") }
    let contribution = accept.body.contribution
    guard contribution.slot < ContributionSlot.count else {
      throw PeerError.unverified("the accept names a slot that no epoch has")
    }
    let provider = accept.body.providerKey.provider
    guard let root = try await lookup.contributionsRoot(of: provider, epoch: contribution.epoch) else {
      throw PeerError.unverified("the ledger has no contributions of the provider's epoch \(contribution.epoch)")
    }
    guard root == contribution.root else {
      throw PeerError.unverified("the accept's contributions are not those that the ledger has")
    }
  }
}

/// Something that happens once.
final class Revelation: Sendable {
  private let hasHappened = Mutex(false)

  /// - Returns: `true` the first time.
  func happensNow() -> Bool {
    hasHappened.withLock { hasHappened in
      defer { hasHappened = true }
      return !hasHappened
    }
  }
}
