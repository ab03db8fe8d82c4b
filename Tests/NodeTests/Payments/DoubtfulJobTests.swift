import Hashing
import Receipts
import Testing

@testable import Node

/// Jobs whose end the payer has not seen.
@Suite struct DoubtfulJobTests {
  let town: PaymentTown
  let id = RequestID.random()
  let next = RequestID.random()

  init() throws { town = try PaymentTown() }

  private func begin(
    _ purse: ChannelPurse, _ id: RequestID, most: UInt64 = .max, receipt: SignedReceipt? = nil
  ) async throws -> Digest {
    try await purse.begin(id, provider: town.provider.id, most: most) { receipt?.body.requestID == $0 ? receipt : nil }
  }

  private func receipt(_ id: RequestID, _ channel: Digest, _ amount: UInt64, owed: UInt64) throws -> SignedReceipt {
    try town.receipt(for: try town.accept(id, channel: channel), amount: amount, owed: owed)
  }

  /// A process that has paid a checkpoint and is gone.
  private func brokenOff(most: UInt64 = .max) async throws -> Digest {
    let purse = try town.purse()
    let channel = try await begin(purse, id, most: most)
    let voucher = try await purse.pay(checkpoint: 10, of: id, provider: town.provider.id, reference: .random())
    #expect(voucher.body.cumulative == 10)
    return channel
  }

  @Test func aReopenedPurseGoesOnWhereItWas() async throws {
    try await town.running {
      try await town.register()
      let channel = try await brokenOff()
      let purse = try town.purse()
      let broken = try receipt(id, channel, 25, owed: 25)
      #expect(try await begin(purse, next, receipt: broken) == channel)
      #expect(try await purse.pay(try receipt(next, channel, 5, owed: 30)).body.cumulative == 30)
    }
  }

  @Test func jobsThatBeginAtOnceSettleADoubtOnce() async throws {
    try await town.running {
      try await town.register()
      let channel = try await brokenOff()
      let purse = try town.purse()
      let broken = try receipt(id, channel, 25, owed: 25)
      let jobs = (0..<6).map { _ in RequestID.random() }
      try await withThrowingTaskGroup(of: Void.self) { group in
        for job in jobs {
          group.addTask {
            _ = try await purse.begin(job, provider: town.provider.id) { asked in
              try? await Task.sleep(for: .milliseconds(20))
              return asked == broken.body.requestID ? broken : nil
            }
          }
        }
        try await group.waitForAll()
      }
      for job in jobs.dropFirst() { await purse.leave(job) }
      let voucher = try await purse.pay(try receipt(jobs[0], channel, 5, owed: 99))
      #expect(voucher.body.cumulative == 30)
    }
  }

  @Test func aReceiptThatIsNotThereYet() async throws {
    try await town.running {
      try await town.register()
      let channel = try await brokenOff()
      let purse = try town.purse()
      _ = try await begin(purse, next)
      // The provider counts the broken-off answer already; no more is signed than is known to be owed.
      #expect(try await purse.pay(try receipt(next, channel, 5, owed: 30)).body.cumulative == 15)
      let last = RequestID.random()
      #expect(try await begin(purse, last, receipt: try receipt(id, channel, 25, owed: 25)) == channel)
      #expect(try await purse.pay(try receipt(last, channel, 1, owed: 31)).body.cumulative == 31)
    }
  }

  @Test func aReceiptThatNeverComesIsNotWaitedForForEver() async throws {
    try await town.running {
      try await town.register()
      let channel = try await brokenOff()
      let purse = try town.purse()
      for _ in 0..<3 {
        let job = RequestID.random()
        _ = try await begin(purse, job)
        await purse.leave(job)
      }
      await purse.leave(next)
      for _ in 0..<3 { _ = try await begin(purse, next) }
      await #expect(throws: PurseError.self) { try await purse.pay(try receipt(next, channel, 5, owed: 40)) }
    }
  }

  /// The connection is cut, and a receipt shown that takes the whole deposit.
  @Test func aReceiptWithoutItsAnswerTakesNoMoreThanTheJobCouldCost() async throws {
    try await town.running {
      try await town.register()
      let channel = try await brokenOff(most: 40)
      let purse = try town.purse()
      #expect(try await begin(purse, next, receipt: try receipt(id, channel, 900_000, owed: 900_000)) == channel)
      await #expect(throws: PurseError.overclaimed(claimed: 900_005, owed: 45)) {
        try await purse.pay(try receipt(next, channel, 5, owed: 900_005))
      }
    }
  }

  @Test func aReceiptOfAnotherProviderOrChannelSettlesNothing() async throws {
    try await town.running {
      try await town.register()
      let channel = try await brokenOff()
      let purse = try town.purse()
      let foreign = try town.claimant.key.sign(try receipt(id, channel, 25, owed: 25).body)
      _ = try await begin(purse, next, receipt: foreign)
      #expect(try await purse.pay(try receipt(next, channel, 5, owed: 30)).body.cumulative == 15)
    }
  }

  @Test func twoProcessesNeverPayFromOnePurse() async throws {
    let purse = try town.purse()
    #expect(throws: PurseError.busy) {
      try ChannelPurse(home: town.folder.path + "/purse", client: town.ledger, patience: .zero)
    }
    withExtendedLifetime(purse) {}
  }
}
