import Hashing
import Receipts
import Testing

@testable import Ledger

@Suite struct BeaconTests {
  private static let deposit = Parameters().beaconDeposit

  private static func secret(_ name: String) -> Digest { taggedHash("razao/test/beacon/1", Array(name.utf8)) }

  private func commit(_ world: InferenceChain, _ name: String, round: UInt64, of secret: String? = nil) -> CommitBeacon
  {
    CommitBeacon(
      round: round,
      commitment: BeaconRound.commitment(
        account: world.id(name), round: round, secret: Self.secret(secret ?? name)))
  }

  private func reveal(_ name: String, round: UInt64) -> RevealBeacon {
    RevealBeacon(round: round, secret: Self.secret(name))
  }

  /// Empty blocks up to a height.
  private func go(_ world: inout InferenceChain, before height: UInt64) throws {
    while world.chain.machine.height + 1 < height { try world.wait(1_000) }
  }

  @Test(
    arguments: [
      (0, 10, 0, true), (4, 10, 0, true), (5, 10, 0, false), (9, 10, 0, false), (10, 10, 1, true), (7, 3, 2, true),
      (8, 3, 2, false), (4, 2, 2, true), (5, 2, 2, false), (5, 0, 2, false), (.max, 2, .max / 2, false),
    ] as [(UInt64, UInt64, UInt64, Bool)])
  func aRoundHasTwoHalves(height: UInt64, length: UInt64, round: UInt64, takesCommitments: Bool) {
    let phase = BeaconRound.phase(height: height, roundLength: length)
    #expect(phase.round == round && phase.takesCommitments == takesCommitments)
  }

  @Test func commitAndReveal() throws {
    var world = try InferenceChain()
    let (owner, rival) = (world.chain.account("owner").raz, world.chain.account("rival").raz)
    try go(&world, before: 10)
    try world.expect(
      Row("next round's, too early", commit(world, "owner", round: 2), by: "owner", .otherRound),
      Row("last round's", commit(world, "owner", round: 0), by: "owner", .otherRound),
      Row("no stake", commit(world, "mallory", round: 1), by: "mallory", .ineligible),
      Row("good", commit(world, "owner", round: 1), by: "owner"),
      Row("double commitment", commit(world, "owner", round: 1, of: "x"), by: "owner", .alreadyCommitted))
    #expect(world.chain.machine.height == 14)
    #expect(world.chain.record(.beaconRound(1))?.holdings == Holdings(raz: Int128(Self.deposit)))
    try world.expect(
      Row("after the half", commit(world, "rival", round: 1), by: "rival", .commitsEnded),
      Row("reveal of another round", reveal("owner", round: 0), by: "owner", .otherRound),
      Row("not committed", reveal("rival", round: 1), by: "rival", .notCommitted),
      Row("another secret", reveal("x", round: 1), by: "owner", .wrongReveal),
      Row("good", reveal("owner", round: 1), by: "owner"))
    #expect(world.chain.machine.height == 19)
    try world.expect(
      Row("after the round", reveal("owner", round: 1), by: "owner", .otherRound),
      Row("before its half", reveal("owner", round: 2), by: "owner", .revealsNotBegun))
    #expect(world.chain.account("owner").raz == owner - 9 * 1_000_000)
    #expect(world.chain.account("rival").raz == rival - 2 * 1_000_000)
    #expect(world.chain.record(.beaconRound(1)) == nil)
    #expect(try world.imbalance() == .none)
  }

  @Test func doubleRevealBringsNoSecondDeposit() throws {
    var world = try InferenceChain()
    try go(&world, before: 10)
    try world.expect(Row("commit", commit(world, "owner", round: 1), by: "owner"))
    try go(&world, before: 15)
    try world.expect(
      Row("reveal", reveal("owner", round: 1), by: "owner"),
      Row("double reveal", reveal("owner", round: 1), by: "owner", .alreadyRevealed))
    #expect(try world.imbalance() == .none)
  }

  /// The commitment is of one account: who copies it cannot reveal what its owner reveals.
  @Test func aCopiedCommitmentCannotBeRevealed() throws {
    var world = try InferenceChain()
    try go(&world, before: 10)
    let copied = commit(world, "owner", round: 1)
    try world.expect(Row("own", copied, by: "owner"), Row("copied", copied, by: "rival"))
    try go(&world, before: 15)
    try world.expect(
      Row("own", reveal("owner", round: 1), by: "owner"),
      Row("copied", reveal("owner", round: 1), by: "rival", .wrongReveal))
  }

