import Hashing
import Receipts
import Testing

@testable import Ledger

/// Messages of one transaction apply together or not at all.
@Suite struct AtomicityTests {
  @Test func aRefusedSecondMessageLeavesFeeAndNonceOnly() throws {
    var chain = try TestChain()
    let bob = try chain.add("bob")
    let before = chain.records()
    let good: [any Message] = [
      Transfer(to: bob, amount: 5), AddStake(amount: 6), Burn(amount: 7), Burn(amount: 8, recycle: true),
      AuthorizeKey(key: try TestChain.key("hot").publicKey, scopes: .all),
    ]
    let bytes = try chain.transaction(good + [Transfer(to: bob, amount: .max)], from: "alice")
    let result = try #require(try chain.block([bytes], after: 1).results.first)
    #expect(result.refusal?.code == .overspent)
    #expect(result.events.isEmpty)
    #expect(result.entries.map(\.cause) == [.fee])
    let alice = chain.names["alice"] ?? .zero
    #expect(
      Set(chain.changes(since: before)) == [
        StateKey<Account>.account(alice).bytes, StateKey<Pot>.pot(.fees).bytes,
      ])
    #expect(chain.account(alice) == Account(raz: 1_000_000_000_000_000 - 1_000_000, credit: 1_000_000_000, nonce: 1))
    #expect(chain.record(.pot(.fees))?.raz == 1_000_000)
    #expect(try chain.imbalance() == .none)
  }

  @Test func laterMessagesSeeEarlierOnes() throws {
    var chain = try TestChain()
    let messages: [any Message] = [AddStake(amount: 6), Unstake(amount: 6)]
    #expect(try chain.block([chain.transaction(messages, from: "alice")]).results.first?.code == 0)
    let stake: Stake? = chain.record(.stake(chain.names["alice"] ?? .zero))
    #expect(stake?.active == 0)
    #expect(stake?.maturing.map(\.amount) == [6])
  }

  @Test func laterTransactionsOfABlockSeeEarlierOnes() throws {
    var chain = try TestChain()
    try chain.add("bob")
    let bob = try #require(chain.names["bob"])
    let first = try chain.transaction([Transfer(to: bob, amount: 2_000_000)], from: "alice")
    let second = try chain.transaction([Burn(amount: 1_000_000)], from: "bob")
    #expect(try chain.block([first, second]).results.map(\.code) == [0, 0])
    #expect(chain.account(bob).raz == 0)
  }

  @Test func aRefusedTransactionDoesNotStopTheNext() throws {
    var chain = try TestChain()
    let bob = try chain.add("bob")
    let first = try chain.transaction([Transfer(to: bob, amount: .max)], from: "alice")
    let second = try chain.transaction([Transfer(to: bob, amount: 3)], from: "alice", nonce: 1)
    #expect(try chain.block([first, second]).results.map(\.code) == [RefusalCode.overspent.number, 0])
    #expect(chain.account(bob).raz == 3)
  }
}
