import Hashing
import Receipts
import Testing

@testable import Ledger

/// Thousands of random transactions of all kinds about money: whatever happens, for each token issued − burned is what
/// all records hold.
@Suite struct ConservationTests {
  private static let people = ["alice", "bert", "cora", "dora", "vera"]
  private let accounts: [String: Digest]

  init() throws {
    var accounts: [String: Digest] = [:]
    for name in Self.people { accounts[name] = try TestChain.key(name).publicKey.account }
    self.accounts = accounts
  }

  private func chain() throws -> TestChain {
    var parameters = Parameters()
    parameters.epochSlots = 20
    parameters.unstakingTime = 400_000
    parameters.validatorLimit = 3
    parameters.priceStaleness = 600_000
    parameters.priceBreaker = 1_000_000
    return try TestChain(parameters: parameters) { genesis in
      genesis.price = 1_500_000
      for name in Self.people.dropFirst().dropLast() {
        try? genesis.add(name, credit: 50_000_000, stake: 7 * TestChain.raz)
      }
      try? genesis.addValidator("vera", bond: 9 * TestChain.raz)
      genesis.reporters = genesis.holders.map(\.account).sorted()
    }
  }

  private func amount(_ random: inout SeededGenerator) -> UInt64 {
    switch UInt8.random(in: 0...9, using: &random) {
    case 0: UInt64.random(in: 0...2, using: &random)
    case 1: .max - UInt64.random(in: 0...2, using: &random)
    default: UInt64.random(in: 1...TestChain.raz << UInt64.random(in: 0...3, using: &random), using: &random)
    }
  }

  private func message(from name: String, _ chain: TestChain, _ random: inout SeededGenerator) throws -> any Message {
    let amount = amount(&random)
    let other = accounts[Self.people.randomElement(using: &random) ?? name] ?? .zero
    switch UInt8.random(in: 0...12, using: &random) {
    case 0: return Transfer(to: other, amount: amount)
    case 1: return Burn(amount: amount, recycle: Bool.random(using: &random))
    case 2: return AuthorizeKey(key: try TestChain.key("hot").publicKey, scopes: .all, razLimit: amount)
    case 3: return RevokeKey(key: try TestChain.key("hot").publicKey)
    case 4: return BuyCredits(amount: amount)
    case 5: return SellCredits(amount: amount / 1_000)
    case 6: return ReportPrice(price: UInt64.random(in: 1_000_000...2_000_000, using: &random))
    case 7: return AddStake(amount: amount)
    case 8: return Unstake(amount: amount)
    case 9: return WithdrawStake()
    case 10: return try chain.bond(name, amount)
    case 11: return Unbond(amount: amount)
    default: return WithdrawBond()
    }
  }

  /// A block of up to 24 transactions of 1 to 3 messages, some signed with a hot key.
  private func transactions(_ chain: TestChain, _ random: inout SeededGenerator) throws -> [[UInt8]] {
    var nonces: [String: UInt64] = [:]
    return try (0..<24).map { _ in
      let name = Self.people.randomElement(using: &random) ?? "alice"
      let nonce = nonces[name] ?? chain.account(accounts[name] ?? .zero).nonce
      nonces[name] = nonce + 1
      let messages = try (0..<Int.random(in: 1...3, using: &random)).map { _ in try message(from: name, chain, &random)
      }
      let key = UInt8.random(in: 0...9, using: &random) == 0 ? "hot" : nil
      return try chain.transaction(
        messages, from: name, key: key, nonce: nonce, fee: UInt64.random(in: 10_000...2_000_000, using: &random))
    }
  }

  private func offences(_ random: inout SeededGenerator) throws -> [Misbehaviour] {
    guard UInt8.random(in: 0...40, using: &random) == 0 else { return [] }
    let name = Self.people.randomElement(using: &random) ?? "vera"
    let address = ConsensusKey.address(of: try TestChain.key(name + "-consensus").publicKey)
    return [Misbehaviour(kind: .duplicateVote, address: address, height: 1, time: 1)]
  }

  @Test(arguments: [UInt64(1), 2])
  func nothingAppearsOrVanishes(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    var chain = try chain()
    var seen: [UInt32: Int] = [:]
    var entries: [Digest: Holdings] = [:]
    for _ in 0..<60 {
      let before = chain.validators.inForce
      let result = try chain.block(
        transactions(chain, &random), misbehaviour: offences(&random),
        after: UInt64.random(in: 1...60_000, using: &random))
      for each in result.results { seen[each.code, default: 0] += 1 }
      for entry in result.entries + result.results.flatMap(\.entries) {
        entries[entry.account, default: .none][entry.token] += entry.amount
      }
      #expect(try chain.imbalance() == .none)
      #expect(chain.supply.razIssued <= Supply.cap)
      #expect(!chain.validators.inForce.isEmpty)
      #expect(applying(result.validatorUpdates, to: before) == powers(chain.validators.inForce))
    }
    #expect((seen[0] ?? 0) > 100)
    #expect(seen.count > 10)
    try entriesExplain(chain, entries)
  }

  /// An account's balance is what it began with and its entries.
  private func entriesExplain(_ chain: TestChain, _ entries: [Digest: Holdings]) throws {
    let start = try self.chain()
    for name in Self.people {
      let account = accounts[name] ?? .zero
      let (now, first) = (chain.account(account), start.account(account))
      #expect(now.holdings == first.holdings + (entries[account] ?? .none))
    }
  }

  private func powers(_ members: [ValidatorSet.Member]) -> [PublicKey: UInt64] {
    Dictionary(members.map { ($0.key, $0.power) }, uniquingKeysWith: { $1 })
  }

  /// What an engine makes of updates: each key once, none removed that is not there.
  private func applying(_ updates: [ValidatorUpdate], to members: [ValidatorSet.Member]) -> [PublicKey: UInt64] {
    var powers = powers(members)
    #expect(Set(updates.map(\.key)).count == updates.count)
    for update in updates {
      #expect(update.power > 0 || powers[update.key] != nil)
      powers[update.key] = update.power == 0 ? nil : update.power
    }
    return powers
  }
}

extension Holdings {
  fileprivate subscript(token: Token) -> Int128 {
    get { token == .raz ? raz : credit }
    set { if token == .raz { raz = newValue } else { credit = newValue } }
  }
}
