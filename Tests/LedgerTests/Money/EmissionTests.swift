import Hashing
import Testing

@testable import Ledger

@Suite struct EmissionTests {
  @Test func theRateHalvesWhenHalfOfWhatWasLeftIsIssued() {
    #expect(Emission.rate(issued: 0) == 1_000_000_000)
    #expect(Emission.rate(issued: Supply.cap / 2 - 1) == 1_000_000_000)
    #expect(Emission.rate(issued: Supply.cap / 2) == 500_000_000)
    #expect(Emission.rate(issued: Supply.cap / 4 * 3 - 1) == 500_000_000)
    #expect(Emission.rate(issued: Supply.cap / 4 * 3) == 250_000_000)
    #expect(Emission.rate(issued: Supply.cap / 8 * 7) == 125_000_000)
    #expect(Emission.rate(issued: Supply.cap - 1) == 0)
    #expect(Emission.rate(issued: Supply.cap) == 0)
    #expect(Emission.rate(issued: .max) == 0)
  }

  /// k is the greatest number with 2^k · (cap − issued) ≤ cap, by trying.
  @Test func theRateByItsDefinition() {
    var random = SeededGenerator(seed: 3)
    for _ in 0..<20_000 {
      let left = UInt64.random(in: 1...1 << UInt64.random(in: 0...54, using: &random), using: &random)
      guard left <= Supply.cap else { continue }
      var exponent: UInt64 = 0
      while UInt128(left) << UInt128(exponent + 1) <= UInt128(Supply.cap) { exponent += 1 }
      #expect(Emission.rate(issued: Supply.cap - left) == 1_000_000_000 >> exponent)
    }
  }

  @Test func theCapIsNeverPassed() {
    #expect(Emission.amount(slots: .max, rate: .max, issued: 0) == Supply.cap)
    #expect(Emission.amount(slots: 10, rate: 5, issued: Supply.cap - 7) == 7)
    #expect(Emission.amount(slots: 10, rate: 5, issued: Supply.cap + 7) == 0)
  }

  @Test func oneRAZForEachWholeSlotOfBlockTime() throws {
    var chain = try TestChain()
    try chain.count(after: 11_999)
    #expect(chain.incentives == 0)
    try chain.count(after: 1)
    #expect(chain.incentives == TestChain.raz)
    try chain.count(after: 23_999)
    #expect(chain.incentives == 2 * TestChain.raz)
    try chain.count(after: 1)
    #expect(chain.incentives == 3 * TestChain.raz)
    #expect(chain.supply.razIssued == 1_000_003 * TestChain.raz)
  }

  @Test func moreBlocksMakeNoMoreRAZ() throws {
    var (many, few) = (try TestChain(), try TestChain())
    for _ in 0..<60 { try many.count(after: 1_000) }
    try few.count(after: 60_000)
    #expect(many.incentives == few.incentives)
    #expect(many.incentives == 5 * TestChain.raz)
  }

  @Test func anIdleLedgerStaysAsItIs() throws {
    var chain = try TestChain { genesis in try? genesis.addValidator("vera", bond: 5 * TestChain.raz) }
    let root = chain.machine.appHash
    for _ in 0..<50 { try chain.wait(7_200_000) }
    #expect(chain.machine.appHash == root)
  }

  @Test func aRefusedTransactionsBlockCountsToo() throws {
    var chain = try TestChain()
    let bytes = try chain.transaction([Burn(amount: 0)], from: "alice")
    try chain.block([bytes], after: 12_000)
    #expect(chain.incentives == TestChain.raz)
  }

  /// Several epochs in one block emit as they would have one by one.
  @Test func catchingUpIsExact() throws {
    let parameters = Parameters()
    let issued = Supply.cap / 2 - 700 * TestChain.raz
    var (once, often) = (EpochClock(), EpochClock())
    let whole = once.advance(to: 5_000, issued: issued, parameters: parameters, hasValidators: true)
    var sum: UInt64 = 0
    for slot in stride(from: UInt64(100), through: 5_000, by: 100) {
      sum += often.advance(to: slot, issued: issued + sum, parameters: parameters, hasValidators: true).issued
    }
    #expect(whole.issued == sum)
    #expect(once == often)
    #expect(once.number == 16)
    #expect(whole.issued == 900 * TestChain.raz + 4_100 * TestChain.raz / 2)
    #expect(whole.issued == whole.toIncentives + whole.due + once.pending)
  }

  @Test func theEpochIsKnownBeforeItsSlotsAreCounted() {
    var parameters = Parameters()
    parameters.epochSlots = 7
    var random = SeededGenerator(seed: 5)
    var clock = EpochClock()
    for _ in 0..<500 {
      let target = clock.slot + UInt64.random(in: 0...(Bool.random(using: &random) ? 9 : 9_000), using: &random)
      let expected = clock.number(at: target, parameters: parameters)
      _ = clock.advance(to: target, issued: 0, parameters: parameters, hasValidators: false)
      #expect(clock.number == expected)
      #expect(clock.number(at: clock.slot, parameters: parameters) == clock.number)
    }
  }

  @Test func aVeryLongSilenceIsSkipped() throws {
    var chain = try TestChain()
    let century: UInt64 = 100 * 365 * 86_400_000
    try chain.count(after: century)
    let clock: EpochClock? = chain.record(.epochClock)
    #expect(clock?.number == 1_024)
    #expect(clock?.slot == century / 12_000)
    #expect(clock?.startSlot == clock?.slot)
    #expect(chain.incentives == 1_024 * 300 * TestChain.raz)
    try chain.count(after: 12_000)
    #expect(chain.incentives == (1_024 * 300 + 1) * TestChain.raz)
  }

  @Test func manyYearsNeverPassTheCap() throws {
    var parameters = Parameters()
    parameters.epochSlots = 3_000
    var chain = try TestChain(parameters: parameters) { genesis in
      genesis.holders[0].raz = 1_000 * TestChain.raz
      try? genesis.addValidator("vera", bond: 5 * TestChain.raz)
    }
    var last: UInt64 = 0
    for stretch in 0..<160 {
      try chain.count(after: 1_024 * parameters.epochSlots * parameters.slotTime)
      let supply = chain.supply
      #expect(supply.razIssued >= last && supply.razIssued <= Supply.cap, "stretch \(stretch)")
      last = supply.razIssued
    }
    #expect(Supply.cap - last <= Supply.cap >> 30)
    #expect(try chain.imbalance() == .none)
  }

  @Test func blockTimeAtTheEndOfTheWorld() throws {
    var clock = EpochClock()
    let accrual = clock.advance(to: .max, issued: 0, parameters: Parameters(), hasValidators: false)
    #expect(clock.slot == .max)
    #expect(accrual.issued == 1_024 * 300 * TestChain.raz)
    clock = EpochClock()
    (clock.slot, clock.startSlot) = (.max - 5, .max - 5)
    let last = clock.advance(to: .max, issued: 0, parameters: Parameters(), hasValidators: false)
    #expect(last.issued == 5 * TestChain.raz)
  }
}
