import Hashing
import Testing

@testable import Receipts

/// Joint seeds: what requester and provider could try, and what level 0 says to it.
@Suite struct JointSeedTests {
  private static let tree = ContributionTree(secret: Merkle.leaf([2]), epoch: 9)
  private static let job = Job(contributions: tree)

  private func refutation(_ bundle: Bundle) -> Refutation? {
    let report = VerificationReport(bundle: bundle.encoded())
    #expect(report.failed.count <= 1)
    return report.refutation
  }

  @Test(arguments: [0, 1, 7, 4_094, 4_095] as [UInt32]) func honestJointSeedIsVerified(slot: UInt32) throws {
    var job = Self.job
    job.slot = slot
    let bundle = try job.bundle()
    let report = VerificationReport(bundle: bundle.encoded())
    #expect(report.isVerified, "\(report.refutation?.reason ?? "")")
    #expect(report[.seed]?.verdict == .passed)
    #expect(report[.seed]?.detail.contains("contribution \(slot) of epoch 9") ?? false)
    #expect(try Bundle(decoding: bundle.encoded()) == bundle)
    #expect(bundle.encoded()[8] == 3)
  }

  @Test func samplersSeedIsMadeOfBothSecretsAndTheRequest() throws {
    let bundle = try Self.job.bundle()
    let opening = try #require(bundle.joint)
    let request = taggedHash("razao/request/1", bundle.requestBody)
    let expected = taggedHash(
      "razao/seed/joint/1", bundle.receipt.body.seed.material.bytes + opening.contribution.bytes, request.bytes)
    #expect(bundle.samplerSeed == expected)
    let others = [
      bundle.edited { $0.joint?.contribution = opening.contribution.turned },
      bundle.edited { $0.receipt.body.seed.material = bundle.blinds.master },
      bundle.edited { $0.requestBody.append(0) }, bundle.edited { $0.receipt.body.seed.kind = .gateway },
    ]
    #expect(Set(others.map(\.samplerSeed)).subtracting([expected]).count == others.count)
  }

  /// The provider looks for a contribution that gives an answer it likes.
  @Test func seedSteeredWithAnotherContribution() throws {
    let bundle = try Self.job.bundle()
    #expect(refutation(bundle.edited { $0.joint?.contribution = Merkle.leaf([5]) }) == .seed(.contribution))
    let otherEpoch = ContributionTree(secret: Merkle.leaf([2]), epoch: 10)
    #expect(refutation(bundle.edited { $0.joint = otherEpoch.opening(of: 7) }) == .seed(.contribution))
    let otherSecret = ContributionTree(secret: Merkle.leaf([3]), epoch: 9)
    #expect(refutation(bundle.edited { $0.joint = otherSecret.opening(of: 7) }) == .seed(.contribution))
  }

  @Test func openingOfAnotherSlot() throws {
    let bundle = try Self.job.bundle()
    #expect(refutation(bundle.edited { $0.joint = Self.tree.opening(of: 8) }) == .seed(.contribution))
    let own = try #require(bundle.joint)
    let moved = try #require(Self.tree.opening(of: 8))
    let crossed = JointOpening(contribution: moved.contribution, path: own.path)
    #expect(refutation(bundle.edited { $0.joint = crossed }) == .seed(.contribution))
  }

