import Hashing
import Receipts
import Testing

@testable import Ledger

@Suite struct AnchorTests {
  @Test func anchorReceipts() throws {
    var world = try InferenceChain()
    let receipts = [try world.receipt(), try world.receipt(Answer(drawn: 2, life: 172_800_000))]
    let good = try world.anchor(receipts)
    let latest = world.next + Parameters().receiptLifetime
    try world.expect(
      Row("no provider", edited(good) { $0.provider = .zero }, by: "owner", .unknownProvider),
      Row("another's provider", good, by: "rival", .notOwner),
      Row("batch 0", edited(good) { $0.batch = 0 }, by: "owner", .batchOutOfOrder),
      Row("a gap", edited(good) { $0.batch = 2 }, by: "owner", .batchOutOfOrder),
      Row("empty", edited(good) { $0.count = 0 }, by: "owner", .badBatchCount),
      Row("too many", edited(good) { $0.count = 1_048_577 }, by: "owner", .badBatchCount),
      Row("a life too long", edited(good) { $0.latestExpiry = latest + 6_001 }, by: "owner", .farExpiry),
      Row("more than the stake bears", edited(good) { $0.count = 1_000_001 }, by: "owner", .exposed),
      Row("good", good, by: "owner"),
      Row("replayed", good, by: "owner", .batchOutOfOrder),
      Row("a gap", edited(good) { $0.batch = 3 }, by: "owner", .batchOutOfOrder),
      Row(
        "the next, as late as allowed", edited(good) { ($0.batch, $0.latestExpiry) = (2, latest + 11_000) },
        by: "owner"))
    let batch = try #require(world.chain.record(.batch(world.provider(), 1)))
    #expect(batch.root == good.root && batch.count == 2 && batch.amount == 2_000 && !batch.isRefuted)
    #expect(batch.height == 10 && batch.time == InferenceChain.start + 10_000)
    #expect(try world.record().batches == 2)
  }

  @Test func aBatchLocksTheStakeBehindIt() throws {
    var world = try InferenceChain()
    let receipt = try world.receipt()
    let hour: UInt64 = 3_600_000
    try world.expect(Row("good", try world.anchor([receipt]), by: "owner"))
    let stake = try world.stake()
    #expect(stake.lockedUntil == receipt.body.expiry)
    #expect(stake.open == [.init(hour: (receipt.body.expiry + hour - 1) / hour, count: 1)])
    try world.expect(
      Row("an earlier expiry", try world.anchor([world.receipt(Answer(life: 7_200_000))], batch: 2), by: "owner"),
      Row("the same hour", try world.anchor([world.receipt(Answer(drawn: 3))], batch: 3), by: "owner"))
    let later = try world.stake()
    #expect(later.open.map(\.count) == [1, 2] && later.lockedUntil >= receipt.body.expiry)
    #expect(later.open[0].hour < later.open[1].hour)
  }

  @Test func expiredReceiptsNeedNoStake() throws {
    var parameters = Parameters()
    parameters.receiptReserve = InferenceChain.stake
    var world = try InferenceChain(parameters: parameters)
    try world.expect(
      Row("all of the stake", try world.anchor([world.receipt(Answer(life: 4_000_000))]), by: "owner"),
      Row("nothing left", try world.anchor([world.receipt(Answer(drawn: 2))], batch: 2), by: "owner", .exposed))
    try world.wait(4_000_000 + 3_600_000)
    try world.expect(Row("free again", try world.anchor([world.receipt(Answer(drawn: 2))], batch: 2), by: "owner"))
    #expect(try world.stake().open.count == 1)
  }

  /// The whole of an account's providers stands on one stake.
  @Test func twoProvidersDoNotStandOnOneStakeTwice() throws {
    var parameters = Parameters()
    parameters.receiptReserve = InferenceChain.stake
    var world = try InferenceChain(parameters: parameters)
    let second = try RegisterProvider(
      endpoint: "https://second", certificate: .zero, capacity: 1, offers: [], chain: world.chain.machine.chain,
      account: world.id("owner"), signedWith: TestChain.key("second-provider"))
    let anchor = try world.anchor([world.receipt()])
    let other = try world.anchor([world.receipt(Answer(name: "second"))], of: "second")
    try world.expect(
      Row("register", second, by: "owner"), Row("first", anchor, by: "owner"),
      Row("second", other, by: "owner", .exposed))
  }

  /// What was accepted with the stake in place cannot be left behind before its evidence expires.
  @Test func aCheatCannotTakeItsStakeAwayBeforeItsReceiptsExpire() throws {
    var parameters = Parameters()
    parameters.unstakingTime = 0
    var world = try InferenceChain(parameters: parameters)
    let receipt = try world.receipt()
    try world.expect(
      Row("anchor", try world.anchor([receipt]), by: "owner"),
      Row("below the reserve", Unstake(amount: InferenceChain.stake), by: "owner", .reservedStake),
      Row("the rest", Unstake(amount: InferenceChain.stake - 1_000_000), by: "owner"),
      Row("locked", WithdrawStake(), by: "owner", .stakeLocked))
    try world.wait(receipt.body.expiry - world.now - world.chain.step)
    try world.expect(
      Row("until the expiry itself", WithdrawStake(), by: "owner", .stakeLocked),
      Row("free", WithdrawStake(), by: "owner"))
  }

  @Test func anchorContributions() throws {
    var world = try InferenceChain()
    let provider = try world.provider()
    let anchor = { AnchorContributions(provider: provider, epoch: $0, root: Digest.zero) }
    try world.expect(
      Row("no provider", AnchorContributions(provider: .zero, epoch: 1, root: .zero), by: "owner", .unknownProvider),
      Row("another's", anchor(1), by: "rival", .notOwner),
      Row("epoch 0", anchor(0), by: "owner", .epochNotRising),
      Row("good", anchor(3), by: "owner"),
      Row("contributions replaced after accepts", anchor(3), by: "owner", .epochNotRising),
      Row("an earlier epoch", anchor(2), by: "owner", .epochNotRising),
      Row("the next", anchor(4), by: "owner"))
    let root = try #require(world.chain.record(.contributions(provider, epoch: 3)))
    #expect(root.height == 5 && root.time == InferenceChain.start + 5_000)
  }

  private func edited(_ message: AnchorReceipts, _ edit: (inout AnchorReceipts) -> Void) -> AnchorReceipts {
    var message = message
    edit(&message)
    return message
  }
}
