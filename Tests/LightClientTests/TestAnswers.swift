import Hashing
import StrictJSON

@testable import LightClient

/// Answers as a CometBFT node writes them, made from the tests' chain.
enum TestAnswers {
  static func envelope(_ result: JSON, id: Int = 1) -> JSON {
    ["jsonrpc": "2.0", "id": JSON(id), "result": result]
  }

  static func commit(_ block: LightBlock) -> JSON {
    ["signed_header": ["header": header(block.header), "commit": commit(block.commit)], "canonical": true]
  }

  static func validators(_ set: ValidatorSet, height: UInt64, page: Int = 1, perPage: Int = 100) -> JSON {
    let shown = set.validators.dropFirst((page - 1) * perPage).prefix(perPage)
    return [
      "block_height": text(height), "validators": .array(shown.map(validator)), "count": text(shown.count),
      "total": text(set.validators.count),
    ]
  }

  static func status(_ block: LightBlock) -> JSON {
    [
      "node_info": ["id": "ab", "network": .string(block.header.chainID.description), "version": "0.38.25"],
      "sync_info": [
        "latest_block_hash": hash(block.header.hash), "latest_app_hash": hex(block.header.appHash),
        "latest_block_height": text(block.height), "latest_block_time": time(block.header.time),
        "earliest_block_height": "1", "catching_up": false,
      ],
      "validator_info": ["voting_power": "1"],
    ]
  }

  static func block(_ block: LightBlock, transactions: [[UInt8]]) -> JSON {
    [
      "block_id": blockID(block.commit.blockID),
      "block": [
        "header": header(block.header),
        "data": ["txs": transactions.isEmpty ? nil : .array(transactions.map { .string(Base64.encode($0)) })],
        "evidence": ["evidence": []], "last_commit": nil,
      ],
    ]
  }

  static func header(_ header: Header) -> JSON {
    [
      "version": ["block": text(header.blockVersion), "app": text(header.appVersion)],
      "chain_id": .string(header.chainID.description), "height": text(header.height), "time": time(header.time),
      "last_block_id": blockID(header.lastBlockID), "last_commit_hash": hash(header.lastCommitHash),
      "data_hash": hash(header.dataHash), "validators_hash": hash(header.validatorsHash),
      "next_validators_hash": hash(header.nextValidatorsHash), "consensus_hash": hash(header.consensusHash),
      "app_hash": hex(header.appHash), "last_results_hash": hash(header.lastResultsHash),
      "evidence_hash": hash(header.evidenceHash), "proposer_address": hex(header.proposer.bytes),
    ]
  }

  private static func commit(_ commit: Commit) -> JSON {
    [
      "height": text(commit.height), "round": JSON(commit.round), "block_id": blockID(commit.blockID),
      "signatures": .array(commit.signatures.map(signature)),
    ]
  }

  private static func signature(_ signature: CommitSignature) -> JSON {
    switch signature {
    case .absent:
      ["block_id_flag": 1, "validator_address": "", "timestamp": "0001-01-01T00:00:00Z", "signature": nil]
    case .commit(let vote): self.vote(vote, flag: 2)
    case .nilVote(let vote): self.vote(vote, flag: 3)
    }
  }

  private static func vote(_ vote: PrecommitSignature, flag: Int) -> JSON {
    [
      "block_id_flag": JSON(flag), "validator_address": hex(vote.validator.bytes), "timestamp": time(vote.time),
      "signature": .string(Base64.encode(vote.signature)),
    ]
  }

  private static func validator(_ validator: Validator) -> JSON {
    [
      "address": hex(validator.key.address.bytes),
      "pub_key": ["type": "tendermint/PubKeyEd25519", "value": .string(Base64.encode(validator.key.bytes))],
      "voting_power": text(validator.power), "proposer_priority": "-3",
    ]
  }

  private static func blockID(_ block: BlockID?) -> JSON {
    [
      "hash": hash(block?.hash),
      "parts": ["total": JSON(block?.parts.total ?? 0), "hash": hash(block?.parts.hash)],
    ]
  }

  static func hash(_ digest: Digest?) -> JSON { hex(digest?.bytes ?? []) }

  static func hex(_ bytes: [UInt8]) -> JSON { .string(bytes.hex.uppercased()) }

  static func text(_ value: some BinaryInteger) -> JSON { .string(String(value)) }

  /// The tests' blocks are all made within an hour of a known moment: 1,700,000,000 is 2023-11-14T22:13:20Z.
  static func time(_ time: CometTime) -> JSON {
    let second = Int(time.seconds - TestChain.start) + 800
    let pad = { (value: Int, width: Int) in
      String(repeating: "0", count: width - String(value).count) + String(value)
    }
    return .string("2023-11-14T22:\(pad(second / 60, 2)):\(pad(second % 60, 2)).\(pad(Int(time.nanoseconds), 9))Z")
  }
}
