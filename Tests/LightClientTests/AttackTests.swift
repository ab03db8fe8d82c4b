import Hashing
import Testing

@testable import LightClient

/// Attacks on a light client, each by its name.
@Suite struct AttackTests {
  let chain: TestChain
  let now: CometTime

  init() throws {
    chain = try TestChain(count: 6)
    now = try chain.now
  }

  private func replacingFirst(_ block: LightBlock, by change: (PrecommitSignature) -> PrecommitSignature?) throws
    -> LightBlock
  {
    var block = block
    guard case .commit(let vote) = block.commit.signatures[0] else { throw LightRefusal.nothingTrusted(height: 0) }
    block.commit.signatures[0] = .commit(try #require(change(vote)))
    return block
  }

  private func wrongSignature(_ block: LightBlock) -> LightRefusal {
    .wrongSignature(index: 0, block.validators.addresses[0])
  }

  @Test(arguments: [2, 5]) func forgedCommitSignature(height: Int) throws {
    let block = try replacingFirst(chain.block(height)) { vote in
      var signature = vote.signature
      signature[10] ^= 1
      return PrecommitSignature(validator: vote.validator, time: vote.time, signature: signature)
    }
    #expect(refusal(of: block, trusting: chain.block(1), now: now) == wrongSignature(block))
  }

  @Test func signatureWithAnotherTimeThanSigned() throws {
    let block = try replacingFirst(chain.block(3)) { vote in
      PrecommitSignature(
        validator: vote.validator, time: vote.time.adding(milliseconds: 1), signature: vote.signature)
    }
    #expect(refusal(of: block, trusting: chain.block(1), now: now) == wrongSignature(block))
  }

  @Test func signatureOfAnotherHeightReplayed() throws {
    var block = chain.block(3)
    block.commit.signatures = chain.block(4).commit.signatures
    #expect(refusal(of: block, trusting: chain.block(1), now: now) == wrongSignature(block))
  }

  @Test func signatureOfAnotherRoundReplayed() throws {
    var block = chain.block(3)
    block.commit.round = 1
    #expect(refusal(of: block, trusting: chain.block(1), now: now) == wrongSignature(block))
  }

  @Test func signatureOfAnotherPartSetReplayed() throws {
    var block = chain.block(3)
    block.commit.blockID.parts.total += 1
    #expect(refusal(of: block, trusting: chain.block(1), now: now) == wrongSignature(block))
  }

  @Test func signatureOfAnotherChainReplayed() throws {
    let other = try TestChain(name: "other-chain", count: 3)
    #expect(
      refusal(of: other.block(3), trusting: chain.block(1), now: now)
        == .wrongChain(expected: chain.chain, actual: other.chain))
    // The same header under this chain's name, with the other chain's signatures.
    var block = chain.block(3)
    block.commit.signatures = other.block(3).commit.signatures
    #expect(refusal(of: block, trusting: chain.block(1), now: now) == wrongSignature(block))
  }

  @Test func commitOfAnotherHeight() throws {
    var block = chain.block(3)
    block.commit.height = 4
    #expect(refusal(of: block, trusting: chain.block(1), now: now) == .commitForAnotherHeight(header: 3, commit: 4))
  }

  @Test func commitOfAnotherBlock() throws {
    var block = chain.block(3)
    block.header.appHash[0] ^= 1
    let expected = LightRefusal.commitForAnotherBlock(
      header: block.header.hash, commit: chain.block(3).header.hash)
    #expect(refusal(of: block, trusting: chain.block(1), now: now) == expected)
  }

  @Test func otherBlockProtocol() throws {
    var header = chain.block(3).header
    header.blockVersion = 12
    let block = try chain.signed(header, by: chain.block(3).validators)
    #expect(refusal(of: block, trusting: chain.block(1), now: now) == .wrongBlockProtocol(12))
  }

