import Hashing
import Receipts
import Testing

@testable import Ledger

@Suite struct DroppedTests {
  private static let claimWindow = Parameters().claimWindow
  private static let deposit = Parameters().claimDeposit

  private func claim(_ accept: SignedAccept, _ answer: Answer = Answer()) -> ClaimDropped {
    ClaimDropped(accept: accept, secret: answer.secret)
  }

  @Test func claimDropped() throws {
    var world = try InferenceChain()
    let good = try world.accept()
    var changed = good
    changed.body.expiry += 1
    let old = try world.accept(Answer(drawn: 2))
    let future = try world.accept(Answer(drawn: 3, accepted: world.now + 1_000_000))
    let brief = try world.accept(Answer(drawn: 4, life: 9_000))
    let endless = try world.accept(Answer(drawn: 1, accepted: 0, life: 1))
    try world.expect(
      Row(
        "another chain's accept", claim(try world.accept(Answer(network: .zero))), by: "payer", .foreignStatement),
      Row("no joint seed", claim(try world.accept(Answer(seedKind: .explicit))), by: "payer", .notJoint),
      Row("nobody's accept", claim(try world.accept(Answer(name: "stranger"))), by: "payer", .unknownProvider),
      Row("forged accept", claim(try world.accept(Answer(signer: "mallory"))), by: "payer", .unsignedStatement),
      Row("changed accept", claim(changed), by: "payer", .unsignedStatement),
      Row("another secret", ClaimDropped(accept: good, secret: .zero), by: "payer", .wrongSecret),
      Row("before the accept", claim(future, Answer(drawn: 3)), by: "payer", .untimelySecret),
      Row("long ago", claim(endless), by: "payer", .untimelySecret),
      Row("expired", claim(brief, Answer(drawn: 4)), by: "payer"),
      Row("good", claim(good), by: "payer"),
      Row("one claim for an accept", claim(good), by: "watcher", .alreadyClaimed))
    let record = try #require(world.chain.record(.claim(Claim.id(.dropped, good.hash))))
    #expect(
      record.secret == Answer().secret && record.kind == .dropped
        && record.deadline == world.now - 1_000 + Self.claimWindow)
    try world.wait(old.body.acceptedAt + Self.claimWindow - world.now - world.chain.step)
    try world.expect(
      Row("the last moment", claim(old, Answer(drawn: 2)), by: "payer"))
    let late = try world.accept(Answer(drawn: 5, accepted: old.body.acceptedAt))
    try world.expect(Row("secret kept too long", claim(late, Answer(drawn: 5)), by: "payer", .untimelySecret))
    #expect(try world.imbalance() == .none)
  }

  @Test func anExpiredAcceptBindsNobody() throws {
    var world = try InferenceChain()
    let accept = try world.accept(Answer(life: 999))
    try world.expect(Row("expired", claim(accept), by: "payer", .expiredStatement))
  }

  @Test func anHonestProviderAnswersAndIsPaidForIt() throws {
    var world = try InferenceChain()
    let accept = try world.accept()
    let good = try world.receipt(Answer(), accept: accept)
    let id = Claim.id(.dropped, accept.hash)
    var changed = good
    changed.body.amountOwed += 1
    var other = Answer()
    other.drawn = 2
    let rivalKey = try TestChain.key("rival-provider").publicKey
    let rivals = try sealed(world, good, by: "rival-provider") { $0.providerKey = rivalKey }
    let otherAccept = try sealed(world, good) { $0.acceptHash = .zero }
    let otherSeed = try world.receipt(Answer(seedKind: .explicit), accept: accept)
    let gatewaySeed = try sealed(world, good) { $0.seed = .gateway(revealing: Answer().secret) }
    let foreign = try sealed(world, good) { $0.network = .zero }
    let (payer, owner) = (world.chain.account("payer").raz, world.chain.account("owner").raz)
    try world.expect(
      Row("claim", claim(accept), by: "payer"),
      Row("no claim", AnswerDropped(claim: .zero, receipt: good), by: "owner", .unknownClaim),
      Row("of another chain", AnswerDropped(claim: id, receipt: foreign), by: "owner", .foreignStatement),
      Row("changed receipt", AnswerDropped(claim: id, receipt: changed), by: "owner", .unsignedStatement),
      Row("another provider's", AnswerDropped(claim: id, receipt: rivals), by: "owner", .otherAnswer),
      Row("another accept's", AnswerDropped(claim: id, receipt: try world.receipt(other)), by: "owner", .otherAnswer),
      Row("only another accept", AnswerDropped(claim: id, receipt: otherAccept), by: "owner", .otherAnswer),
      Row("another seed", AnswerDropped(claim: id, receipt: otherSeed), by: "owner", .otherAnswer),
      Row("another seed's kind", AnswerDropped(claim: id, receipt: gatewaySeed), by: "owner", .otherAnswer),
      Row(
        "answer of another kind", AnswerUnanchored(claim: id, batch: 1, index: 0, path: []), by: "owner",
        .wrongClaimKind),
      Row("answered", AnswerDropped(claim: id, receipt: good), by: "rival"),
      Row("twice", AnswerDropped(claim: id, receipt: good), by: "owner", .claimDecided))
    #expect(world.chain.account("payer").raz == payer - Self.deposit - 1_000_000)
    #expect(world.chain.account("owner").raz == owner + Self.deposit - 10 * 1_000_000)
    #expect(try world.stake().total == InferenceChain.stake)
    #expect(try world.record().brokenSlots == 0)
  }

  @Test func aDroppedDrawCostsTheProvider() throws {
    var world = try InferenceChain()
    let accept = try world.accept()
    let id = Claim.id(.dropped, accept.hash)
    let payer = world.chain.account("payer").raz
    try world.expect(Row("claim", claim(accept), by: "payer"))
    try world.wait(Self.claimWindow)
    let receipt = try world.receipt(Answer(), accept: accept)
    try world.expect(
      Row("too late", AnswerDropped(claim: id, receipt: receipt), by: "owner", .claimOverdue),
      Row("resolved", ResolveClaim(claim: id), by: "watcher"))
    #expect(try world.record().droppedSlots == 1)
    #expect(try world.record().lateReceipts == 0)
    #expect(try world.stake().total == InferenceChain.stake - Parameters().claimPenalty)
    #expect(world.chain.account("payer").raz == payer + Parameters().claimPenalty / 2 - 1_000_000)
    #expect(try world.imbalance() == .none)
  }

  @Test func aBrokenOffAnswerIsCountedAndNotPunished() throws {
    var world = try InferenceChain()
    let accept = try world.accept()
    let id = Claim.id(.dropped, accept.hash)
    let payer = world.chain.account("payer").raz
    try world.expect(
      Row("claim", claim(accept), by: "payer"),
      Row(
        "broken off", AnswerDropped(claim: id, receipt: try world.receipt(Answer(isPartial: true), accept: accept)),
        by: "owner"))
    #expect(world.chain.account("payer").raz == payer - 1_000_000)
    #expect(try world.record().brokenSlots == 1)
    #expect(try world.stake().total == InferenceChain.stake)
  }

  /// The penalty is taken from what matures too, so unstaking is no way out.
  @Test func unstakingDoesNotSaveAProviderFromAClaim() throws {
    var world = try InferenceChain()
    let accept = try world.accept()
    try world.expect(
      Row("unstake", Unstake(amount: InferenceChain.stake), by: "owner"),
      Row("claim", claim(accept), by: "payer"))
    try world.wait(Self.claimWindow)
    try world.expect(Row("resolved", ResolveClaim(claim: Claim.id(.dropped, accept.hash)), by: "payer"))
    #expect(try world.stake().total == InferenceChain.stake - Parameters().claimPenalty)
    #expect(try world.stake().slashed == Parameters().claimPenalty)
  }

  private func sealed(
    _ world: InferenceChain, _ receipt: SignedReceipt, by key: String = "owner-provider",
    _ edit: (inout Receipt) -> Void
  ) throws -> SignedReceipt {
    var body = receipt.body
    edit(&body)
    return try TestChain.key(key).sign(body)
  }
}
