import Hashing
import Receipts
import Testing

@testable import Ledger

@Suite struct ChannelTests {
  @Test func openChannel() throws {
    var world = try InferenceChain()
    try world.expect(
      Row("nothing", try world.opening(0, salt: 1), by: "payer", .zeroAmount),
      Row("no provider", try world.opening(salt: 1, payee: .zero), by: "payer", .unknownProvider),
      Row("the same id", try world.opening(), by: "payer", .channelExists),
      Row("more than there is", try world.opening(999_000_001, salt: 1), by: "payer", .overspent),
      Row("another", try world.opening(5, salt: 1), by: "payer"))
    #expect(world.chain.account("payer").credit == 1_000_000_000 - 1_000_005)
    let channel = try #require(world.chain.record(.channel(world.channel)))
    #expect(channel.deposit == 1_000_000 && channel.redeemed == 0 && channel.payer == world.id("payer"))
  }

  @Test func topUpChannel() throws {
    var world = try InferenceChain()
    let (id, more) = (world.channel, TopUpChannel(channel: world.channel, microcredits: 7))
    try world.expect(
      Row("nothing", TopUpChannel(channel: id, microcredits: 0), by: "payer", .zeroAmount),
      Row("no channel", TopUpChannel(channel: .zero, microcredits: 7), by: "payer", .unknownChannel),
      Row("another's", more, by: "mallory", .notPayer),
      Row("overflow", TopUpChannel(channel: id, microcredits: .max), by: "payer", .overflow),
      Row("too much", TopUpChannel(channel: id, microcredits: 1_000_000_000), by: "payer", .overspent),
      Row("own", more, by: "payer"),
      Row("close", CloseChannel(channel: id), by: "payer"),
      Row("while it closes", more, by: "payer", .channelClosing))
    #expect(world.chain.record(.channel(id))?.deposit == 1_000_007)
  }

  @Test func closeAndSettleChannel() throws {
    var world = try InferenceChain()
    let (close, settle) = (CloseChannel(channel: world.channel), SettleChannel(channel: world.channel))
    try world.expect(
      Row("no channel", CloseChannel(channel: .zero), by: "payer", .unknownChannel),
      Row("stolen channel", close, by: "mallory", .notParty),
      Row("settled without notice", settle, by: "payer", .notClosing),
      Row("asked", close, by: "payer"),
      Row("asked twice", close, by: "payer", .channelClosing),
      Row("too early", settle, by: "payer", .closePeriodRuns),
      Row("redeemed meanwhile", try redemption(world, 400_000), by: "owner"))
    let closesAt = try #require(world.chain.record(.channel(world.channel))?.closesAt)
    try world.wait(closesAt - world.now - world.chain.step - 1)
    try world.expect(
      Row("a millisecond early", settle, by: "mallory", .closePeriodRuns),
      Row("by anybody", settle, by: "mallory"),
      Row("settled twice", settle, by: "mallory", .unknownChannel))
    #expect(world.chain.account("payer").credit == 1_000_000_000 - 400_000)
    #expect(world.chain.record(.channel(world.channel)) == nil)
    #expect(try world.imbalance() == .none)
  }

  @Test func theProviderGivesTheRestBackAtOnce() throws {
    var world = try InferenceChain()
    try world.expect(
      Row("redeem", try redemption(world, 1), by: "owner"),
      Row("close", CloseChannel(channel: world.channel), by: "owner"),
      Row("voucher of a closed channel", try redemption(world, 2), by: "owner", .unknownChannel))
    #expect(world.chain.account("payer").credit == 999_999_999)
  }

  /// A channel of the same id would let an old voucher draw on a new deposit.
  @Test func aClosedChannelIsNeverOpenedAgain() throws {
    var world = try InferenceChain()
    try world.expect(
      Row("redeem", try redemption(world, 10), by: "owner"),
      Row("close", CloseChannel(channel: world.channel), by: "owner"),
      Row("the same id", try world.opening(), by: "payer", .channelExists))
    let sum = try #require(world.chain.record(.settlement(world.provider(), world.channel)))
    #expect(sum.amount == 10 && sum.channel == world.channel && sum.program == .zero)
  }

  @Test func balancesAreExplainedReceiptByReceipt() throws {
    var world = try InferenceChain()
    let receipt = taggedHash("razao/test/receipt/1", [1])
    let result = try world.chain.send(redemption(world, 1_005), from: "owner")
    let entries = result.entries.filter { $0.token == .credit }
    #expect(
      entries == [
        Entry(account: world.id("publisher"), token: .credit, amount: 100, cause: .royalty, reference: receipt),
        Entry(account: world.id("owner"), token: .credit, amount: 905, cause: .answer, reference: receipt),
      ])
    let event = try #require(result.events.first { $0.kind == "receiptSettled" })
    #expect(event.attributes.contains(MessageField("royaltyMicrocredits", 100)))
  }

  private func redemption(_ world: InferenceChain, _ amount: UInt64) throws -> RedeemVoucher {
    RedeemVoucher(
      voucher: try world.voucher(amount),
      lines: [
        .init(
          receipt: taggedHash("razao/test/receipt/1", [1]), program: InferenceChain.program, microcredits: amount)
      ])
  }
}
