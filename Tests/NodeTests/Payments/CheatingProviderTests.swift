import Hashing
import Ledger
import Receipts
import Testing

@testable import Node

/// A provider that cheats cannot take its stake away before its receipts expire.
@Suite struct CheatingProviderTests {
  static let day: UInt64 = 86_400_000

  let town: PaymentTown
  let books: ProviderBooks

  init() throws {
    town = try PaymentTown { $0.unstakingTime = 1_000 }
    books = try town.books()
  }

  /// Anchors one receipt that lives for five days, as if it lived so long.
  private func anchor(stating life: UInt64) async throws -> SignedReceipt {
    try await town.register()
    let accept = try town.accept(life: 5 * Self.day)
    let receipt = try books.enter(channel: .zero, amount: 0) { _ in try town.receipt(for: accept) }
    let batch = try #require(try books.prepareBatch(1))
    #expect(batch.latestExpiry == receipt.body.expiry)
    try await town.agent.send([
      AnchorReceipts(
        provider: town.provider.id, batch: 1, root: batch.root, count: 1, latestExpiry: town.time.now + life,
        totalMicrocredits: 0)
    ])
    return receipt
  }

  private func unstake(_ amount: UInt64) async throws -> UInt32 {
    try await town.code(of: [Unstake(amount: amount)], from: town.provider)
  }

  private func withdraw() async throws -> UInt32 {
    try await town.code(of: [WithdrawStake()], from: town.provider)
  }

  @Test func stakeStaysUntilTheLastReceiptHasExpired() async throws {
    try await town.running {
      _ = try await anchor(stating: 5 * Self.day)
      let reserve = Parameters().receiptReserve
      #expect(try await unstake(200_000_000_000) == 112)
      #expect(try await unstake(200_000_000_000 - reserve) == 0)
      for _ in 0..<4 {
        town.time.now += Self.day
        #expect(try await withdraw() == 114)
      }
      town.time.now += Self.day + 1
      #expect(try await withdraw() == 0)
      // Receipts count as open to the end of their hour.
      town.time.now += 3_600_000
      #expect(try await unstake(reserve) == 0)
    }
  }

  /// It says that its receipts live for a second, unstakes, and hopes to be gone.
  @Test func stakeThatIsUnstakedCanStillBeSlashed() async throws {
    try await town.running {
      let receipt = try await anchor(stating: 1_000)
      try books.anchored(1, height: 1)
      let place = try #require(
        try books.inclusion(of: receipt.body.requestID, chain: town.chain, provider: town.provider.id))
      #expect(try await unstake(199_000_000_000) == 0)
      let dispute = DisputeBatch(receipt: receipt, batch: 1, index: place.index, path: place.path)
      #expect(try await town.code(of: [dispute], from: town.claimant) == 0)
      let stake = try #require(try await town.ledger.get(.stake(town.agent.account)))
      #expect(stake.slashed == Parameters().fraudPenalty)
      #expect(stake.total == 200_000_000_000 - Parameters().fraudPenalty)
      #expect(try await town.code(of: [dispute], from: town.claimant) == 319)
    }
  }

  /// It closes shop with what the payer owes and what it owes itself: the receipt can still be claimed.
  @Test func aReceiptThatIsNeverAnchoredCostsStake() async throws {
    try await town.running {
      try await town.register()
      let receipt = try town.receipt(for: try town.accept())
      town.time.now += Parameters().anchorWindow + 1
      #expect(try await town.code(of: [ClaimUnanchored(receipt: receipt)], from: town.claimant) == 0)
      town.time.now += Parameters().claimWindow + 1
      let claim = Claim.id(.unanchored, receipt.hash)
      #expect(try await town.code(of: [ResolveClaim(claim: claim)], from: town.claimant) == 0)
      #expect(try await town.ledger.get(.claim(claim))?.state == .upheld)
      #expect(try await town.ledger.get(.stake(town.agent.account))?.slashed == Parameters().claimPenalty)
    }
  }
}
