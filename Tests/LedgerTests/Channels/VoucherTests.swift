import Hashing
import Receipts
import Testing

@testable import Ledger

@Suite struct VoucherTests {
  private static func hash(_ index: UInt8) -> Digest { taggedHash("razao/test/receipt/1", [index]) }

  private static func line(
    _ index: UInt8, _ amount: UInt64, program: Digest = InferenceChain.program
  ) -> RedeemVoucher.Line {
    .init(receipt: hash(index), program: program, microcredits: amount)
  }

  private static func redeem(_ voucher: SignedVoucher, _ lines: RedeemVoucher.Line...) -> RedeemVoucher {
    RedeemVoucher(voucher: voucher, lines: lines)
  }

  @Test func redeemVoucher() throws {
    var world = try InferenceChain()
    let rivals = Channel.id(payer: world.id("payer"), payee: try world.provider(of: "rival"), salt: 0)
    let good = try world.voucher(100)
    var raised = good
    raised.body.cumulative = 200
    let foreign = try world.voucher(100, chain: Genesis.chain("other"))
    try world.expect(
      Row("rival's channel", try world.opening(payee: world.provider(of: "rival")), by: "payer"),
      Row("voucher of another chain", Self.redeem(foreign, Self.line(1, 100)), by: "owner", .foreignVoucher),
      Row("no channel", Self.redeem(try world.voucher(100, channel: .zero)), by: "owner", .unknownChannel),
      Row("voucher of another channel", Self.redeem(try world.voucher(100, channel: rivals)), by: "owner", .notPayee),
      Row(
        "a key of the thief's own", Self.redeem(try world.voucher(100, names: "owner", signer: "owner")), by: "owner",
        .wrongVoucherKey),
      Row("forged", Self.redeem(try world.voucher(100, signer: "owner")), by: "owner", .unsignedVoucher),
      Row("amount changed after signing", Self.redeem(raised), by: "owner", .unsignedVoucher),
      Row("stolen channel", Self.redeem(good, Self.line(1, 100)), by: "mallory", .notPayee),
      Row("over the deposit", Self.redeem(try world.voucher(1_000_001)), by: "owner", .uncoveredVoucher),
      Row("nothing", Self.redeem(try world.voucher(0)), by: "owner", .replayedVoucher),
      Row("no lines", Self.redeem(good), by: "owner", .wrongLines),
      Row("a line of zero", Self.redeem(good, Self.line(1, 100), Self.line(2, 0)), by: "owner", .zeroAmount),
      Row("lines short", Self.redeem(good, Self.line(1, 99)), by: "owner", .wrongLines),
      Row("lines over", Self.redeem(good, Self.line(1, 100), Self.line(2, 1)), by: "owner", .wrongLines),
      Row("lines that overflow", Self.redeem(good, Self.line(1, .max), Self.line(2, 101)), by: "owner", .overflow),
      Row("receipt twice in one", Self.redeem(good, Self.line(1, 50), Self.line(1, 50)), by: "owner", .alreadySettled),
      Row("good", Self.redeem(good, Self.line(1, 40), Self.line(2, 60)), by: "owner"),
      Row("replayed voucher", Self.redeem(good, Self.line(3, 100)), by: "owner", .replayedVoucher),
      Row("an older voucher", Self.redeem(try world.voucher(99)), by: "owner", .replayedVoucher),
      Row(
        "receipt settled twice", Self.redeem(try world.voucher(150), Self.line(2, 50)), by: "owner", .alreadySettled),
      Row("the whole deposit", Self.redeem(try world.voucher(1_000_000), Self.line(3, 999_900)), by: "owner"))
    #expect(world.chain.account("owner").credit == 900_000)
    #expect(world.chain.account("publisher").credit == 100_000)
    let settlement = try #require(world.chain.record(.settlement(world.provider(), Self.hash(2))))
    #expect(settlement.amount == 60 && settlement.channel == world.channel)
    #expect(settlement.program == InferenceChain.program && !settlement.isRefuted)
    #expect(try world.imbalance() == .none)
  }

  /// The hash of a receipt is known to its user; a rival who lists it must not keep its provider from being paid.
  @Test func aForeignReceiptsHashCannotBeUsedUp() throws {
    var world = try InferenceChain()
    let rivals = Channel.id(payer: world.id("payer"), payee: try world.provider(of: "rival"), salt: 0)
    try world.expect(
      Row("open", try world.opening(payee: world.provider(of: "rival")), by: "payer"),
      Row("squatted", Self.redeem(try world.voucher(5, channel: rivals), Self.line(1, 5)), by: "rival"),
      Row("paid all the same", Self.redeem(try world.voucher(5), Self.line(1, 5)), by: "owner"))
  }

  @Test func aHotKeyRedeemsWithTheProvidersScopeAlone() throws {
    var world = try InferenceChain()
    let redemption = Self.redeem(try world.voucher(5), Self.line(1, 5))
    let allowed = AuthorizeKey(
      key: try TestChain.key("hot").publicKey, scopes: .provider, expiry: 0, razLimit: .max)
    let other = AuthorizeKey(
      key: try TestChain.key("cool").publicKey, scopes: [.channels, .evidence], expiry: 0, razLimit: .max)
    try world.expect(
      Row("unknown key", redemption, by: "owner", key: "hot", .unknownKey),
      Row("authorised", allowed, by: "owner"), Row("authorised", other, by: "owner"),
      Row("out of scope", redemption, by: "owner", key: "cool", .outOfScope),
      Row("hot key", redemption, by: "owner", key: "hot"))
    #expect(world.chain.account("owner").credit == 5)
  }

  @Test func programsThatNobodyPublishedPayNoRoyalty() throws {
    var world = try InferenceChain()
    try world.expect(
      Row("unknown", Self.redeem(try world.voucher(1_000), Self.line(1, 1_000, program: .zero)), by: "owner"))
    #expect(world.chain.account("owner").credit == 1_000)
    #expect(world.chain.account("publisher").credit == 0)
  }

  @Test(
    arguments: [
      (1, 500_000, 0), (9, 100_000, 0), (10, 100_000, 1), (19, 100_000, 1), (3, 333_333, 0), (4, 333_333, 1),
      (UInt64.max, 500_000, UInt64.max / 2), (UInt64.max, 0, 0), (1_000, 1, 0), (1_000_000, 1, 1),
    ] as [(UInt64, UInt32, UInt64)])
  func aRoyaltyIsRoundedDown(amount: UInt64, royalty: UInt32, part: UInt64) {
    let program = Program(
      publisher: .zero, name: "", kind: 0, royalty: royalty, licence: "", sources: [], fileRoot: .zero,
      fileByteCount: 0, height: 0)
    #expect(program.royalty(of: amount) == part)
  }

  @Test func aRedemptionOf256LinesFitsIntoATransaction() throws {
    var world = try InferenceChain()
    let lines = (0..<256).map {
      RedeemVoucher.Line(
        receipt: taggedHash("razao/test/many/1", [UInt8($0)]), program: InferenceChain.program, microcredits: 10)
    }
    let message = RedeemVoucher(voucher: try world.voucher(2_560), lines: lines)
    let bytes = try world.chain.transaction([message], from: "owner", fee: 10_000_000)
    #expect(try #require(world.chain.block([bytes]).results.first).refusal == nil)
    let more = RedeemVoucher(voucher: message.voucher, lines: lines + lines.prefix(1))
    #expect(throws: ByteReaderError.self) {
      var reader = ByteReader(more.encoded())
      _ = try RedeemVoucher(reading: &reader)
    }
  }
}