  @Test func twoThirdsExactlyAreNotEnough() throws {
    let chain = try TestChain(count: 3, validators: 3, power: 5)
    let (header, set) = (chain.block(2).header, chain.block(2).validators)
    let short = try chain.signed(header, by: set) { $0 < 2 ? .commit : .absent }
    #expect(
      refusal(of: short, trusting: chain.block(1), now: try chain.now) == .notEnoughPower(signed: 10, total: 15))
  }

  @Test func absentValidatorsDoNotCount() throws {
    let block = try chain.signed(chain.block(3).header, by: chain.block(3).validators) { $0 < 2 ? .commit : .absent }
    #expect(refusal(of: block, trusting: chain.block(1), now: now) == .notEnoughPower(signed: 2, total: 4))
  }

  @Test func votesForNoBlockDoNotCount() throws {
    let block = try chain.signed(chain.block(3).header, by: chain.block(3).validators) { $0 < 2 ? .commit : .nilVote }
    #expect(refusal(of: block, trusting: chain.block(1), now: now) == .notEnoughPower(signed: 2, total: 4))
  }

  @Test func oneAbsentAndOneNilOfManyAreTolerated() throws {
    let chain = try TestChain(count: 3, validators: 7)
    let block = try chain.signed(chain.block(3).header, by: chain.block(3).validators) {
      [1: TestVote.absent, 4: .nilVote][$0] ?? .commit
    }
    #expect(refusal(of: block, trusting: chain.block(1), now: try chain.now) == nil)
  }

  @Test func duplicateValidatorCountedTwice() throws {
    var block = chain.block(3)
    block.commit.signatures[1] = block.commit.signatures[0]
    let addresses = block.validators.addresses
    #expect(
      refusal(of: block, trusting: chain.block(1), now: now)
        == .wrongSigner(index: 1, expected: addresses[1], actual: addresses[0]))
  }

  @Test func signaturesMoreOrFewerThanValidators() throws {
    var block = chain.block(3)
    block.commit.signatures.append(block.commit.signatures[0])
    #expect(refusal(of: block, trusting: chain.block(1), now: now) == .signatureCount(validators: 4, signatures: 5))
    block.commit.signatures.removeLast(2)
    #expect(refusal(of: block, trusting: chain.block(1), now: now) == .signatureCount(validators: 4, signatures: 3))
  }

  @Test func expiredTrustingPeriod() throws {
    let end = chain.block(1).header.time.adding(milliseconds: 2000)
    let policy = TrustPolicy(trustingMilliseconds: 2000, clockDriftMilliseconds: 100_000)
    let late = refusal(of: chain.block(3), trusting: chain.block(1), now: end, policy: policy)
    #expect(late == .trustExpired(at: end, now: end))
    let just = try #require(CometTime(seconds: end.seconds, nanoseconds: end.nanoseconds - 1))
    #expect(refusal(of: chain.block(3), trusting: chain.block(1), now: just, policy: policy) == nil)
  }

  @Test func headerFromTheFuture() throws {
    let block = chain.block(3)
    let policy = TrustPolicy(trustingMilliseconds: 3_600_000, clockDriftMilliseconds: 1000)
    let early = try #require(CometTime(seconds: block.header.time.seconds - 1, nanoseconds: 5))
    #expect(
      refusal(of: block, trusting: chain.block(1), now: early, policy: policy)
        == .fromTheFuture(time: block.header.time, limit: block.header.time))
    let just = try #require(CometTime(seconds: early.seconds, nanoseconds: 6))
    #expect(refusal(of: block, trusting: chain.block(1), now: just, policy: policy) == nil)
  }

  @Test func timeThatStandsStillOrGoesBack() throws {
    for time in [chain.block(1).header.time, try #require(CometTime(seconds: TestChain.start))] {
      var header = chain.block(3).header
      header.time = time
      let block = try chain.signed(header, by: chain.block(3).validators)
      #expect(
        refusal(of: block, trusting: chain.block(1), now: now)
          == .timeNotAfter(trusted: chain.block(1).header.time, actual: time))
    }
  }

  @Test func heightThatIsNotAbove() throws {
    #expect(
      refusal(of: chain.block(2), trusting: chain.block(2), now: now) == .heightNotAbove(trusted: 2, actual: 2))
    #expect(
      refusal(of: chain.block(1), trusting: chain.block(2), now: now) == .heightNotAbove(trusted: 2, actual: 1))
  }
}
