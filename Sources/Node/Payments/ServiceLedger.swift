import Hashing
import Ledger

/// A ledger that a service works with.
package struct ServiceLedger: Sendable {
  package let client: any LedgerClient
  /// What receipts name as their network.
  package let chain: Digest

  package init(client: any LedgerClient, chain: Digest) {
    self.client = client
    self.chain = chain
  }

  /// Waits until the ledger answers, and asks it which chain it is.
  /// - Throws: `LedgerClientError` after half a minute.
  package static func open(_ client: any LedgerClient) async throws -> ServiceLedger {
    let deadline = ContinuousClock.now + .seconds(30)
    while true {
      do {
        return ServiceLedger(client: client, chain: try await client.status().chain)
      } catch {
        guard ContinuousClock.now < deadline else { throw error }
        try await Task.sleep(for: .milliseconds(300))
      }
    }
  }
}

/// What providers have anchored of joint seeds, as the ledger has it.
package struct LedgerLookup: ContributionLookup {
  private let client: any LedgerClient

  package init(client: any LedgerClient) {
    self.client = client
  }

  package func contributionsRoot(of provider: Digest, epoch: UInt64) async throws -> Digest? {
    try await client.get(.contributions(provider, epoch: epoch))?.root
  }
}

/// A provider's own contributions to joint seeds on the ledger.
struct LedgerContributions: ContributionAnchoring {
  let client: any LedgerClient
  let agent: AccountAgent
  let provider: Digest

  func latestEpoch() async throws -> UInt64? {
    guard let record = try await client.get(.provider(provider)) else { return nil }
    return record.contributionEpoch == 0 ? nil : record.contributionEpoch
  }

  func anchoredRoot(epoch: UInt64) async throws -> Digest? {
    try await client.get(.contributions(provider, epoch: epoch))?.root
  }

  func anchor(_ root: Digest, epoch: UInt64) async throws {
    try await agent.send([AnchorContributions(provider: provider, epoch: epoch, root: root)])
  }
}
