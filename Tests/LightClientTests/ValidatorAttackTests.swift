import Hashing
import Testing

@testable import LightClient

/// Attacks that bring validators of their own.
@Suite struct ValidatorAttackTests {
  private func powers(_ range: Range<Int>, _ power: UInt64 = 1) -> [Int: UInt64] {
    Dictionary(uniqueKeysWithValues: range.map { ($0, power) })
  }

  @Test func swappedValidatorSet() throws {
    var chain = try TestChain(count: 3)
    let strangers = try chain.makeSet(powers(10..<14))
    let block = try chain.signed(chain.block(3).header, by: strangers)
    #expect(
      refusal(of: block, trusting: chain.block(1), now: try chain.now)
        == .validatorsNotInHeader(header: chain.block(3).header.validatorsHash, validators: strangers.hash))
  }

  @Test func validatorsThatTheTrustedHeaderDidNotAnnounce() throws {
    var chain = try TestChain(count: 3)
    let strangers = try chain.makeSet(powers(10..<14))
    var header = chain.block(2).header
    header.validatorsHash = strangers.hash
    let block = try chain.signed(header, by: strangers)
    #expect(
      refusal(of: block, trusting: chain.block(1), now: try chain.now)
        == .unannouncedValidators(
          announced: chain.block(1).header.nextValidatorsHash, actual: strangers.hash))
  }

  @Test func strangersFurtherOnHaveNoOverlap() throws {
    var chain = try TestChain(count: 4)
    let strangers = try chain.makeSet(powers(10..<14))
    var header = chain.block(4).header
    header.validatorsHash = strangers.hash
    let block = try chain.signed(header, by: strangers)
    #expect(
      refusal(of: block, trusting: chain.block(1), now: try chain.now)
        == .notEnoughTrustedPower(signed: 0, total: 4))
  }

  /// Two of six trusted validators are a third exactly; three are more.
  @Test func aThirdExactlyOfTheTrustedIsNotEnough() throws {
    let then = powers(0..<6)
    for (kept, expected) in [(2, LightRefusal.notEnoughTrustedPower(signed: 2, total: 6)), (3, nil)] {
      let later = powers(0..<kept).merging(powers(10..<14)) { $1 }
      let chain = try TestChain(powers: [then, then, then, later, later])
      #expect(refusal(of: chain.block(4), trusting: chain.block(1), now: try chain.now) == expected)
    }
  }

  /// What was a third of the trusted power may have a hundredth of the new; it is the trusted power that counts.
  @Test func overlapIsCountedInTheTrustedPowers() throws {
    let then: [Int: UInt64] = [0: 1, 1: 100]
    let later: [Int: UInt64] = [0: 1000, 2: 1]
    let chain = try TestChain(powers: [then, then, then, later, later])
    #expect(
      refusal(of: chain.block(4), trusting: chain.block(1), now: try chain.now)
        == .notEnoughTrustedPower(signed: 1, total: 101))
  }

  /// Trusted validators that are in the new set but did not sign give no trust.
  @Test func trustedValidatorsThatDidNotSignDoNotCount() throws {
    let then = powers(0..<4)
    let later = powers(0..<4).merging(powers(10..<30)) { $1 }
    let chain = try TestChain(powers: [then, then, then, later, later])
    let (header, set) = (chain.block(4).header, chain.block(4).validators)
    let trusted = Set(chain.block(1).validators.addresses)
    for vote in [TestVote.absent, .nilVote] {
      let block = try chain.signed(header, by: set) { trusted.contains(set.addresses[$0]) ? vote : .commit }
      #expect(
        refusal(of: block, trusting: chain.block(1), now: try chain.now)
          == .notEnoughTrustedPower(signed: 0, total: 4))
    }
  }

  @Test func higherTrustLevelsAskForMore() throws {
    let then = powers(0..<4)
    let later = powers(0..<2).merging(powers(10..<12)) { $1 }
    let chain = try TestChain(powers: [then, then, then, later, later])
    let half = TrustPolicy(level: try #require(TrustLevel(1, 2)), trustingMilliseconds: 3_600_000)
    let now = try chain.now
    #expect(refusal(of: chain.block(4), trusting: chain.block(1), now: now) == nil)
    #expect(
      refusal(of: chain.block(4), trusting: chain.block(1), now: now, policy: half)
        == .notEnoughTrustedPower(signed: 2, total: 4))
  }

  @Test func trustLevelsThatTrustNobodyOrNothing() {
    #expect(TrustLevel(1, 3) == .third)
    for (numerator, denominator) in [(0, 1), (1, 4), (33, 100), (4, 3), (1, 0), (0, 0)] as [(UInt32, UInt32)] {
      #expect(TrustLevel(numerator, denominator) == nil)
    }
    #expect(TrustLevel(1, 1) != nil)
  }

  @Test func sharesAreComparedExactly() throws {
    let huge = ValidatorSet.maximumTotalPower
    #expect(!TrustLevel.twoThirds.isExceeded(by: huge / 3 * 2, of: huge / 3 * 3))
    #expect(TrustLevel.twoThirds.isExceeded(by: huge / 3 * 2 + 1, of: huge / 3 * 3))
    let fine = try #require(TrustLevel(.max - 1, .max))
    // 2⁶⁴ − 1 is (2³² − 1) · (2³² + 1).
    let exactly = (UInt64(UInt32.max) - 1) * (UInt64(UInt32.max) + 2)
    #expect(!fine.isExceeded(by: exactly, of: .max))
    #expect(fine.isExceeded(by: exactly + 1, of: .max))
    #expect(!TrustLevel.third.isExceeded(by: 1, of: 3))
    #expect(TrustLevel.third.isExceeded(by: 2, of: 5))
  }

  @Test func pointsOfSmallOrderAreNoKeys() {
    for low in [UInt8(0), 1] {
      let key = [low] + [UInt8](repeating: 0, count: 31)
      #expect(ConsensusKey(key) == nil)
      #expect(ConsensusKey(key.dropLast() + [0x80]) == nil)
    }
    for low in [UInt8(0xEC), 0xED, 0xEE] {
      let key = [low] + [UInt8](repeating: 0xFF, count: 30)
      #expect(ConsensusKey(key + [0x7F]) == nil)
      #expect(ConsensusKey(key + [0xFF]) == nil)
    }
    #expect(ConsensusKey([UInt8](repeating: 3, count: 31)) == nil)
  }

  @Test func keysThatAreNoPointsVerifyNothing() throws {
    let key = try #require(ConsensusKey([UInt8](repeating: 2, count: 32)))
    #expect(!key.verifies([UInt8](repeating: 0, count: 64), over: []))
    #expect(!key.verifies([], over: []))
  }
}
