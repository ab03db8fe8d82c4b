import Hashing
import Ledger
import Logging
import Receipts
import ServiceLifecycle
import Synchronization

/// A provider's errands on the ledger: registers, anchors receipts and contributions, redeems what it was paid.
///
/// Every step can be repeated: what is on the ledger already is seen there and not sent again.
package final class ProviderLedgerService: Service {
  private let agent: AccountAgent
  private let client: any LedgerClient
  private let books: ProviderBooks
  private let identity: NodeIdentity
  private let offers: [Offer]
  private let capacity: UInt32
  private let redemptionInterval: Duration
  private let clock: WallClock
  private let logger: Logger
  private let report: @Sendable (ServiceEvent) -> Void
  private let opening = Mutex<(endpoint: String, whenRegistered: @Sendable () -> Void)?>(nil)
  private let lastFailure = Mutex<String?>(nil)

  /// - Parameter redemptionInterval: between two redemptions.
  package init(
    agent: AccountAgent, client: any LedgerClient, books: ProviderBooks, identity: NodeIdentity, offers: [Offer],
    capacity: UInt32, redemptionInterval: Duration = .seconds(10), clock: WallClock = .system, logger: Logger,
    report: @escaping @Sendable (ServiceEvent) -> Void
  ) {
    self.agent = agent
    self.client = client
    self.books = books
    self.identity = identity
    self.offers = offers
    self.capacity = capacity
    self.redemptionInterval = redemptionInterval
    self.clock = clock
    self.logger = logger
    self.report = report
  }

  /// The provider answers at `endpoint` from now on.
  /// - Parameter whenRegistered: called once, when the ledger has it: before that nobody can open a channel to it.
  package func open(endpoint: String, whenRegistered: @escaping @Sendable () -> Void) {
    opening.withLock { $0 = (endpoint, whenRegistered) }
  }

  package func run() async throws {
    await cancelWhenGracefulShutdown {
      var next = ContinuousClock.now
      var isRegistered = false
      while !Task.isCancelled {
        // Each for itself: a provider that may not register any more still anchors and redeems.
        var failures: [String] = []
        if !isRegistered, let (endpoint, whenRegistered) = self.opening.withLock({ $0 }) {
          await self.attempt(&failures) {
            try await self.register(endpoint)
            isRegistered = true
            whenRegistered()
          }
        }
        await self.attempt(&failures) { try await self.anchor() }
        if ContinuousClock.now >= next {
          await self.attempt(&failures) { try await self.redeem() }
          next = ContinuousClock.now + self.redemptionInterval
        }
        if !Task.isCancelled { self.note(failures.first) }
        try? await Task.sleep(for: .milliseconds(isRegistered ? 500 : 100))
      }
    }
    // What was finished last is anchored and redeemed before the provider goes, if the ledger is still there.
    try? await anchor()
    try? await redeem()
  }

  private func attempt(_ failures: inout [String], _ step: () async throws -> Void) async {
    do { try await step() } catch { failures.append("\(error)") }
  }

  /// Says a failure once, and when it is over.
  private func note(_ failure: String?) {
    let previous = lastFailure.withLock { last in
      defer { last = failure }
      return last
    }
    guard failure != previous else { return }
    report(.notice(failure.map { "ledger: \($0)" } ?? "ledger: all is well again"))
  }

  /// Brings the ledger's record of the provider up to date.
  private func register(_ endpoint: String) async throws {
    let certificate = taggedHash("razao/certificate/1", identity.certificate.der)
    if let record = try await client.get(.provider(identity.id)), record.endpoint == endpoint,
      record.certificate == certificate, record.offers == offers, record.capacity == capacity, !record.isRetired
    {
      return
    }
    let message = try RegisterProvider(
      endpoint: endpoint, certificate: certificate, capacity: capacity, offers: offers,
      chain: try await client.status().chain, account: agent.account, signedWith: identity.key)
    try await agent.send([message])
    report(.notice("registered on the ledger as provider \(identity.id.hex)"))
  }

  /// Puts receipts under a root and the root on the ledger, until none is left.
  private func anchor() async throws {
    guard let record = try await client.get(.provider(identity.id)) else { return }
    var number = record.batches
    if number > 0 { try await recover(number) }
    number += 1
    while let batch = try books.prepareBatch(number) {
      let place = try await agent.send([
        AnchorReceipts(
          provider: identity.id, batch: number, root: batch.root, count: batch.count,
          latestExpiry: batch.latestExpiry, totalMicrocredits: batch.total)
      ])
      try books.anchored(number, height: place.height)
      number += 1
    }
  }

  /// The ledger may hold the last batch although nobody was there to hear of it.
  /// - Throws: `LedgerClientError.unverified` for a batch that these books have not prepared.
  private func recover(_ number: UInt64) async throws {
    guard try books.isUnanchored(number), let batch = try await client.get(.batch(identity.id, number)) else { return }
    guard try books.prepareBatch(number)?.root == batch.root else {
      throw LedgerClientError.unverified("batch \(number) is not the one in these books; do two processes share a key?")
    }
    try books.anchored(number, height: batch.height)
  }

  /// Redeems every channel's vouchers; one that the ledger refuses keeps no other from being redeemed.
  private func redeem() async throws {
    var refusal: LedgerClientError?
    for channel in try books.redeemableChannels() {
      do { try await redeem(channel) } catch let error as LedgerClientError {
        guard case .refused = error else { throw error }
        refusal = error
      }
    }
    if let refusal { throw refusal }
  }

  private func redeem(_ channel: Digest) async throws {
    while let redemption = try books.redemption(channel) { try await redeem(redemption) }
    // A payer that has closed, and let half of the time pass, sends no better voucher than that of its last checkpoint.
    guard try books.promised(channel) > books.covered(channel),
      let record = try await client.get(.channel(channel)), record.closesAt > 0,
      clock.now().addingSaturating(try await agent.currentParameters().closePeriod / 2) >= record.closesAt,
      let last = try books.lastRedemption(channel, redeemed: record.redeemed)
    else { return }
    try await redeem(last)
  }

  private func redeem(_ redemption: Redemption) async throws {
    let voucher = try SignedVoucher(decoding: redemption.voucher)
    if try await isRedeemed(redemption.channel, upTo: voucher.body.cumulative) == false {
      try await agent.send([
        RedeemVoucher(
          voucher: voucher,
          lines: redemption.lines.map { .init(receipt: $0.receipt, program: $0.program, microcredits: $0.amount) })
      ])
    }
    try books.redeemed(redemption.lines.map(\.receipt))
  }

  /// Whether the ledger has paid out so much already; then only the note of it was lost.
  private func isRedeemed(_ channel: Digest, upTo cumulative: UInt64) async throws -> Bool {
    guard let record = try await client.get(.channel(channel)) else { return true }
    return record.redeemed >= cumulative
  }
}
