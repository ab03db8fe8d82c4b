import Hashing
import Testing

@testable import Ledger

@Suite struct OracleTests {
  private static let names = ["rita", "rolf", "rosa"]

  private func chain(
    price: UInt64 = 0, reporters: [String] = OracleTests.names, epochSlots: UInt64 = 300
  ) throws -> TestChain {
    var parameters = Parameters()
    parameters.epochSlots = epochSlots
    return try TestChain(parameters: parameters) { genesis in
      genesis.price = price
      for name in reporters {
        try? genesis.add(name)
        if let key = try? TestChain.key(name) { genesis.reporters.append(key.publicKey.account) }
      }
    }
  }

  @Test func table() throws {
    var chain = try chain()
    try chain.expect([
      .init("alice", ReportPrice(price: 5), .notReporter),
      .init("rita", ReportPrice(price: 0), .badPrice),
      .init("rita", ReportPrice(price: 1_000_000_000_001), .badPrice),
      .init("alice", BuyCredits(amount: 1_000_000), .noPrice),
      .init("rita", ReportPrice(price: 1_000_000_000_000)),
      .init("rita", ReportPrice(price: 1_000_000)),
    ])
  }

  @Test func theMedianOfRecentReports() {
    var oracle = Oracle(reporters: (1...5).map { .init(account: .zero, price: $0 * 10, time: $0 * 100) })
    #expect(oracle.price(now: 500, staleness: 400) == 30)
    #expect(oracle.price(now: 501, staleness: 400) == 35)
    #expect(oracle.price(now: 900, staleness: 400) == 50)
    #expect(oracle.price(now: 901, staleness: 400) == nil)
    oracle.reporters = [.init(account: .zero, price: 3, time: 1), .init(account: .zero, price: 4, time: 1)]
    #expect(oracle.price(now: 1, staleness: 1) == 3)
  }

  @Test func oneLiarAmongThreeDoesNotSetThePrice() throws {
    var chain = try chain()
    try chain.expect([
      .init("rita", ReportPrice(price: 1_000_000)), .init("rolf", ReportPrice(price: 1_010_000)),
      .init("rosa", ReportPrice(price: 900_000_000_000)),
      .init("alice", BuyCredits(amount: TestChain.raz, minimum: 1_000_000)),
      .init("alice", BuyCredits(amount: TestChain.raz, minimum: 1_010_000), .underMinimum),
    ])
  }

  @Test func theGenesisPriceStandsUntilTheFirstReport() throws {
    var chain = try chain(price: 1_000_000)
    try chain.expect([
      .init("alice", BuyCredits(amount: TestChain.raz, minimum: 997_500), after: 365 * 86_400_000),
      .init("rita", ReportPrice(price: 1_100_000)),
      .init("alice", BuyCredits(amount: TestChain.raz, minimum: 1_097_250), after: 3_600_000),
      .init("alice", BuyCredits(amount: TestChain.raz), .noPrice, after: 1),
      .init("rita", ReportPrice(price: 1_200_000), after: 86_400_000),
      .init("alice", BuyCredits(amount: TestChain.raz, minimum: 1_197_000)),
    ])
  }

  @Test func theBreakerStopsTheTradeUntilTheEpochsEnd() throws {
    var chain = try chain(reporters: ["rita"])
    try chain.expect([
      .init("rita", ReportPrice(price: 1_000_000)),
      .init("rita", ReportPrice(price: 1_250_000)),
      .init("alice", BuyCredits(amount: TestChain.raz)),
      .init("rita", ReportPrice(price: 750_000)),
      .init("alice", SellCredits(amount: 1_000)),
      .init("rita", ReportPrice(price: 1_250_001)),
      .init("alice", BuyCredits(amount: TestChain.raz), .tradingHalted),
      .init("rita", ReportPrice(price: 1_000_000)),
      .init("alice", BuyCredits(amount: TestChain.raz), .tradingHalted),
      .init("alice", SellCredits(amount: 1_000), .tradingHalted),
      .init("alice", Burn(amount: 1), after: 3_600_000),
      .init("rita", ReportPrice(price: 1_000_000)),
      .init("alice", BuyCredits(amount: TestChain.raz)),
    ])
  }

  @Test func aFallStopsTheTradeToo() throws {
    var chain = try chain(reporters: ["rita"])
    try chain.expect([
      .init("rita", ReportPrice(price: 1_000_000)),
      .init("rita", ReportPrice(price: 749_999)),
      .init("alice", SellCredits(amount: 1_000), .tradingHalted),
    ])
  }

  /// The price that the epoch found is the measure, not the one that the epoch's first reporter brings.
  @Test func theFirstReportOfAnEpochIsMeasuredToo() throws {
    var chain = try chain(reporters: ["rita"], epochSlots: 10)
    try chain.expect([
      .init("rita", ReportPrice(price: 1_000_000)),
      .init("rita", ReportPrice(price: 2_000_000), after: 120_000),
      .init("alice", BuyCredits(amount: TestChain.raz), .tradingHalted),
      .init("alice", BuyCredits(amount: TestChain.raz, minimum: 1_995_000), after: 120_000),
    ])
  }

  /// On an idle ledger no block turns the epoch; the filter before the first block must not wait for one.
  @Test func aHaltEndsWithTheEpochEvenBeforeABlockCountsIt() throws {
    var chain = try chain(reporters: ["rita"])
    try chain.expect([.init("rita", ReportPrice(price: 1_000_000)), .init("rita", ReportPrice(price: 2_000_000))])
    var parameters = Parameters()
    parameters.priceStaleness = 7_200_000
    let key = try TestChain.key("alice").publicKey
    let sender = Sender(account: key.account, key: key, isCold: true)
    for (wait, isOpen) in [(UInt64(3_599_990), false), (3_600_000, true)] {
      var ledger = LedgerContext(
        state: WorkingState(source: chain.machine.committed),
        block: BlockContext(chain: chain.machine.chain, height: 9, time: 1_000_000 + wait, hash: .zero),
        parameters: parameters)
      let refusal: Refusal?
      do throws(Refusal) {
        try BuyCredits(amount: TestChain.raz).apply(from: sender, to: &ledger)
        refusal = nil
      } catch {
        refusal = error
      }
      #expect((refusal == nil) == isOpen)
      #expect(isOpen || refusal?.code == .tradingHalted)
    }
  }

  @Test func genesisNamesEachReporterOnceAndAtMost32() throws {
    #expect(throws: LedgerFault.self) { try self.chain(reporters: ["rita", "rita"]) }
    #expect(throws: LedgerFault.self) { try self.chain(reporters: (0..<33).map { "r\($0)" }) }
    #expect(throws: LedgerFault.self) { try self.chain(price: 1_000_000_000_001) }
    #expect(try chain(reporters: (0..<32).map { "r\($0)" }).record(.oracle)?.reporters.count == 32)
  }
}