  @Test func theLastRevealerForfeitsWhenHeKeepsHisSecret() throws {
    var results: [Digest] = []
    for reveals in [true, false] {
      var world = try InferenceChain()
      try go(&world, before: 10)
      try world.expect(
        Row("first", commit(world, "owner", round: 1), by: "owner"),
        Row("last", commit(world, "rival", round: 1), by: "rival"))
      try go(&world, before: 15)
      try world.expect(Row("first", reveal("owner", round: 1), by: "owner"))
      if reveals { try world.expect(Row("last", reveal("rival", round: 1), by: "rival")) }
      let burned = try #require(world.chain.record(.supply)).razBurned
      try go(&world, before: 25)
      #expect(world.chain.record(.supply)?.razBurned == burned, "empty blocks change nothing")
      try world.expect(Row("any", Transfer(to: .zero, amount: 1), by: "watcher"))
      #expect(world.chain.record(.supply)?.razBurned == burned + (reveals ? 0 : Self.deposit))
      results.append(try #require(world.chain.record(.beaconState)).accumulator)
      let secrets = reveals ? [Self.secret("owner"), Self.secret("rival")] : [Self.secret("owner")]
      #expect(results.last == BeaconState.accumulator(after: world.chain.machine.chain, 1, secrets))
      #expect(try world.imbalance() == .none)
    }
    #expect(results[0] != results[1], "the two draws that he had")
  }

  @Test func aRoundTakes64Commitments() throws {
    let names = (0..<65).map { "staker \($0)" }
    var parameters = Parameters()
    parameters.beaconRound = 1 << 10
    var chain = try TestChain(parameters: parameters) { genesis in
      for name in names {
        let id = (try? TestChain.key(name).publicKey.account) ?? .zero
        genesis.holders.append(.init(account: id, raz: 10_000_000_000, stake: 100_000_000_000))
      }
    }
    let transactions = try names.map { name in
      try chain.transaction([CommitBeacon(round: 0, commitment: .zero)], from: name)
    }
    let codes = try chain.block(transactions).results.map(\.refusal?.code)
    #expect(codes.prefix(64).allSatisfy { $0 == nil } && codes.last == .roundFull)
  }

  @Test func aBondIsEnough() throws {
    var world = try InferenceChain()
    let key = try TestChain.key("consensus")
    let statement = AddBond.possessionDigest(chain: world.chain.machine.chain, account: world.id("mallory"))
    let bond = AddBond(
      key: key.publicKey, amount: Parameters().minimumBond, possession: try key.signature(over: statement))
    try world.expect(Row("bond", bond, by: "mallory"))
    try go(&world, before: 10)
    try world.expect(Row("commit", commit(world, "mallory", round: 1), by: "mallory"))
  }

  @Test func aBatchGetsItsBeaconTwoBlocksLater() throws {
    var world = try InferenceChain()
    try world.expect(Row("anchor", try world.anchor([world.receipt()]), by: "owner"))
    let anchored = world.chain.machine.height
    let key = StateKey<Beacon>.beacon(anchoredAt: anchored)
    try world.expect(Row("one later", Transfer(to: .zero, amount: 1), by: "watcher"))
    #expect(world.chain.record(key) == nil)
    let root = world.chain.machine.appHash
    try world.wait(1_000)
    #expect(world.chain.machine.appHash == root, "an idle ledger stays quiet")
    try world.expect(Row("next", Transfer(to: .zero, amount: 1), by: "watcher"))
    let beacon = try #require(world.chain.record(key))
    #expect(beacon.height == anchored + 3)
    let hash = taggedHash("razao/test/block/1", beacon.height.keyBytes)
    #expect(beacon.value == Beacon.value(accumulator: world.chain.machine.chain, blockHash: hash))
    try world.expect(Row("later", Transfer(to: .zero, amount: 1), by: "watcher"))
    #expect(world.chain.record(key) == beacon, "a beacon is drawn once")
    #expect(world.chain.record(.beacon(anchoredAt: anchored + 1)) == nil)
  }

  @Test func twoBatchesOfABlockWantOneBeacon() throws {
    var world = try InferenceChain()
    let anchors = try ["owner", "rival"].map { name in
      try world.chain.transaction([world.anchor([world.receipt(Answer(name: name))], of: name)], from: name)
    }
    try world.chain.block(anchors)
    #expect(world.chain.record(.beaconState)?.wanted == [world.chain.machine.height])
  }

  @Test func batchesOfFollowingBlocksEachGetTheirBeacon() throws {
    var world = try InferenceChain()
    let first = world.chain.machine.height + 1
    for batch in 1...6 {
      try world.expect(
        Row(
          "batch \(batch)", try world.anchor([world.receipt(Answer(drawn: UInt64(batch)))], batch: UInt64(batch)),
          by: "owner"))
    }
    for _ in 0..<2 { try world.expect(Row("any", Transfer(to: .zero, amount: 1), by: "watcher")) }
    for height in first..<first + 6 {
      #expect(world.chain.record(.beacon(anchoredAt: height))?.height == height + 2)
    }
    #expect(world.chain.record(.beaconState)?.wanted == [])
  }
}
