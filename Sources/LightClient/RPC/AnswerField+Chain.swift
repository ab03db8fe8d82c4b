import Hashing

/// Headers, commits and validators as answers hold them.
extension AnswerField {
  /// A block id, or `nil` for the empty one that CometBFT writes where there is none.
  func blockID() throws(CometAnswerError) -> BlockID? {
    let parts = try member("parts")
    let (hash, total) = (try member("hash").digestOrNothing(), try parts.member("total").number(UInt32.self))
    let partsHash = try parts.member("hash").digestOrNothing()
    switch (hash, partsHash) {
    case (let hash?, let partsHash?) where total > 0:
      return BlockID(hash: hash, parts: PartSetHeader(total: total, hash: partsHash))
    case (nil, nil) where total == 0: return nil
    default: throw invalid("a whole block id, nor an empty one")
    }
  }

  func header() throws(CometAnswerError) -> Header {
    let version = try member("version")
    return Header(
      blockVersion: try version.member("block").uint64(), appVersion: try version.optional("app")?.uint64() ?? 0,
      chainID: try member("chain_id").chainID(), height: try member("height").height(),
      time: try member("time").time(), lastBlockID: try member("last_block_id").blockID(),
      lastCommitHash: try member("last_commit_hash").digestOrNothing(),
      dataHash: try member("data_hash").digestOrNothing(), validatorsHash: try member("validators_hash").digest(),
      nextValidatorsHash: try member("next_validators_hash").digest(),
      consensusHash: try member("consensus_hash").digestOrNothing(),
      appHash: try member("app_hash").hexadecimal(limit: Header.maximumAppHashByteCount),
      lastResultsHash: try member("last_results_hash").digestOrNothing(),
      evidenceHash: try member("evidence_hash").digestOrNothing(), proposer: try member("proposer_address").address())
  }

  func commit() throws(CometAnswerError) -> Commit {
    guard let blockID = try member("block_id").blockID() else { throw invalid("a commit of a block") }
    let round = try member("round").number(Int32.self)
    guard round >= 0 else { throw invalid("a commit with a round of at least 0") }
    var signatures: [CommitSignature] = []
    for element in try member("signatures").elements(limit: ValidatorSet.maximumCount) {
      signatures.append(try element.commitSignature())
    }
    return Commit(
      height: try member("height").height(), round: UInt32(round), blockID: blockID, signatures: signatures)
  }

  private func commitSignature() throws(CometAnswerError) -> CommitSignature {
    switch try member("block_id_flag").number(UInt8.self) {
    case 1:
      guard try string("validator_address").isEmpty, try string("signature").isEmpty else {
        throw invalid("an absent vote without address and signature")
      }
      return .absent
    case 2: return .commit(try precommit())
    case 3: return .nilVote(try precommit())
    default: throw invalid("a vote that is absent (1), for the block (2) or for none (3)")
    }
  }

  private func precommit() throws(CometAnswerError) -> PrecommitSignature {
    let (validator, time) = (try member("validator_address").address(), try member("timestamp").time())
    let signature = try member("signature").base64(limit: ConsensusKey.signatureByteCount)
    guard let vote = PrecommitSignature(validator: validator, time: time, signature: signature) else {
      throw invalid("a vote with a signature of 64 bytes")
    }
    return vote
  }

  /// A member that may be missing, null or a string.
  private func string(_ name: String) throws(CometAnswerError) -> String {
    try optional(name)?.string() ?? ""
  }

  /// A validator whose key is Ed25519 and whose address is the key's.
  func validator() throws(CometAnswerError) -> Validator {
    let keyField = try member("pub_key")
    guard try keyField.member("type").string().utf8.elementsEqual("tendermint/PubKeyEd25519".utf8) else {
      throw keyField.invalid("an Ed25519 key")
    }
    let bytes = try keyField.member("value").base64(limit: ConsensusKey.byteCount)
    guard let key = ConsensusKey(bytes) else { throw keyField.invalid("an Ed25519 key that can be trusted") }
    guard try member("address").address() == key.address else { throw invalid("a validator with its key's address") }
    let power = try member("voting_power").natural()
    guard power > 0 else { throw invalid("a validator with a power of at least 1") }
    return Validator(key: key, power: power)
  }
}