  /// An accept of a root that was never anchored is sound here; whoever knows the ledger's root sees it.
  @Test func contributionUnderAnInventedRoot() throws {
    let invented = ContributionTree(secret: Merkle.leaf([4]), epoch: 9)
    let bundle = try Job(contributions: invented).bundle()
    #expect(refutation(bundle) == nil)
    #expect(VerificationReport(of: bundle).limitations.contains { $0.contains("the ledger alone shows") })
    var expectation = ExpectedJob()
    expectation.contributionsRoot = Self.tree.root
    #expect(
      VerificationReport(of: bundle, expectation: expectation).refutation == .expectation(field: "contributions' root"))
    expectation.contributionsRoot = invented.root
    #expect(VerificationReport(of: bundle, expectation: expectation).isVerified)
  }

  /// Level 0 sees one bundle at a time: the two accepts together convict, and each has all that it takes.
  @Test func oneSlotForTwoJobs() throws {
    var second = Self.job
    second.drawn = 2
    let bundles = [try Self.job.bundle(), try second.bundle()]
    for bundle in bundles { #expect(refutation(bundle) == nil) }
    let accepts = bundles.map(\.accept)
    #expect(accepts.allSatisfy(\.isSigned) && accepts[0].hash != accepts[1].hash)
    #expect(accepts[0].body.contribution == accepts[1].body.contribution)
  }

  @Test func slotThatNoEpochHas() throws {
    let bundle = try Self.job.bundle()
    for slot in [4_096, .max] as [UInt32] {
      #expect(refutation(try bundle.forged(accept: { $0.contribution.slot = slot })) == .seed(.slot))
    }
    #expect(Self.tree.slot(4_096) == nil && Self.tree.opening(of: 4_096) == nil && Self.tree.opening(of: .max) == nil)
  }

  @Test func secretThatWasNotCommitted() throws {
    let bundle = try Self.job.bundle()
    let drawnAgain = try bundle.forged(receipt: { $0.seed.material = $0.seed.material.turned })
    #expect(refutation(drawnAgain) == .seed(.commitment))
    let recommitted = try bundle.forged(receipt: { $0.seed = .joint(revealing: $0.seed.material.turned) })
    #expect(refutation(recommitted) == .accept(field: "seed commitment"))
  }

  /// The provider leaves its contribution out, and with it what it promised.
  @Test func jointSeedPassedOffAsAGateways() throws {
    let bundle = try Self.job.bundle()
    #expect(refutation(bundle.edited { $0.joint = nil }) == .seed(.opening))
    let passedOff = try bundle.forged(
      accept: { $0.seedKind = .gateway }, receipt: { $0.seed.kind = .gateway })
    #expect(refutation(passedOff) == .seed(.unasked))
    let alone = try bundle.forged(receipt: { $0.seed.kind = .gateway })
    #expect(VerificationReport(of: alone).refutation == .accept(field: "seed kind"))
  }

  @Test func contributionWhereTheSeedIsNotJoint() throws {
    let bundle = try Job().bundle()
    let opening = Self.tree.opening(of: 7)
    #expect(refutation(bundle.edited { $0.joint = opening }) == .seed(.unasked))
    let slot = try #require(Self.tree.slot(7))
    #expect(refutation(try bundle.forged(accept: { $0.contribution = slot })) == .seed(.unasked))
    var named = Job(explicitSeed: 5)
    named.requestBody = Array(#"{"seed":5}"#.utf8)
    #expect(refutation(try named.bundle().edited { $0.joint = opening }) == .seed(.unasked))
  }

  @Test func requestThatNamesASeedAsWell() throws {
    var job = Self.job
    job.requestBody = Array(#"{"seed":42}"#.utf8)
    #expect(refutation(try job.bundle()) == .seed(.ignored))
  }

  @Test func everyFlippedByteIsRefused() throws {
    let bytes = try Self.job.bundle().encoded()
    for index in bytes.indices {
      var flipped = bytes
      flipped[index] ^= 1 << UInt8(index % 8)
      #expect(!VerificationReport(bundle: flipped).isVerified, "byte \(index)")
    }
  }

  @Test func everyKindSaysWhatItDoesNotProtectAgainst() {
    #expect(Set(SeedKind.allCases.map(\.limitation)).count == 3)
    #expect(SeedKind.joint.limitation.contains("both together could have tried seeds"))
    #expect(SeedKind.allCases.filter(\.hasSecret) == [.joint, .gateway])
  }
}

/// Values computed from the specification's section 8 with Python's hashlib alone: secret 00 01 … 1f, epoch 5.
@Suite struct ContributionTests {
  private let tree = ContributionTree(secret: Digest(0..<32) ?? .zero, epoch: 5)

  @Test func contributionsAndRoot() throws {
    #expect(
      tree.opening(of: 0)?.contribution.hex == "505a15b60a48c08f2af9ebb01a01865301a6d7a3c57e9c2e2f1bba66193f190c")
    #expect(
      tree.opening(of: 4_095)?.contribution.hex == "7df5ca513b86967669c0ab48850a3c45ffcdfdcab44d19a8560cf01395330f0a")
    let seventh = try #require(tree.opening(of: 7))
    #expect(
      ContributionTree.leaf(of: seventh.contribution, slot: 7).hex
        == "2b8d4ca5fc47276c6703c6ed398b35865880d34f8c63cf2a2a993e6f746eda50")
    #expect(tree.root.hex == "7f1777f5383f1b9ee56111eb3361c2a4b33946f0f456ae3b61915d9ee28567c7")
  }

  @Test func seed() throws {
    let contribution = try #require(tree.opening(of: 7)).contribution
    let statement = SeedStatement.joint(revealing: try #require(Digest(32..<64)))
    #expect(
      statement.seed(requestBody: Array(#"{"seed":-5}"#.utf8), contribution: contribution).hex
        == "71ac4e83f352eb8bd611279551a6e123b8e0a9bb58ad31b9dad077debace3fd8")
    #expect(statement.explicitSeed == nil)
  }

  @Test func openingsHaveOneSize() throws {
    let opening = try #require(tree.opening(of: 100))
    #expect(opening.encoded().count == JointOpening.byteCount && JointOpening.byteCount == 416)
    #expect(JointOpening(field: opening.encoded()) == opening)
    for count in [0, 31, 32, 415, 417, 448] {
      #expect(JointOpening(field: [UInt8](repeating: 0, count: count)) == nil)
    }
    let slot = try #require(tree.slot(100))
    #expect(opening.opens(slot))
    #expect(!JointOpening(contribution: opening.contribution, path: opening.path + [.zero]).opens(slot))
    #expect(!JointOpening(contribution: opening.contribution, path: []).opens(slot))
  }
}
