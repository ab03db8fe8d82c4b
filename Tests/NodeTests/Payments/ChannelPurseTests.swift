import Hashing
import Ledger
import Receipts
import Testing

@testable import Node

/// What a payer signs for.
@Suite struct ChannelPurseTests {
  let town: PaymentTown

  init() throws { town = try PaymentTown() }

  private func opened(
    deposit: UInt64 = 1_000, _ body: (ChannelPurse) async throws -> Void
  ) async throws {
    try await town.running {
      try await town.register()
      try await body(try town.purse(deposit: deposit))
    }
  }

  private func begin(
    _ purse: ChannelPurse, _ id: RequestID, most: UInt64 = .max, receipt: SignedReceipt? = nil
  ) async throws -> Digest {
    try await purse.begin(id, provider: town.provider.id, most: most) { receipt?.body.requestID == $0 ? receipt : nil }
  }

  private func receipt(_ id: RequestID, _ channel: Digest, _ amount: UInt64, owed: UInt64) throws -> SignedReceipt {
    try town.receipt(for: try town.accept(id, channel: channel), amount: amount, owed: owed)
  }

  @Test func itOpensOneChannelHoweverManyBegin() async throws {
    try await opened { purse in
      let channels = try await withThrowingTaskGroup(of: Digest.self) { group in
        for _ in 0..<8 { group.addTask { try await begin(purse, .random()) } }
        return try await group.reduce(into: Set<Digest>()) { $0.insert($1) }
      }
      let channel = try #require(channels.first)
      #expect(channels.count == 1)
      #expect(try await town.ledger.get(.channel(channel))?.deposit == 1_000)
      #expect(try await town.credit(of: purse.account) == 999_999_000)
    }
  }

  @Test func aJobIsOwedForOnce() async throws {
    try await opened { purse in
      let (id, provider) = (RequestID.random(), town.provider.id)
      let channel = try await begin(purse, id)
      for (amount, sum) in [(10, 10), (25, 25), (20, 25)] {
        let voucher = try await purse.pay(
          checkpoint: UInt64(amount), of: id, provider: provider, reference: .random())
        #expect(voucher.isSigned && voucher.body.channel == channel && voucher.body.cumulative == UInt64(sum))
      }
      let receipt = try receipt(id, channel, 30, owed: 30)
      let voucher = try await purse.pay(receipt)
      #expect(voucher.body.cumulative == 30 && voucher.body.reference == receipt.hash && voucher.isSigned)
      // Neither a checkpoint that comes late nor the receipt once more.
      await #expect(throws: PurseError.self) {
        try await purse.pay(checkpoint: 90, of: id, provider: provider, reference: .random())
      }
      await #expect(throws: PurseError.self) { try await purse.pay(receipt) }
      let next = RequestID.random()
      #expect(try await begin(purse, next) == channel)
      #expect(try await purse.pay(try self.receipt(next, channel, 5, owed: 35)).body.cumulative == 35)
    }
  }

  @Test func aProviderThatClaimsTooMuchIsAbandoned() async throws {
    try await opened { purse in
      let (id, next) = (RequestID.random(), RequestID.random())
      let channel = try await begin(purse, id)
      await #expect(throws: PurseError.overclaimed(claimed: 31, owed: 30)) {
        try await purse.pay(try receipt(id, channel, 30, owed: 31))
      }
      let other = try await begin(purse, next)
      #expect(other != channel)
      #expect(try await purse.pay(try receipt(next, other, 5, owed: 5)).body.cumulative == 5)
    }
  }

  /// What the provider finished first may be looked at last.
  @Test func receiptsOfAnswersAtOnceComeInAnyOrder() async throws {
    try await opened { purse in
      let (first, second) = (RequestID.random(), RequestID.random())
      let channel = try await begin(purse, first)
      #expect(try await begin(purse, second) == channel)
      let later = try await purse.pay(try receipt(second, channel, 20, owed: 30))
      #expect(later.body.cumulative == 20)
      let earlier = try await purse.pay(try receipt(first, channel, 10, owed: 10))
      #expect(earlier.body.cumulative == 30)
    }
  }

  @Test func aReceiptOfAnotherChannel() async throws {
    try await opened { purse in
      let id = RequestID.random()
      _ = try await begin(purse, id)
      await #expect(throws: PurseError.self) { try await purse.pay(try receipt(id, .random(), 30, owed: 30)) }
    }
  }

  @Test func aChannelThatRunsLowIsToppedUp() async throws {
    try await opened { purse in
      let (id, next) = (RequestID.random(), RequestID.random())
      let channel = try await begin(purse, id)
      _ = try await purse.pay(try receipt(id, channel, 950, owed: 950))
      #expect(try await begin(purse, next) == channel)
      #expect(try await town.ledger.get(.channel(channel))?.deposit == 2_000)
      #expect(try await purse.pay(try receipt(next, channel, 900, owed: 1_850)).body.cumulative == 1_850)
    }
  }

  /// The provider gives the rest back, and takes no payment from there any more.
  @Test func aChannelThatTheProviderHasClosedIsReplaced() async throws {
    try await opened { purse in
      let channel = try await begin(purse, .random())
      #expect(try await town.code(of: [CloseChannel(channel: channel)], from: town.provider) == 0)
      await purse.doubt(channel)
      #expect(try await begin(purse, .random()) != channel)
    }
  }

  @Test func withoutCreditsThereIsNoChannel() async throws {
    try await opened(deposit: 2_000_000_000) { purse in
      await #expect(throws: PurseError.self) { try await begin(purse, .random()) }
      let left = try await town.credit(of: purse.account)
      #expect(left == 1_000_000_000)
    }
  }
}
