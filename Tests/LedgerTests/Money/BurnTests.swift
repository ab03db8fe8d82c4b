import Hashing
import Testing

@testable import Ledger

@Suite struct BurnTests {
  @Test func table() throws {
    var chain = try TestChain()
    let most = chain.account("alice").raz
    try chain.expect([
      .init("alice", Burn(amount: 0), .zeroAmount),
      .init("alice", Burn(amount: 0, recycle: true), .zeroAmount),
      .init("alice", Burn(amount: most), .overspent),
      .init("alice", Burn(amount: .max, recycle: true), .overspent),
      .init("alice", Burn(amount: 5)),
      .init("alice", Burn(amount: 7, recycle: true)),
    ])
  }

  @Test func burnedIsGoneAndRecycledIsAsIfNeverIssued() throws {
    var chain = try TestChain()
    let issued = chain.supply.razIssued
    try chain.expect([.init("alice", Burn(amount: 5)), .init("alice", Burn(amount: 7, recycle: true))])
    #expect(chain.supply.razBurned == 5)
    #expect(chain.supply.razIssued == issued - 7)
  }

  @Test func recycledRAZIsEmittedAgain() throws {
    var chain = try TestChain { genesis in genesis.holders[0].raz = Supply.cap }
    try chain.wait(120_000)
    try chain.count(after: 1)
    #expect(chain.incentives == 0)
    #expect(chain.supply.razIssued == Supply.cap)
    try chain.expect([.init("alice", Burn(amount: Supply.cap / 2, recycle: true))])
    try chain.count(after: 3_600_000)
    try chain.count(after: 12_000)
    #expect(chain.incentives >= Emission.firstRate / 2)
  }
}
