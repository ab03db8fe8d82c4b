import Hashing

/// One validator's precommit inside a commit.
package struct PrecommitSignature: Hashable, Sendable {
  package var validator: ValidatorAddress
  /// The validator's own clock; signed.
  package var time: CometTime
  /// Exactly 64 bytes.
  package let signature: [UInt8]

  /// - Returns: `nil` unless the signature has 64 bytes.
  package init?(validator: ValidatorAddress, time: CometTime, signature: [UInt8]) {
    guard signature.count == ConsensusKey.signatureByteCount else { return nil }
    self.validator = validator
    self.time = time
    self.signature = signature
  }
}

/// What the validator at one place of the set did in the deciding round.
package enum CommitSignature: Hashable, Sendable {
  /// Nothing was received.
  case absent
  /// It precommitted the block; only these count.
  case commit(PrecommitSignature)
  /// It precommitted that no block be decided in this round.
  case nilVote(PrecommitSignature)
}

/// The precommits that decided a block, one for each validator, in the set's order.
package struct Commit: Hashable, Sendable {
  package var height: UInt64
  /// 0…2³¹ − 1.
  package var round: UInt32
  package var blockID: BlockID
  package var signatures: [CommitSignature]

  package init(height: UInt64, round: UInt32, blockID: BlockID, signatures: [CommitSignature]) {
    self.height = height
    self.round = round
    self.blockID = blockID
    self.signatures = signatures
  }

  /// The bytes that a validator signs to precommit this block: they bind the chain, the height, the round, the block
  /// and the validator's own clock, so no signature can be used anywhere else.
  package func signBytes(chainID: ChainID, time: CometTime) -> [UInt8] {
    CanonicalVote(height: height, round: round, blockID: blockID, time: time, chainID: chainID).signBytes
  }
}

/// A vote in the one encoding that is signed.
package struct CanonicalVote: Hashable, Sendable {
  /// The stage of a round that a vote belongs to.
  package enum Stage: UInt64, Sendable {
    case prevote = 1
    case precommit = 2
  }

  package var stage: Stage
  package var height: UInt64
  package var round: UInt32
  /// `nil`: a vote for no block.
  package var blockID: BlockID?
  package var time: CometTime
  package var chainID: ChainID

  package init(
    stage: Stage = .precommit, height: UInt64, round: UInt32, blockID: BlockID?, time: CometTime, chainID: ChainID
  ) {
    (self.stage, self.height, self.round) = (stage, height, round)
    (self.blockID, self.time, self.chainID) = (blockID, time, chainID)
  }

  /// CanonicalVote of CometBFT's protobuf, after its length.
  package var signBytes: [UInt8] { CometEncoding.delimited(CometEncoding.canonicalVote(self)) }
}
