import Hashing
import Ledger
import Receipts
import StrictJSON
import Testing

@testable import razao

@Suite struct ChannelViewTests {
  private let channel: Channel

  init() throws {
    let key = try PublicKey([UInt8](repeating: 3, count: 32)) ?? { throw CommandFailure("no key", status: 70) }()
    channel = Channel(payer: .zero, payee: FundedWallet.other, voucherKey: key, deposit: 2_500_000, redeemed: 250_000)
  }

  @Test func whatIsLeftIsShown() {
    let view = ChannelView(id: .zero, channel: channel)
    #expect(view.left == 2_250_000)
    #expect(view.lines.contains("left         2.25 credits"))
    #expect(view.lines.contains("state        open"))
    #expect(view.json["left"]?.integer == 2_250_000)
    #expect(view.json["payee"]?.string == FundedWallet.other.hex)
  }

  @Test func aListedRecordIsReadBack() {
    let record = ListedRecord(key: StateKey.channel(.zero).bytes, value: channel.encoded())
    #expect(ChannelView(record) == ChannelView(id: .zero, channel: channel))
    #expect(ChannelView(ListedRecord(key: record.key, value: [1])) == nil)
    #expect(ChannelView(ListedRecord(key: [0x30], value: record.value)) == nil)
  }

  @Test func messagesAreShownInTheirUnits() {
    let words = { (message: any Message) in message.fields.map { FieldWords.words($0, in: message) } }
    #expect(words(BuyCredits(amount: 1_500_000_000, minimum: 2_000_000)) == ["1.5 RAZ", "2 credits"])
    #expect(words(SellCredits(amount: 2_000_000, minimum: 1_500_000_000)) == ["2 credits", "1.5 RAZ"])
    #expect(words(TopUpChannel(channel: .zero, microcredits: 1))[1] == "0.000001 credits")
    let authority = AuthorizeKey(key: channel.voucherKey, scopes: [.transfer, .stake])
    #expect(Array(words(authority).dropFirst()) == ["transfer, stake", "never", "no limit"])
  }
}

@Suite struct CreditQuoteTests {
  @Test func nearlyIsAtMost99Percent() {
    #expect(CreditQuote.nearly(nil) == 0)
    #expect(CreditQuote.nearly(0) == 0)
    #expect(CreditQuote.nearly(1) == 0)
    #expect(CreditQuote.nearly(100) == 99)
    #expect(CreditQuote.nearly(101) == 99)
    #expect(CreditQuote.nearly(.max) == UInt64.max - UInt64.max / 100 - 1)
  }

  @Test func aQuoteComesFromTheProvenOracle() async throws {
    let ledger = try MachineLedger(Genesis(chainID: "test-1", price: 500_000, time: 1))
    let quote = try await LedgerConnection(url: "u", client: ledger, pages: ledger).creditQuote()
    #expect(quote.price?.price == 500_000)
    let lines = try quote.lines()
    #expect(lines[0] == "price    1 RAZ = 0.5 credits")
    #expect(lines[1] == "buying   1 RAZ gives 0.49875 credits")
    #expect(lines[2] == "selling  1 RAZ costs 0.50125 credits")
  }

  @Test func withoutAPriceThatIsSaid() async throws {
    let ledger = try MachineLedger(Genesis(chainID: "test-1"))
    let quote = try await LedgerConnection(url: "u", client: ledger, pages: ledger).creditQuote()
    #expect(try quote.lines().count == 1)
    #expect(try quote.json()["price"] == .null)
  }
}

