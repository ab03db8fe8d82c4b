import Hashing
import Receipts
import Testing

@testable import Ledger

@Suite struct RegistryTests {
  @Test func publishProgram() throws {
    var world = try InferenceChain()
    let other = taggedHash("razao/test/program/1", [2])
    var parameters = Parameters()
    parameters.programFee = 2_000_000_000_000
    var poor = try InferenceChain(parameters: parameters, isSetUp: false)
    try poor.expect(Row("a fee that the balance lacks", poor.publication(), by: "publisher", .overspent))
    try world.expect(
      Row("no name", world.publication(other, title: ""), by: "publisher", .unnamed),
      Row("over half", world.publication(other, royalty: 500_001), by: "publisher", .royaltyTooHigh),
      Row("half", world.publication(other, royalty: 500_000), by: "publisher"),
      Row("program taken over", world.publication(royalty: 0), by: "mallory", .notPublisher),
      Row("royalty raised before payment", world.publication(royalty: 100_001), by: "publisher", .royaltyRaised),
      Row("royalty lowered, name changed", world.publication(title: "small", royalty: 5), by: "publisher"))
    let program = try #require(world.chain.record(.program(InferenceChain.program)))
    #expect(program.name == "small" && program.royalty == 5 && program.height == 1)
    #expect(program.publisher == world.id("publisher"))
  }

  @Test func theFeeIsPaidOnceAndCountsAsNeverIssued() throws {
    var world = try InferenceChain()
    let before = try #require(world.chain.record(.supply))
    let balance = world.chain.account("publisher").raz
    try world.expect(
      Row("another", world.publication(.zero), by: "publisher"),
      Row("change", world.publication(.zero), by: "publisher"))
    let after = try #require(world.chain.record(.supply))
    #expect(before.razIssued - after.razIssued == 1_000_000_000)
    #expect(balance - world.chain.account("publisher").raz == 1_000_000_000 + 2 * 1_000_000)
    #expect(try world.imbalance() == .none)
  }

  @Test func registerProvider() throws {
    var world = try InferenceChain()
    let good = try world.registration(of: "owner")
    let offer = try #require(good.offers.first)
    var forged = good
    forged.capacity = 5
    var stolen = try world.registration(of: "rival")
    stolen.key = good.key
    try world.expect(
      Row("http", try world.registration(of: "owner", endpoint: "http://node"), by: "owner", .badEndpoint),
      Row("no host", try world.registration(of: "owner", endpoint: "https://"), by: "owner", .badEndpoint),
      Row("a space", try world.registration(of: "owner", endpoint: "https://a b"), by: "owner", .badEndpoint),
      Row("twice", try world.registration(of: "owner", offers: [offer, offer]), by: "owner", .duplicateOffer),
      Row("fields changed after signing", forged, by: "owner", .noPossession),
      Row("a key of somebody else", stolen, by: "rival", .noPossession),
      Row("another account's registration replayed", good, by: "rival", .noPossession),
      Row(
        "provider id taken over", try world.registration(of: "owner", for: "rival"), by: "rival", .notOwner),
      Row("no stake", try world.registration(of: "mallory"), by: "mallory", .understaked),
      Row("moved", try world.registration(of: "owner", endpoint: "https://elsewhere"), by: "owner"))
    let record = try world.record()
    #expect(record.endpoint == "https://elsewhere" && record.owner == world.id("owner") && record.height == 1)
    #expect(record.prices(of: InferenceChain.program) == Prices(prompt: 100_000, answer: 400_000))
    #expect(record.prices(of: .zero) == nil)
  }

  @Test func aRegistrationOfAnotherChainIsRefused() throws {
    var world = try InferenceChain()
    let foreign = try RegisterProvider(
      endpoint: "https://node", certificate: .zero, capacity: 1, offers: [], chain: Genesis.chain("other"),
      account: world.id("owner"), signedWith: TestChain.key("owner-provider"))
    try world.expect(Row("another chain's", foreign, by: "owner", .noPossession))
  }

  @Test func anUpdateKeepsWhatTheLedgerHasCounted() throws {
    var world = try InferenceChain()
    try world.expect(
      Row("batch", try world.anchor([world.receipt()]), by: "owner"),
      Row("contributions", AnchorContributions(provider: try world.provider(), epoch: 9, root: .zero), by: "owner"),
      Row("again", try world.registration(of: "owner"), by: "owner"))
    #expect(try world.record().batches == 1 && world.record().contributionEpoch == 9)
  }

  @Test func retireProvider() throws {
    var world = try InferenceChain()
    let retire = RetireProvider(provider: try world.provider())
    try world.expect(
      Row("unknown", RetireProvider(provider: .zero), by: "owner", .unknownProvider),
      Row("another's", retire, by: "mallory", .notOwner),
      Row("own", retire, by: "owner"),
      Row("twice", retire, by: "owner", .retired),
      Row("a channel to it", try world.opening(salt: 1), by: "payer", .retired),
      Row("what it has signed", try world.anchor([world.receipt()]), by: "owner"),
      Row("back", try world.registration(of: "owner"), by: "owner"),
      Row("a channel again", try world.opening(salt: 1), by: "payer"))
  }

  @Test func registerAndRetireAuditor() throws {
    var world = try InferenceChain()
    let good = try auditor(world, by: "owner")
    let id = good.key.auditor
    var forged = good
    forged.seedCommitment = .zero
    try world.expect(
      Row("bad endpoint", try auditor(world, by: "owner", endpoint: "ftp://x"), by: "owner", .badEndpoint),
      Row("seed changed after signing", forged, by: "owner", .noPossession),
      Row("no stake", try auditor(world, by: "mallory"), by: "mallory", .understaked),
      Row("unknown", RetireAuditor(auditor: id), by: "owner", .unknownAuditor),
      Row("own", good, by: "owner"),
      Row("auditor taken over", try auditor(world, by: "rival"), by: "rival", .notOwner),
      Row("another's", RetireAuditor(auditor: id), by: "rival", .notOwner),
      Row("retired", RetireAuditor(auditor: id), by: "owner"),
      Row("twice", RetireAuditor(auditor: id), by: "owner", .retired))
  }

  @Test func aSeedChosenAfterwardsShowsItsHeight() throws {
    var world = try InferenceChain()
    let first = try auditor(world, by: "owner")
    let second = try auditor(world, by: "owner", seed: [9])
    try world.expect(Row("first", first, by: "owner"), Row("same", first, by: "owner"))
    #expect(world.chain.record(.auditor(first.key.auditor))?.committedAt == 2)
    try world.expect(Row("another seed", second, by: "owner"))
    #expect(world.chain.record(.auditor(first.key.auditor))?.committedAt == 4)
  }

  private func auditor(
    _ world: InferenceChain, by name: String, endpoint: String = "https://audit", seed: [UInt8] = [1]
  ) throws -> RegisterAuditor {
    try RegisterAuditor(
      endpoint: endpoint, seedCommitment: taggedHash("razao/test/seed/1", seed), chain: world.chain.machine.chain,
      account: world.id(name), signedWith: TestChain.key("auditor"))
  }
}
