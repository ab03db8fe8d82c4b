import Hashing
import Receipts
import Testing

@testable import Ledger

/// What an engine's evidence costs, and that it costs it once.
@Suite struct MisbehaviourTests {
  private static let raz = TestChain.raz
  private static let day: UInt64 = 86_400_000

  private func chain(_ names: [String] = ["vera", "vito"]) throws -> TestChain {
    try TestChain { genesis in
      try? genesis.add("bert")
      for name in names { try? genesis.addValidator(name, bond: 100 * TestChain.raz) }
    }
  }

  private func offence(
    _ name: String, height: UInt64 = 1, _ kind: Misbehaviour.Kind = .duplicateVote
  ) throws -> Misbehaviour {
    let address = ConsensusKey.address(of: try TestChain.key(name + "-consensus").publicKey)
    return Misbehaviour(kind: kind, address: address, height: height, time: 5)
  }

  @Test func theAddressIsTheStartOfSHA256() throws {
    let key = try #require(PublicKey([UInt8](repeating: 0, count: 32)))
    #expect(ConsensusKey.address(of: key).hex == "66687aadf862bd776c8fc18b8e9f8e2008971485")
  }

  @Test func anOffenceIsPunishedOnceWhateverItIsReportedAs() throws {
    var chain = try chain()
    let reports = [
      try offence("vera", height: 3), try offence("vera", height: 4),
      try offence("vera", height: 4, .lightClientAttack),
    ]
    try chain.block([], misbehaviour: reports)
    #expect(try chain.bond(of: "vera")?.active == 95 * Self.raz)
    #expect(try chain.bond(of: "vera")?.isJailed == true)
    #expect(chain.supply.razBurned == 5 * Self.raz)
    let root = chain.machine.appHash
    try chain.block([], misbehaviour: reports)
    #expect(chain.machine.appHash == root)
    #expect(try chain.imbalance() == .none)
  }

  @Test func theOffenderLeavesAtOnceAndForGood() throws {
    var chain = try chain()
    let updates = try chain.block([], misbehaviour: [offence("vera")]).validatorUpdates
    #expect(updates == [.init(key: try TestChain.key("vera-consensus").publicKey, power: 0)])
    try chain.expect([
      .init("vera", try chain.bond("vera", Self.raz), .jailed),
      .init("bert", try chain.bond("bert", Self.raz, key: "vera-consensus"), .takenConsensusKey),
      .init("vera", Unbond(amount: 95 * Self.raz - 1)),
      .init("vera", Unbond(amount: 1)),
      .init("vera", WithdrawBond(), after: 14 * Self.day),
      .init("vera", try chain.bond("vera", Self.raz), .jailed),
      .init("bert", try chain.bond("bert", Self.raz, key: "vera-consensus"), .takenConsensusKey),
    ])
    #expect(try chain.powers(["vera", "vito"]) == [nil, 100_000])
    #expect(chain.validators.removed == [])
  }

  @Test func whoHasLeftIsFoundWhileTheBondMatures() throws {
    var chain = try chain()
    try chain.expect([.init("vera", Unbond(amount: 100 * Self.raz))])
    try chain.count(after: 13 * Self.day)
    #expect(try chain.powers(["vera"]) == [nil])
    try chain.block([], misbehaviour: [offence("vera")])
    #expect(try chain.bond(of: "vera")?.maturing.map(\.amount) == [95 * Self.raz])
    #expect(chain.supply.razBurned == 5 * Self.raz + 1)
  }

  @Test func theSlashCountsWhatMatures() throws {
    var chain = try chain()
    try chain.expect([.init("vera", Unbond(amount: 98 * Self.raz))])
    try chain.block([], misbehaviour: [offence("vera")])
    let bond = try #require(try chain.bond(of: "vera"))
    #expect(bond.active == 0)
    #expect(bond.maturing.map(\.amount) == [95 * Self.raz])
    #expect(bond.slashed == 5 * Self.raz)
  }

  @Test func aStrangersAddressChangesNothing() throws {
    var chain = try chain()
    let root = chain.machine.appHash
    let nowhere = Misbehaviour(kind: .duplicateVote, address: [], height: 1, time: 1)
    try chain.block([], misbehaviour: [offence("nobody"), nowhere])
    #expect(chain.machine.appHash == root)
  }

  @Test func theLastOneStaysUntilAnotherIsElected() throws {
    var chain = try chain(["vera"])
    #expect(try chain.block([], misbehaviour: [offence("vera")]).validatorUpdates == [])
    #expect(try chain.powers(["vera"]) == [100_000])
    #expect(try chain.count(after: 3_600_000).validatorUpdates == [])
    try chain.expect([.init("bert", try chain.bond("bert", Self.raz))])
    let updates = try chain.count(after: 3_600_000).validatorUpdates
    #expect(
      updates == [
        .init(key: try TestChain.key("vera-consensus").publicKey, power: 0),
        .init(key: try TestChain.key("bert-consensus").publicKey, power: 1_000),
      ])
    #expect(try chain.powers(["vera", "bert"]) == [nil, 1_000])
  }

  @Test func allOffendersOfOneBlockButOneLeave() throws {
    var chain = try chain(["v", "w", "x"])
    let updates = try chain.block([], misbehaviour: ["v", "w", "x"].map { try offence($0) }).validatorUpdates
    #expect(updates.count == 2)
    #expect(chain.validators.inForce.count == 1)
    #expect(chain.supply.razBurned == 15 * Self.raz)
  }

  @Test func anOffenderGetsNothingOfTheEpoch() throws {
    var chain = try chain()
    let before = chain.account(try chain.add("vera")).raz
    try chain.count(after: 3_600_000, misbehaviour: [offence("vera")])
    #expect(chain.account("vera").raz == before)
    #expect(chain.account(try chain.add("vito")).raz > 1_029 * Self.raz)
  }
}