@Suite struct ListingTests {
  @Test func aTableIsReadInPagesAndInOrder() async throws {
    let holders = (0..<5).map { Genesis.Holder(account: taggedHash("test", [$0]), raz: 1) }
    let ledger = try MachineLedger(Genesis(chainID: "test-1", holders: holders))
    let connection = LedgerConnection(url: "u", client: ledger, pages: ledger)
    let all = try await connection.records(.account, limit: 1_000)
    #expect(all.count == 5)
    #expect(all.map(\.key) == all.map(\.key).sorted { $0.lexicographicallyPrecedes($1) })
    #expect(try await connection.records(.account, limit: 3).count == 3)
    let prefix = Array(all[2].key.dropFirst().prefix(31))
    #expect(try await connection.records(.account, prefix: prefix, limit: 9) == [all[2]])
    #expect(all[0].json["raz"]?.integer == 1)
  }
}

@Suite struct ChannelHistoryTests {
  private let id = taggedHash("test/channel", [1])
  private let key: PublicKey

  init() throws {
    key = try PublicKey([UInt8](repeating: 3, count: 32)) ?? { throw CommandFailure("no key", status: 70) }()
  }

  /// A settlement record of a receipt, or of the closed channel itself.
  private func paid(_ receipt: Digest, _ amount: UInt64, height: UInt64, channel: Digest? = nil) throws
    -> SettledReceipt
  {
    let settlement = Settlement(channel: channel ?? id, program: .zero, amount: amount, height: height)
    let record = ListedRecord(
      key: StateKey.settlement(FundedWallet.other, receipt).bytes, value: settlement.encoded())
    return try #require(SettledReceipt(record))
  }

  private func receipt(_ number: UInt8) -> Digest { taggedHash("test/receipt", [number]) }

  private func open(redeemed: UInt64) -> Channel {
    Channel(payer: .zero, payee: FundedWallet.other, voucherKey: key, deposit: 1_000, redeemed: redeemed)
  }

  @Test func theReceiptsOfAnOpenChannelAddUp() throws {
    let settled = [
      try paid(receipt(2), 30, height: 9), try paid(receipt(1), 20, height: 5),
      try paid(receipt(3), 7, height: 5, channel: .zero),
    ]
    let history = ChannelHistory(id: id, channel: open(redeemed: 50), height: 9, settled: settled)
    try history.check()
    #expect(history.receipts.map(\.settlement.amount) == [20, 30])
    #expect(history.lines.contains("2 receipts, which add up to the 0.00005 credits that it paid"))
    #expect(history.lines.last == "0.00095 credits are left in it")
    #expect(history.json["receipts"]?.array?.count == 2)
  }

  @Test func aClosedChannelIsExplainedByTheSumItLeft() throws {
    let settled = [try paid(receipt(1), 20, height: 5), try paid(id, 20, height: 8)]
    let history = ChannelHistory(id: id, channel: nil, height: 9, settled: settled)
    try history.check()
    #expect(history.receipts.count == 1)
    #expect(history.redeemed == 20)
  }

  @Test func aReceiptThatIsMissingIsNoticed() throws {
    let settled = [try paid(receipt(1), 20, height: 5)]
    for channel in [open(redeemed: 50), open(redeemed: 0)] {
      let history = ChannelHistory(id: id, channel: channel, height: 9, settled: settled)
      #expect(throws: LedgerClientError.self) { try history.check() }
      #expect(history.lines.contains { $0.contains("WHICH DO NOT ADD UP") })
    }
  }

  @Test func whatCameAfterTheProvenBlockIsLeftAway() throws {
    let settled = [try paid(receipt(1), 20, height: 5), try paid(receipt(2), 30, height: 10)]
    try ChannelHistory(id: id, channel: open(redeemed: 20), height: 9, settled: settled).check()
  }

  @Test func whatIsNoSettlementIsSkipped() throws {
    let good = StateKey.settlement(.zero, .zero).bytes
    #expect(SettledReceipt(ListedRecord(key: good, value: [1])) == nil)
    let value = Settlement(channel: .zero, program: .zero, amount: 1, height: 1).encoded()
    #expect(SettledReceipt(ListedRecord(key: Array(good.dropLast()), value: value)) == nil)
  }
}
