import Hashing
import Receipts
import Testing

@testable import Ledger

@Suite struct UnanchoredTests {
  private static let window = Parameters().anchorWindow
  private static let claimWindow = Parameters().claimWindow
  private static let deposit = Parameters().claimDeposit
  private static let penalty = Parameters().claimPenalty

  @Test func claimUnanchored() throws {
    var world = try InferenceChain()
    let good = try world.receipt(Answer(life: 7_200_000))
    var changed = good
    changed.body.amountOwed += 1
    let foreign = try world.receipt(Answer(network: Genesis.chain("other")))
    let strange = try world.receipt(Answer(name: "stranger"))
    let forged = try world.receipt(Answer(signer: "mallory"))
    let brief = try world.receipt(Answer(drawn: 2, life: Self.window + 3_000))
    let long = try world.receipt(Answer(drawn: 3, life: Parameters().receiptLifetime + 1))
    let endless = try world.receipt(Answer(drawn: 4, accepted: .max - 1, life: 1))
    try world.wait(Self.window - 7_000)
    try world.expect(
      Row("another chain's receipt", ClaimUnanchored(receipt: foreign), by: "watcher", .foreignStatement),
      Row("nobody's receipt", ClaimUnanchored(receipt: strange), by: "watcher", .unknownProvider),
      Row("forged receipt", ClaimUnanchored(receipt: forged), by: "watcher", .unsignedStatement),
      Row("changed receipt", ClaimUnanchored(receipt: changed), by: "watcher", .unsignedStatement),
      Row("a finish that overflows", ClaimUnanchored(receipt: endless), by: "watcher", .overflow),
      Row("a second too early", ClaimUnanchored(receipt: good), by: "watcher", .anchorWindowRuns),
      Row("at the last moment", ClaimUnanchored(receipt: good), by: "watcher", .anchorWindowRuns),
      Row("an expiry that cannot be anchored", ClaimUnanchored(receipt: long), by: "watcher", .longLived),
      Row("good", ClaimUnanchored(receipt: good), by: "watcher"),
      Row("expiring just now", ClaimUnanchored(receipt: brief), by: "watcher"),
      Row("claimed twice", ClaimUnanchored(receipt: good), by: "mallory", .alreadyClaimed))
    let expired = try world.receipt(Answer(drawn: 5, accepted: InferenceChain.start, life: Self.window + 1_500))
    try world.expect(Row("expired", ClaimUnanchored(receipt: expired), by: "watcher", .expiredStatement))
    let claim = try #require(world.chain.record(.claim(Claim.id(.unanchored, good.hash))))
    #expect(
      claim.state == .open && claim.deposit == Self.deposit && claim.dueBy == good.body.times.finished + Self.window)
    #expect(try world.stake().lockedUntil == world.now - 2_000 + 2 * Self.claimWindow)
    #expect(try world.imbalance() == .none)
  }

  @Test func aClaimNeedsItsDeposit() throws {
    var parameters = Parameters()
    parameters.claimDeposit = 2_000_000_000_000
    var world = try InferenceChain(parameters: parameters)
    let receipt = try world.receipt()
    try world.wait(Self.window)
    try world.expect(Row("poor", ClaimUnanchored(receipt: receipt), by: "watcher", .overspent))
  }

  @Test func aClaimAgainstAnHonestProviderCostsTheClaimant() throws {
    var world = try InferenceChain()
    let receipts = try (1...5).map { try world.receipt(Answer(drawn: $0)) }
    try world.expect(
      Row("anchored in time", try world.anchor(receipts), by: "owner"),
      Row("another batch", try world.anchor([world.receipt(Answer(drawn: 9))], batch: 2), by: "owner"))
    try world.wait(Self.window)
    let id = Claim.id(.unanchored, receipts[2].hash)
    let path = try world.path(2, of: receipts)
    let (before, honest) = (world.chain.account("watcher").raz, world.chain.account("owner").raz)
    try world.expect(
      Row("claim", ClaimUnanchored(receipt: receipts[2]), by: "watcher"),
      Row("no claim", AnswerUnanchored(claim: .zero, batch: 1, index: 2, path: path), by: "owner", .unknownClaim),
      Row("no batch", AnswerUnanchored(claim: id, batch: 3, index: 2, path: path), by: "owner", .unknownBatch),
      Row("other batch", AnswerUnanchored(claim: id, batch: 2, index: 0, path: []), by: "owner", .notIncluded),
      Row("other place", AnswerUnanchored(claim: id, batch: 1, index: 1, path: path), by: "owner", .notIncluded),
      Row("no path", AnswerUnanchored(claim: id, batch: 1, index: 2, path: []), by: "owner", .notIncluded),
      Row("resolved early", ResolveClaim(claim: id), by: "watcher", .claimRuns),
      Row("answer of another kind", AnswerDropped(claim: id, receipt: receipts[2]), by: "owner", .wrongClaimKind),
      Row("answer", AnswerUnanchored(claim: id, batch: 1, index: 2, path: path), by: "rival"),
      Row("twice", AnswerUnanchored(claim: id, batch: 1, index: 2, path: path), by: "owner", .claimDecided),
      Row("resolved after the answer", ResolveClaim(claim: id), by: "watcher", .claimDecided),
      Row("claimed again", ClaimUnanchored(receipt: receipts[2]), by: "mallory", .alreadyClaimed))
    #expect(before - world.chain.account("watcher").raz == Self.deposit + 3 * 1_000_000)
    #expect(world.chain.account("owner").raz == honest + Self.deposit - 7 * 1_000_000)
    #expect(try world.stake().total == InferenceChain.stake)
    #expect(try world.imbalance() == .none)
  }

  @Test func aProviderThatNeverAnchorsPays() throws {
    var world = try InferenceChain()
    let receipt = try world.receipt()
    try world.wait(Self.window)
    let id = Claim.id(.unanchored, receipt.hash)
    let before = world.chain.account("watcher").raz
    try world.expect(Row("claim", ClaimUnanchored(receipt: receipt), by: "watcher"))
    try world.wait(Self.claimWindow - world.chain.step)
    try world.expect(
      Row("at the deadline itself", ResolveClaim(claim: id), by: "mallory", .claimRuns),
      Row("no claim", ResolveClaim(claim: .zero), by: "mallory", .unknownClaim),
      Row("an answer too late", AnswerUnanchored(claim: id, batch: 1, index: 0, path: []), by: "owner", .claimOverdue),
      Row("by anybody", ResolveClaim(claim: id), by: "mallory"),
      Row("twice", ResolveClaim(claim: id), by: "mallory", .claimDecided))
    #expect(try world.stake().total == InferenceChain.stake - Self.penalty)
    #expect(world.chain.account("watcher").raz == before + Self.penalty / 2 - 1_000_000)
    #expect(try world.record().lateReceipts == 1)
    #expect(try world.record().droppedSlots == 0)
    #expect(try world.imbalance() == .none)
  }

  /// Anchoring because one was caught is no answer, in the claim's own block as little as later.
  @Test func aProviderThatAnchorsWhenItIsCaughtPays() throws {
    var world = try InferenceChain()
    let receipt = try world.receipt()
    try world.wait(Self.window)
    let anchor = try world.chain.transaction([world.anchor([receipt])], from: "owner")
    let claim = try world.chain.transaction([ClaimUnanchored(receipt: receipt)], from: "watcher")
    let block = try world.chain.block([anchor, claim])
    #expect(block.results.allSatisfy { $0.refusal == nil })
    let id = Claim.id(.unanchored, receipt.hash)
    try world.expect(
      Row(
        "the claim's own block", AnswerUnanchored(claim: id, batch: 1, index: 0, path: []), by: "owner",
        .anchoredTooLate))
    try world.wait(Self.claimWindow)
    try world.expect(Row("resolved", ResolveClaim(claim: id), by: "watcher"))
    #expect(try world.stake().total == InferenceChain.stake - Self.penalty)
  }

  @Test func lateAnchoringThatNobodyMissedCostsNothing() throws {
    var world = try InferenceChain()
    let receipt = try world.receipt()
    try world.wait(Self.window)
    let (watcher, owner) = (world.chain.account("watcher").raz, world.chain.account("owner").raz)
    let id = Claim.id(.unanchored, receipt.hash)
    try world.expect(
      Row("late", try world.anchor([receipt]), by: "owner"),
      Row("claim", ClaimUnanchored(receipt: receipt), by: "watcher"),
      Row("answer", AnswerUnanchored(claim: id, batch: 1, index: 0, path: []), by: "owner"))
    #expect(world.chain.account("watcher").raz == watcher - 1_000_000)
    #expect(world.chain.account("owner").raz == owner - 2_000_000)
    #expect(try world.stake().total == InferenceChain.stake)
  }

  @Test func theLastMomentOfTheWindowIsInTime() throws {
    var world = try InferenceChain()
    let receipt = try world.receipt()
    try world.wait(Self.window - world.chain.step)
    let owner = world.chain.account("owner").raz
    try world.expect(
      Row("in the window's last block", try world.anchor([receipt]), by: "owner"),
      Row("claim", ClaimUnanchored(receipt: receipt), by: "watcher"),
      Row(
        "answer", AnswerUnanchored(claim: Claim.id(.unanchored, receipt.hash), batch: 1, index: 0, path: []),
        by: "owner"))
    #expect(world.chain.account("owner").raz == owner + Self.deposit - 2_000_000)
  }
}
