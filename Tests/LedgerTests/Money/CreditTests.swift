import Hashing
import Testing

@testable import Ledger

@Suite struct CreditTests {
  /// Two credits for a RAZ.
  private func priced(_ price: UInt64 = 2_000_000) throws -> TestChain {
    try TestChain { $0.price = price }
  }

  @Test func buyingTable() throws {
    var chain = try priced()
    try chain.expect([
      .init("alice", BuyCredits(amount: 0), .zeroAmount),
      .init("alice", BuyCredits(amount: .max), .overspent),
      .init("alice", BuyCredits(amount: TestChain.raz, minimum: 1_995_001), .underMinimum),
      .init("alice", BuyCredits(amount: 1), .zeroAmount),
      .init("alice", BuyCredits(amount: TestChain.raz, minimum: 1_995_000)),
    ])
    #expect(chain.account("alice").credit == 1_000_000_000 + 1_995_000)
    #expect(chain.supply.razBurned == TestChain.raz)
    #expect(chain.supply.creditIssued == 1_000_000_000 + 1_995_000)
  }

  @Test func sellingTable() throws {
    var chain = try priced()
    try chain.expect([
      .init("alice", SellCredits(amount: 0), .zeroAmount),
      .init("alice", SellCredits(amount: 1_000_000_001), .overspent),
      .init("alice", SellCredits(amount: 2_005_000, minimum: TestChain.raz + 1), .underMinimum),
      .init("alice", SellCredits(amount: 2_005_000, minimum: TestChain.raz)),
    ])
    #expect(chain.supply.creditBurned == 2_005_000)
    #expect(chain.supply.razIssued == 1_000_001 * TestChain.raz)
  }

  @Test func creditsThatGiveNoGrain() throws {
    var chain = try priced(1_000_000_000_000)
    try chain.expect([
      .init("alice", SellCredits(amount: 1_002), .zeroAmount),
      .init("alice", SellCredits(amount: 1_003)),
    ])
  }

  @Test func noPriceNoTrade() throws {
    var chain = try priced(0)
    try chain.expect([
      .init("alice", BuyCredits(amount: 5), .noPrice),
      .init("alice", SellCredits(amount: 5), .noPrice),
    ])
  }

  @Test func soldCreditsBringBurnedRAZBackFirst() throws {
    var chain = try priced()
    try chain.expect([.init("alice", Burn(amount: TestChain.raz / 4))])
    let issued = chain.supply.razIssued
    try chain.expect([.init("alice", SellCredits(amount: 401_000))])
    #expect(chain.supply.razBurned == TestChain.raz / 20)
    #expect(chain.supply.razIssued == issued)
    try chain.expect([.init("alice", SellCredits(amount: 401_000))])
    #expect(chain.supply.razBurned == 0)
    #expect(chain.supply.razIssued == issued + 3 * TestChain.raz / 20)
  }

  @Test func soldCreditsNeverPassTheCap() throws {
    var chain = try TestChain { genesis in
      genesis.price = 2_000_000
      genesis.holders[0].raz = Supply.cap - TestChain.raz
    }
    try chain.expect([
      .init("alice", SellCredits(amount: 2_005_003), .overCap),
      .init("alice", SellCredits(amount: 2_005_000)),
      .init("alice", SellCredits(amount: 2_005_000), .overCap),
      .init("alice", Burn(amount: TestChain.raz)),
      .init("alice", SellCredits(amount: 2_005_000)),
    ])
    #expect(chain.supply.razIssued == Supply.cap)
    #expect(chain.supply.razBurned == 0)
  }

  /// A RAZ of a grain's price would give more grains than 64 bits hold.
  @Test func anAmountThatDoesNotFit() throws {
    let price = CreditPrice(price: 1, spread: 0)
    #expect(throws: Refusal(.overflow)) { try price.grains(forCredits: .max) }
    #expect(throws: Refusal(.overflow)) {
      try CreditPrice(price: 1_000_000_000_000, spread: 0).credits(forGrains: .max)
    }
    #expect(try price.credits(forGrains: .max) == UInt64.max / 1_000_000_000)
  }

  @Test func aBalanceThatIsFull() throws {
    var chain = try TestChain { genesis in
      genesis.price = 1_000_000
      genesis.holders[0].credit = .max - 10
    }
    try chain.expect([
      .init("alice", BuyCredits(amount: 20_000), .overflow),
      .init("alice", BuyCredits(amount: 10_000)),
    ])
    #expect(throws: LedgerFault.self) { try TestChain { try? $0.add("bert", raz: .max) } }
  }

  @Test func noRoundTripGains() throws {
    var random = SeededGenerator(seed: 7)
    for _ in 0..<20_000 {
      let price = CreditPrice(
        price: UInt64.random(in: 1...1 << UInt64.random(in: 0...39, using: &random), using: &random),
        spread: UInt64.random(in: 0...500_000, using: &random))
      let amount = UInt64.random(in: 0...1 << UInt64.random(in: 0...54, using: &random), using: &random)
      if let credits = try? price.credits(forGrains: amount), let back = try? price.grains(forCredits: credits) {
        #expect(back <= amount)
      }
      if let grains = try? price.grains(forCredits: amount), let back = try? price.credits(forGrains: grains) {
        #expect(back <= amount)
      }
    }
  }

  @Test func theSpreadLiesHalfOnEachSide() throws {
    let price = CreditPrice(price: 1_000_000, spread: 100_000)
    #expect(try price.credits(forGrains: 1_000_000_000) == 950_000)
    #expect(try price.grains(forCredits: 1_050_000) == 1_000_000_000)
  }
}
