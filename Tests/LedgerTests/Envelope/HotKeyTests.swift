import Hashing
import Receipts
import Testing

@testable import Ledger

/// What a key may do that is not the account's own.
@Suite struct HotKeyTests {
  private func authorize(
    _ scopes: KeyScope, expiry: UInt64 = 0, razLimit: UInt64 = .max, key: String = "hot"
  ) throws -> AuthorizeKey {
    AuthorizeKey(key: try TestChain.key(key).publicKey, scopes: scopes, expiry: expiry, razLimit: razLimit)
  }

  @Test func authorizing() throws {
    var chain = try TestChain()
    try chain.expect([
      .init("alice", try authorize([]), .badScopes),
      .init("alice", try authorize(.keys), .badScopes),
      .init("alice", try authorize([.transfer, .keys]), .badScopes),
      .init("alice", try authorize(KeyScope(rawValue: 2_048)), .badScopes),
      .init("alice", try authorize(.transfer, key: "alice"), .ownKey),
      .init("alice", try authorize(.transfer, expiry: 999_999), .pastExpiry),
      .init("alice", try authorize(.transfer, expiry: chain.machine.time + 7), .pastExpiry),
      .init("alice", try authorize(.transfer, expiry: chain.machine.time + 9)),
      .init("alice", try authorize(.all)),
    ])
  }

  @Test func revoking() throws {
    var chain = try TestChain()
    let hot = try TestChain.key("hot").publicKey
    try chain.expect([
      .init("alice", RevokeKey(key: hot), .noSuchKey),
      .init("alice", try authorize(.transfer)),
      .init("alice", Burn(amount: 1), key: "hot"),
      .init("alice", RevokeKey(key: hot)),
      .init("alice", RevokeKey(key: hot), .noSuchKey),
    ])
    let bytes = try chain.transaction([Burn(amount: 1)], from: "alice", key: "hot")
    #expect(try chain.block([bytes]).results.first?.refusal?.code == .unknownKey)
  }

  @Test func aHotKeyNeverHandsOutKeys() throws {
    var chain = try TestChain()
    #expect(try chain.send(authorize(.all), from: "alice").code == 0)
    let root = chain.machine.appHash
    let hot = try TestChain.key("hot").publicKey
    let messages: [any Message] = [try authorize(.all, key: "second"), RevokeKey(key: hot)]
    for message in messages {
      #expect(try chain.send(message, from: "alice", key: "hot").refusal?.code == .outOfScope)
    }
    #expect(chain.machine.appHash == root)
  }

  /// The messages themselves refuse too, whatever the envelope let through.
  @Test func keyMessagesWantTheColdKeyThemselves() throws {
    let chain = try TestChain()
    let hot = try TestChain.key("hot").publicKey
    let sender = Sender(account: try #require(chain.names["alice"]), key: hot, isCold: false)
    var ledger = LedgerContext(
      state: WorkingState(source: chain.machine.committed),
      block: BlockContext(chain: chain.machine.chain, height: 1, time: 2_000_000, hash: .zero), parameters: Parameters()
    )
    #expect(throws: Refusal(.outOfScope, "authorizeKey")) {
      try authorize(.all, key: "second").apply(from: sender, to: &ledger)
    }
    #expect(throws: Refusal(.outOfScope, "revokeKey")) { try RevokeKey(key: hot).apply(from: sender, to: &ledger) }
  }

  @Test func eachKindWantsItsScope() throws {
    var chain = try TestChain()
    for message in MessageSamples.all where type(of: message).scope != .keys {
      let scope = type(of: message).scope
      #expect(try chain.send(authorize(KeyScope.all.subtracting(scope)), from: "alice").code == 0)
      #expect(try chain.send(message, from: "alice", key: "hot").refusal?.code == .outOfScope, "\(message)")
      #expect(try chain.send(authorize(scope), from: "alice").code == 0)
      #expect(try chain.send(message, from: "alice", key: "hot").refusal?.code != .outOfScope, "\(message)")
    }
  }

  @Test func oneMessageOutOfScopeRefusesAll() throws {
    var chain = try TestChain()
    #expect(try chain.send(authorize(.stake), from: "alice").code == 0)
    let root = chain.machine.appHash
    let bytes = try chain.transaction([AddStake(amount: 1), Burn(amount: 1)], from: "alice", key: "hot")
    #expect(try chain.block([bytes]).results.first?.refusal?.code == .outOfScope)
    #expect(chain.machine.appHash == root)
  }

  @Test func anExpiredKey() throws {
    var chain = try TestChain()
    let expiry = chain.machine.time + 10
    try chain.expect([.init("alice", try authorize(.transfer, expiry: expiry))])
    try chain.expect([.init("alice", Burn(amount: 1), key: "hot", after: 9)])
    #expect(chain.machine.time == expiry)
    let bytes = try chain.transaction([Burn(amount: 1)], from: "alice", key: "hot")
    #expect(try chain.block([bytes], after: 1).results.first?.refusal?.code == .expiredKey)
  }

  @Test func theLimitCountsFeesToo() throws {
    var chain = try TestChain()
    let fee: UInt64 = 1_000_000
    try chain.expect([
      .init("alice", try authorize(.all, razLimit: 3 * fee + 10)),
      .init("alice", Burn(amount: 4), key: "hot"),
      .init("alice", AddStake(amount: fee + 7), .keyLimit, key: "hot"),
      .init("alice", Burn(amount: 6), key: "hot"),
    ])
    let key: HotKey? = chain.record(.hotKey(try #require(chain.names["alice"]), try TestChain.key("hot").publicKey))
    #expect(key?.razLimit == 0)
    let bytes = try chain.transaction([Burn(amount: 1)], from: "alice", key: "hot")
    #expect(try chain.block([bytes]).results.first?.refusal?.code == .keyLimit)
    #expect(chain.account("alice").nonce == 4)
  }

  @Test func everyWayOutOfTheBalanceCounts() throws {
    var chain = try TestChain { $0.price = 1_000_000 }
    let messages: [any Message] = [
      Transfer(to: .zero, amount: 2_000_000_000), Burn(amount: 2_000_000_000),
      Burn(amount: 2_000_000_000, recycle: true), BuyCredits(amount: 2_000_000_000), AddStake(amount: 2_000_000_000),
      try chain.bond("alice", 2_000_000_000),
    ]
    for message in messages {
      try chain.expect([
        .init("alice", try authorize(.all, razLimit: 2_000_999_999)), .init("alice", message, .keyLimit, key: "hot"),
        .init("alice", try authorize(.all, razLimit: 2_001_000_000)), .init("alice", message, key: "hot"),
      ])
    }
  }

  @Test func aHotKeyOfOneAccountIsNoneOfAnother() throws {
    var chain = try TestChain { genesis in try? genesis.add("carol") }
    #expect(try chain.send(authorize(.all), from: "alice").code == 0)
    #expect(try chain.send(Burn(amount: 1), from: "carol", key: "hot").refusal?.code == .unknownKey)
  }
}
