import Hashing

/// A CometBFT 0.38 block header. Its hash is what validators sign.
///
/// `appHash` is the application's state **after the previous block**: the root of height H stands in header H + 1.
package struct Header: Hashable, Sendable {
  /// The block protocol that CometBFT 0.38 speaks.
  package static let blockProtocol: UInt64 = 11
  /// The longest application hash that is read; the ledger's has 32 bytes.
  package static let maximumAppHashByteCount = 64

  package var blockVersion: UInt64
  package var appVersion: UInt64
  package var chainID: ChainID
  /// 1…2⁶³ − 1.
  package var height: UInt64
  package var time: CometTime
  /// The block before; `nil` in the first.
  package var lastBlockID: BlockID?
  /// The other hashes may be absent, as CometBFT allows; the two of validators may not.
  package var lastCommitHash: Digest?
  /// Root over the transactions' hashes.
  package var dataHash: Digest?
  /// The set that signs this block.
  package var validatorsHash: Digest
  /// The set that signs the next one.
  package var nextValidatorsHash: Digest
  package var consensusHash: Digest?
  /// The state before this block's transactions, 0 to 64 bytes.
  package var appHash: [UInt8] { didSet { checkAppHash() } }
  package var lastResultsHash: Digest?
  package var evidenceHash: Digest?
  package var proposer: ValidatorAddress

  package init(
    blockVersion: UInt64 = Header.blockProtocol, appVersion: UInt64, chainID: ChainID, height: UInt64,
    time: CometTime, lastBlockID: BlockID?, lastCommitHash: Digest?, dataHash: Digest?, validatorsHash: Digest,
    nextValidatorsHash: Digest, consensusHash: Digest?, appHash: [UInt8], lastResultsHash: Digest?,
    evidenceHash: Digest?, proposer: ValidatorAddress
  ) {
    (self.blockVersion, self.appVersion) = (blockVersion, appVersion)
    (self.chainID, self.height, self.time) = (chainID, height, time)
    (self.lastBlockID, self.lastCommitHash, self.dataHash) = (lastBlockID, lastCommitHash, dataHash)
    (self.validatorsHash, self.nextValidatorsHash) = (validatorsHash, nextValidatorsHash)
    (self.consensusHash, self.appHash, self.lastResultsHash) = (consensusHash, appHash, lastResultsHash)
    (self.evidenceHash, self.proposer) = (evidenceHash, proposer)
    checkAppHash()
  }

  private func checkAppHash() {
    precondition(appHash.count <= Self.maximumAppHashByteCount, "readers refuse longer hashes")
  }

  /// The block's hash: Merkle root (RFC 6962's shape and prefixes) over the protobuf encodings of the 14 fields.
  /// - Complexity: 14 leaves.
  package var hash: Digest {
    Merkle.root(of: leaves.map { Merkle.leaf($0) })
  }

  /// The fields' encodings in order; scalars and bytes stand in protobuf's wrapper messages, absent ones are empty.
  var leaves: [[UInt8]] {
    [
      CometEncoding.version(block: blockVersion, app: appVersion),
      CometEncoding.wrapped(chainID.bytes),
      CometEncoding.wrapped(height),
      CometEncoding.time(time),
      CometEncoding.blockID(lastBlockID),
      CometEncoding.wrapped(lastCommitHash),
      CometEncoding.wrapped(dataHash),
      CometEncoding.wrapped(validatorsHash),
      CometEncoding.wrapped(nextValidatorsHash),
      CometEncoding.wrapped(consensusHash),
      CometEncoding.wrapped(appHash),
      CometEncoding.wrapped(lastResultsHash),
      CometEncoding.wrapped(evidenceHash),
      CometEncoding.wrapped(proposer.bytes),
    ]
  }
}
