import Hashing

/// Why a header is not believed, with what shows it.
package enum LightRefusal: Error, Hashable, Sendable {
  /// The header belongs to another chain.
  case wrongChain(expected: ChainID, actual: ChainID)
  /// The header speaks another block protocol than CometBFT 0.38.
  case wrongBlockProtocol(UInt64)
  /// The commit was made at another height than the header's.
  case commitForAnotherHeight(header: UInt64, commit: UInt64)
  /// The commit decided another block than this header.
  case commitForAnotherBlock(header: Digest, commit: Digest)
  /// The set does not hash to what the header says.
  case validatorsNotInHeader(header: Digest, validators: Digest)
  /// The commit has not one entry for each validator.
  case signatureCount(validators: Int, signatures: Int)
  /// The commit names another validator than the set has at that place.
  case wrongSigner(index: Int, expected: ValidatorAddress, actual: ValidatorAddress)
  /// A precommit's signature is not the validator's over this block.
  case wrongSignature(index: Int, ValidatorAddress)
  /// Not more than two thirds of the set precommitted the block.
  case notEnoughPower(signed: UInt64, total: UInt64)
  /// Not more than the trust level of the trusted set precommitted it; a header in between may help.
  case notEnoughTrustedPower(signed: UInt64, total: UInt64)
  /// The trusted header announced another set for the next height.
  case unannouncedValidators(announced: Digest, actual: Digest)
  /// The header is not above the trusted one.
  case heightNotAbove(trusted: UInt64, actual: UInt64)
  /// The header is not later than the trusted one.
  case timeNotAfter(trusted: CometTime, actual: CometTime)
  /// The header is further in the future than the clock drift allows.
  case fromTheFuture(time: CometTime, limit: CometTime)
  /// The trusted header is too old to believe others by it.
  case trustExpired(at: CometTime, now: CometTime)
  /// Another height was asked for.
  case unexpectedHeight(expected: UInt64, actual: UInt64)
  /// The header is not the one that the user trusts.
  case notTheRoot(expected: Digest, actual: Digest)
  /// The header's child names another parent.
  case brokenLink(child: Digest?, parent: Digest)
  /// The header is not earlier than its child.
  case timeNotBefore(child: CometTime, actual: CometTime)
  /// Nothing verified lies where the search would have to start.
  case nothingTrusted(height: UInt64)
}

extension LightRefusal: CustomStringConvertible {
  package var description: String {
    switch self {
    case .wrongChain(let expected, let actual): "the header is of chain \(actual), not \(expected)"
    case .wrongBlockProtocol(let version): "the header speaks block protocol \(version), not \(Header.blockProtocol)"
    case .commitForAnotherHeight(let header, let commit): "the commit is of height \(commit), the header of \(header)"
    case .commitForAnotherBlock(let header, let commit): "the commit decided block \(commit), the header is \(header)"
    case .validatorsNotInHeader(let header, let set): "the validators hash to \(set), the header says \(header)"
    case .signatureCount(let validators, let count): "\(count) signatures for \(validators) validators"
    case .wrongSigner(let index, let expected, let actual):
      "signature \(index) names validator \(actual) in the place of \(expected)"
    case .wrongSignature(let index, let validator): "signature \(index) is not that of validator \(validator)"
    case .notEnoughPower(let signed, let total): "power \(signed) of \(total) signed; more than two thirds are needed"
    case .notEnoughTrustedPower(let signed, let total): "only power \(signed) of the trusted \(total) signed"
    case .unannouncedValidators(let announced, let actual):
      "the trusted header announced validators \(announced), the next has \(actual)"
    default: orderDescription
    }
  }

  private var orderDescription: String {
    switch self {
    case .heightNotAbove(let trusted, let actual): "height \(actual) is not above the trusted \(trusted)"
    case .timeNotAfter(let trusted, let actual):
      "the header's time \(actual.seconds) s is not after the trusted \(trusted.seconds) s"
    case .fromTheFuture(let time, let limit):
      "the header's time \(time.seconds) s is beyond \(limit.seconds) s, the clock and its drift"
    case .trustExpired(let end, let now): "trust in the last header ended at \(end.seconds) s, it is \(now.seconds) s"
    case .unexpectedHeight(let expected, let actual): "height \(actual) came where \(expected) was asked for"
    case .notTheRoot(let expected, let actual): "the header is \(actual), the trusted root \(expected)"
    case .brokenLink(let child, let parent): "the child names parent \(child?.hex ?? "none"), the header is \(parent)"
    case .timeNotBefore(let child, let actual):
      "the header's time \(actual.seconds) s is not before its child's \(child.seconds) s"
    case .nothingTrusted(let height): "no verified header lies where the way to height \(height) would start"
    default: "refused"
    }
  }
}
