import Hashing

/// What follows from a trusted header: the rules of CometBFT's light client, as pure functions.
///
/// Soundness: as long as validators with less than a third of the trusted set's power are dishonest within the
/// trusting period, every block that passes is the chain's own. The caller must bring a root that it obtained
/// elsewhere, an honest clock, and a trusting period shorter than the unbonding time.
package enum LightVerifier {
  /// Believes `block` because of `trusted`, one height below it or any number.
  ///
  /// One height on, the set must be the announced one. Further on, more than the trust level of the trusted set must
  /// have signed. In both cases more than two thirds of the block's own set must have signed it.
  /// - Throws: the first reason against it; `notEnoughTrustedPower` calls for a header in between.
  /// - Complexity: O(validators) signatures, checked last.
  package static func verify(
    _ block: LightBlock, trusting trusted: LightBlock, now: CometTime, policy: TrustPolicy
  ) throws(LightRefusal) {
    let end = trusted.header.time.adding(milliseconds: policy.trustingMilliseconds)
    guard now < end else { throw .trustExpired(at: end, now: now) }
    try checkOrder(block.header, after: trusted.header, now: now, policy: policy)
    try checkConsistency(block)
    if block.height - trusted.height == 1 {
      let announced = trusted.header.nextValidatorsHash
      guard block.header.validatorsHash == announced else {
        throw .unannouncedValidators(announced: announced, actual: block.header.validatorsHash)
      }
    } else {
      let signed = trustedPower(signing: block, in: trusted.validators)
      guard policy.level.isExceeded(by: signed, of: trusted.validators.totalPower) else {
        throw .notEnoughTrustedPower(signed: signed, total: trusted.validators.totalPower)
      }
    }
    try checkCommit(of: block)
  }

  /// Believes `block` because its hash is the one that the user obtained elsewhere.
  /// - Throws: also where its own set did not sign it: such a root could lead nowhere.
  package static func verifyRoot(_ block: LightBlock, root: TrustedRoot) throws(LightRefusal) {
    guard block.header.chainID == root.chainID else {
      throw .wrongChain(expected: root.chainID, actual: block.header.chainID)
    }
    guard block.height == root.height else { throw .unexpectedHeight(expected: root.height, actual: block.height) }
    let hash = block.header.hash
    guard hash == root.hash else { throw .notTheRoot(expected: root.hash, actual: hash) }
    try checkConsistency(block)
    try checkCommit(of: block)
  }

  /// Believes a header because the next one, which is trusted, names it as its parent. No signature, no clock.
  package static func verify(_ header: Header, parentOf child: Header) throws(LightRefusal) {
    guard header.chainID == child.chainID else {
      throw .wrongChain(expected: child.chainID, actual: header.chainID)
    }
    guard child.height > 1, header.height == child.height - 1 else {
      throw .unexpectedHeight(expected: child.height - min(1, child.height), actual: header.height)
    }
    guard header.time < child.time else { throw .timeNotBefore(child: child.time, actual: header.time) }
    let hash = header.hash
    guard child.lastBlockID?.hash == hash else { throw .brokenLink(child: child.lastBlockID?.hash, parent: hash) }
  }

  /// Chain, height and time against the trusted header and the clock.
  private static func checkOrder(
    _ header: Header, after trusted: Header, now: CometTime, policy: TrustPolicy
  ) throws(LightRefusal) {
    guard header.chainID == trusted.chainID else {
      throw .wrongChain(expected: trusted.chainID, actual: header.chainID)
    }
    guard header.height > trusted.height else {
      throw .heightNotAbove(trusted: trusted.height, actual: header.height)
    }
    guard header.time > trusted.time else { throw .timeNotAfter(trusted: trusted.time, actual: header.time) }
    let limit = now.adding(milliseconds: policy.clockDriftMilliseconds)
    guard header.time < limit else { throw .fromTheFuture(time: header.time, limit: limit) }
  }

  /// Header, commit and validators belong together.
  static func checkConsistency(_ block: LightBlock) throws(LightRefusal) {
    let header = block.header
    guard header.blockVersion == Header.blockProtocol else { throw .wrongBlockProtocol(header.blockVersion) }
    guard block.commit.height == header.height else {
      throw .commitForAnotherHeight(header: header.height, commit: block.commit.height)
    }
    let hash = header.hash
    guard block.commit.blockID.hash == hash else {
      throw .commitForAnotherBlock(header: hash, commit: block.commit.blockID.hash)
    }
    guard block.validators.hash == header.validatorsHash else {
      throw .validatorsNotInHeader(header: header.validatorsHash, validators: block.validators.hash)
    }
    let (count, signatures) = (block.validators.validators.count, block.commit.signatures.count)
    guard count == signatures else { throw .signatureCount(validators: count, signatures: signatures) }
    for case (let index, .commit(let vote)) in block.commit.signatures.enumerated() {
      let expected = block.validators.addresses[index]
      guard vote.validator == expected else {
        throw .wrongSigner(index: index, expected: expected, actual: vote.validator)
      }
    }
  }

  /// More than two thirds of the block's set precommitted it, and every such precommit is signed.
  /// - Precondition: the block is consistent.
  private static func checkCommit(of block: LightBlock) throws(LightRefusal) {
    let commit = block.commit
    var signed: UInt64 = 0
    for index in signers(of: block) { signed += block.validators.validators[index].power }
    guard TrustLevel.twoThirds.isExceeded(by: signed, of: block.validators.totalPower) else {
      throw .notEnoughPower(signed: signed, total: block.validators.totalPower)
    }
    for case (let index, .commit(let vote)) in commit.signatures.enumerated() {
      let message = commit.signBytes(chainID: block.header.chainID, time: vote.time)
      guard block.validators.validators[index].key.verifies(vote.signature, over: message) else {
        throw .wrongSignature(index: index, vote.validator)
      }
    }
  }

  /// The trusted set's power of those that precommitted the block. Compared by key, not by its 20-byte address, for
  /// which two keys can be found; a set holds each key once, so nobody counts twice.
  private static func trustedPower(signing block: LightBlock, in trusted: ValidatorSet) -> UInt64 {
    let keys = Set(signers(of: block).map { block.validators.validators[$0].key })
    return trusted.validators.reduce(0) { $0 + (keys.contains($1.key) ? $1.power : 0) }
  }

  /// The places of the validators that precommitted the block; absent ones and votes for no block do not count.
  private static func signers(of block: LightBlock) -> [Int] {
    block.commit.signatures.indices.filter {
      guard case .commit = block.commit.signatures[$0] else { return false }
      return true
    }
  }
}
