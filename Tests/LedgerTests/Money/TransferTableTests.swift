import Hashing
import Testing

@testable import Ledger

@Suite struct TransferTableTests {
  @Test func table() throws {
    var chain = try TestChain()
    let bob = try chain.add("bob")
    let alice = try #require(chain.names["alice"])
    try chain.expect([
      .init("alice", Transfer(to: bob, amount: 0), .zeroAmount),
      .init("alice", Transfer(to: alice, amount: 1), .toItself),
      .init("alice", Transfer(to: bob, amount: .max), .overspent),
      .init("alice", Transfer(to: bob, amount: 1_000_000_000_000_000), .overspent),
      .init("alice", Transfer(to: bob, amount: 2_000_000)),
      .init("bob", Transfer(to: alice, amount: 1_000_001), .overspent),
      .init("alice", Transfer(to: bob, amount: 1_000_000)),
      .init("bob", Transfer(to: alice, amount: 1_000_000)),
    ])
    #expect(chain.account(bob).raz == 0)
  }
}
