import Hashing
import Receipts
import Testing

@testable import Ledger

@Suite struct DisputeTests {
  private static let penalty = Parameters().fraudPenalty

  @Test func disputeBatch() throws {
    var world = try InferenceChain()
    let receipts = [try world.receipt(), try world.receipt(Answer(drawn: 2, life: 90_000_000))]
    let (short, long) = (receipts[0], receipts[1])
    var changed = long
    changed.body.expiry += 1
    let foreign = try world.receipt(Answer(drawn: 2, network: .zero))
    let (start, end) = (try world.path(0, of: receipts), try world.path(1, of: receipts))
    let dispute = { DisputeBatch(receipt: $0, batch: $1, index: $2, path: $3) }
    try world.expect(
      Row("too early an expiry", try world.anchor(receipts, expiry: short.body.expiry), by: "owner"),
      Row("of another chain", dispute(foreign, 1, 1, end), by: "watcher", .foreignStatement),
      Row("changed expiry", dispute(changed, 1, 1, end), by: "watcher", .unsignedStatement),
      Row(
        "another provider's", dispute(try world.receipt(Answer(name: "rival")), 1, 1, end), by: "watcher",
        .unknownBatch),
      Row("no batch", dispute(long, 2, 1, end), by: "watcher", .unknownBatch),
      Row("other place", dispute(long, 1, 0, end), by: "watcher", .notIncluded),
      Row(
        "not in it", dispute(try world.receipt(Answer(drawn: 3, life: 90_000_000)), 1, 1, end), by: "watcher",
        .notIncluded),
      Row("the receipt that it states", dispute(short, 1, 0, start), by: "watcher", .soundBatch),
      Row("lied about", dispute(long, 1, 1, end), by: "watcher"),
      Row("twice", dispute(long, 1, 1, end), by: "mallory", .alreadyRefuted))
    #expect(try world.stake().total == InferenceChain.stake - Self.penalty)
    #expect(try world.record().misstatements == 1)
    #expect(world.chain.record(.batch(try world.provider(), 1))?.isRefuted == true)
    let reward = Self.penalty / 2
    #expect(world.chain.account("watcher").raz == 1_000_000_000_000 + reward - 8 * 1_000_000)
    #expect(try world.imbalance() == .none)
  }

  @Test func anHonestBatchCannotBeRefuted() throws {
    var world = try InferenceChain()
    let receipts = try (0..<9).map { try world.receipt(Answer(drawn: $0, life: 80_000_000 + $0 * 7_000_000 % 11)) }
    try world.expect(Row("anchor", try world.anchor(receipts), by: "owner"))
    for (index, receipt) in receipts.enumerated() {
      let path = try world.path(UInt32(index), of: receipts)
      try world.expect(
        Row(
          "receipt \(index)", DisputeBatch(receipt: receipt, batch: 1, index: UInt32(index), path: path),
          by: "watcher", .soundBatch))
    }
  }

  private func redeem(
    _ world: InferenceChain, _ receipt: SignedReceipt, _ amount: UInt64, to cumulative: UInt64,
    program: Digest = InferenceChain.program, channel: Digest? = nil
  ) throws -> RedeemVoucher {
    RedeemVoucher(
      voucher: try world.voucher(cumulative, channel: channel),
      lines: [.init(receipt: receipt.hash, program: program, microcredits: amount)])
  }

  @Test func disputeSettlement() throws {
    var world = try InferenceChain()
    let second = Channel.id(payer: world.id("payer"), payee: try world.provider(), salt: 1)
    let honest = try world.receipt(Answer(drawn: 1))
    let partly = try world.receipt(Answer(drawn: 2))
    let dodged = try world.receipt(Answer(drawn: 3))
    let moved = try world.receipt(Answer(drawn: 4))
    let raised = try world.receipt(Answer(drawn: 5))
    var forged = dodged
    forged.body.amountOwed = 0
    let dispute = { DisputeSettlement(receipt: $0) }
    try world.expect(
      Row("second channel", try world.opening(salt: 1), by: "payer"),
      Row("unsettled", dispute(honest), by: "watcher", .unsettled),
      Row("whole", try redeem(world, honest, 1_000, to: 1_000), by: "owner"),
      Row("the payer went away", try redeem(world, partly, 600, to: 1_600), by: "owner"),
      Row("no royalty", try redeem(world, dodged, 1_000, to: 2_600, program: .zero), by: "owner"),
      Row("another's money", try redeem(world, moved, 1_000, to: 1_000, channel: second), by: "owner"),
      Row("over the price", try redeem(world, raised, 1_001, to: 3_601), by: "owner"),
      Row("honest settlement", dispute(honest), by: "watcher", .soundSettlement),
      Row("partly paid", dispute(partly), by: "watcher", .soundSettlement),
      Row("forged", dispute(forged), by: "watcher", .unsignedStatement),
      Row("another chain's", dispute(try world.receipt(Answer(network: .zero))), by: "watcher", .foreignStatement),
      Row("royalty dodged by naming another program", dispute(dodged), by: "publisher"),
      Row("twice", dispute(dodged), by: "watcher", .alreadyRefuted),
      Row("paid from another channel", dispute(moved), by: "payer"),
      Row("paid over the price", dispute(raised), by: "payer"))
    #expect(try world.stake().total == InferenceChain.stake - 3 * Self.penalty)
    #expect(try world.record().misstatements == 3)
    #expect(world.chain.account("publisher").credit == 100 + 60 + 100 + 100)
    #expect(try world.imbalance() == .none)
  }

  /// A rival that lists this provider's receipt in its own redemption convicts itself of nothing and nobody else.
  @Test func aRivalsSettlementConvictsNoHonestProvider() throws {
    var world = try InferenceChain()
    let rivals = Channel.id(payer: world.id("payer"), payee: try world.provider(of: "rival"), salt: 0)
    let receipt = try world.receipt()
    try world.expect(
      Row("open", try world.opening(payee: world.provider(of: "rival")), by: "payer"),
      Row("framed", try redeem(world, receipt, 9, to: 9, program: .zero, channel: rivals), by: "rival"),
      Row("dispute", DisputeSettlement(receipt: receipt), by: "rival", .unsettled))
    #expect(try world.stake().total == InferenceChain.stake)
  }

  /// Half of a slash is burned, so that who convicts himself loses at least half.
  @Test func selfConvictionCostsHalf() throws {
    var world = try InferenceChain()
    let receipt = try world.receipt()
    let before = world.chain.account("owner").raz
    try world.expect(
      Row("redeem", try redeem(world, receipt, 1_001, to: 1_001), by: "owner"),
      Row("own dispute", DisputeSettlement(receipt: receipt), by: "owner"))
    #expect(world.chain.account("owner").raz == before + Self.penalty / 2 - 2_000_000)
    #expect(world.chain.record(.supply)?.razBurned == Self.penalty / 2)
  }
}
