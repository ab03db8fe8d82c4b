import Hashing
import Receipts
import Testing

@testable import Ledger

@Suite struct ElectionTests {
  private static let epoch: UInt64 = 3_600_000
  private static let raz = TestChain.raz

  private func chain(limit: UInt64 = 3, _ bonds: [(String, UInt64)]) throws -> TestChain {
    var parameters = Parameters()
    parameters.validatorLimit = limit
    return try TestChain(parameters: parameters) { genesis in
      for name in ["bert", "cora", "dora"] { try? genesis.add(name) }
      for (name, bond) in bonds { try? genesis.addValidator(name, bond: bond * TestChain.raz) }
    }
  }

  private func update(_ name: String, _ power: UInt64) throws -> ValidatorUpdate {
    ValidatorUpdate(key: try TestChain.key(name + "-consensus").publicKey, power: power)
  }

  @Test func genesisStartsWithTheLargestBonds() throws {
    var genesis = Genesis(chainID: "test-1")
    genesis.parameters.validatorLimit = 2
    for (name, bond) in [("a", UInt64(3)), ("b", 5), ("c", 4)] { try genesis.addValidator(name, bond: bond * Self.raz) }
    #expect(ValidatorRules.first(genesis) == [try update("b", 5_000), try update("c", 4_000)])
    let first = try LedgerMachine.start(genesis).first
    #expect(first.validatorUpdates == ValidatorRules.first(genesis))
    let chain = try chain(limit: 2, [("a", 3), ("b", 5), ("c", 4)])
    #expect(try chain.powers(["a", "b", "c"]) == [nil, 5_000, 4_000])
  }

  @Test func changesComeIntoForceAtTheEpochsEndOnly() throws {
    var chain = try chain([("vera", 5)])
    try chain.expect([.init("bert", try chain.bond("bert", 7 * Self.raz))])
    #expect(try chain.count(after: Self.epoch - 12_000).validatorUpdates == [])
    #expect(try chain.powers(["vera", "bert"]) == [5_000, nil])
    #expect(try chain.count(after: 12_000).validatorUpdates == [try update("bert", 7_000)])
    #expect(try chain.powers(["vera", "bert"]) == [5_000, 7_000])
    #expect(try chain.count(after: 12_000).validatorUpdates == [])
  }

  @Test func onlyWhatChangedIsSaid() throws {
    var chain = try chain([("vera", 5), ("vito", 4), ("walt", 3)])
    try chain.expect([
      .init("bert", try chain.bond("bert", 6 * Self.raz)),
      .init("vito", try chain.bond("vito", Self.raz)),
      .init("vera", try chain.bond("vera", 999_999)),
    ])
    let updates = try chain.count(after: Self.epoch).validatorUpdates
    #expect(updates == [try update("walt", 0), try update("bert", 6_000), try update("vito", 5_000)])
    #expect(try chain.powers(["vera", "vito", "walt", "bert"]) == [5_000, 5_000, nil, 6_000])
    #expect(try chain.count(after: Self.epoch).validatorUpdates == [])
  }

  @Test func whoLeavesStaysInForceUntilTheEpochsEnd() throws {
    var chain = try chain([("vera", 5), ("vito", 4)])
    try chain.expect([.init("vera", Unbond(amount: 5 * Self.raz))])
    #expect(try chain.powers(["vera", "vito"]) == [5_000, 4_000])
    #expect(try chain.count(after: Self.epoch).validatorUpdates == [try update("vera", 0)])
  }

  @Test func tiesGoByAccount() throws {
    let names = ["a", "b", "c", "d", "e"]
    let chain = try chain(limit: 2, names.map { ($0, 4) })
    let accounts = try names.map { try TestChain.key($0).publicKey.account }.sorted()
    #expect(chain.validators.candidates.map(\.account) == accounts)
    #expect(chain.validators.inForce.map(\.account) == Array(accounts.prefix(2)))
  }

  @Test func ofMoreThan256CandidatesTheSmallestIsDropped() throws {
    let account = { (number: UInt64) in taggedHash("razao/test/account/1", number.keyBytes) }
    var set = ValidatorSet()
    for number in UInt64(0)..<256 { try set.rank(account(number), bond: 1_000 + number) }
    #expect(throws: Refusal(.tooManyCandidates)) {
      var copy = set
      try copy.rank(account(999), bond: 999)
    }
    try set.rank(account(999), bond: 1_001)
    #expect(set.candidates.count == 256)
    #expect(!set.candidates.contains { $0.account == account(0) })
    #expect(set.candidates == set.candidates.sorted())
    try set.rank(account(999), bond: 0)
    #expect(set.candidates.count == 255)
  }

  @Test func powerFitsTheEngineAndIsNeverZero() {
    let key = PublicKey([UInt8](repeating: 1, count: 32))
    let members = [UInt64(1), 999_999, Supply.cap].compactMap { bond in
      key.map { ValidatorSet.Member(account: .zero, key: $0, bond: bond) }
    }
    #expect(members.map(\.power) == [1, 1, 21_000_000_000])
    #expect(members.reduce(0) { $0 + $1.power } < (1 << 60) / 8)
  }

  @Test func theEpochsShareAndFeesGoToValidatorsByBond() throws {
    var chain = try chain([("vera", 5), ("vito", 2)])
    let before = [chain.account(try chain.add("vera")).raz, chain.account(try chain.add("vito")).raz]
    try chain.expect([.init("alice", Burn(amount: 1))])
    let fees = try #require(chain.record(.pot(.fees))).raz
    let entries = try chain.count(after: Self.epoch).entries
    let due = 30 * Self.raz + fees
    #expect(chain.account("vera").raz == before[0] + due * 5 / 7)
    #expect(chain.account("vito").raz == before[1] + due * 2 / 7)
    #expect(entries.map(\.cause) == [.reward, .reward])
    let clock: EpochClock? = chain.record(.epochClock)
    #expect(clock?.pending == due - due * 5 / 7 - due * 2 / 7)
    #expect(chain.incentives == 270 * Self.raz)
    #expect(try chain.imbalance() == .none)
  }

  @Test func withoutValidatorsAllGoesToThePot() throws {
    var chain = try chain([])
    try chain.expect([.init("alice", Burn(amount: 1))])
    try chain.count(after: Self.epoch)
    #expect(chain.incentives == 300 * Self.raz + 1_000_000)
  }
}
