import Foundation
import Hashing
import Ledger
import LedgerStore
import LightClient
import StrictJSON

/// Base64 by Foundation.
enum Base64Text {
  static func decode(_ text: String) -> [UInt8]? { Data(base64Encoded: text).map { Array($0) } }
}

/// Answers as a CometBFT node writes them.
enum CometJSON {
  static func hex(_ bytes: [UInt8]) -> JSON { .string(bytes.hex.uppercased()) }
  static func base64(_ bytes: [UInt8]) -> JSON { .string(Data(bytes).base64EncodedString()) }
  private static func hash(_ digest: Digest?) -> JSON { hex(digest?.bytes ?? []) }
  private static func text(_ value: some BinaryInteger) -> JSON { .string(String(value)) }

  /// The fake chain's blocks are made within minutes of a known moment: 1,700,000,000 is 2023-11-14T22:13:20Z.
  private static func time(_ time: CometTime) -> JSON {
    let second = Int(time.seconds) - Int(FakeComet.start) + 800
    let pad = { (value: Int, width: Int) in
      String(repeating: "0", count: width - String(value).count) + String(value)
    }
    return .string("2023-11-14T22:\(pad(second / 60, 2)):\(pad(second % 60, 2)).\(pad(Int(time.nanoseconds), 9))Z")
  }

  static func status(_ block: LightBlock) -> JSON {
    [
      "node_info": ["network": .string(block.header.chainID.description), "version": "0.38.25"],
      "sync_info": [
        "latest_block_hash": hash(block.header.hash), "latest_app_hash": hex(block.header.appHash),
        "latest_block_height": text(block.height), "latest_block_time": time(block.header.time),
        "earliest_block_height": "1", "catching_up": false,
      ],
    ]
  }

  static func commit(_ block: LightBlock) -> JSON {
    [
      "signed_header": [
        "header": header(block.header),
        "commit": [
          "height": text(block.commit.height), "round": JSON(block.commit.round),
          "block_id": blockID(block.commit.blockID), "signatures": .array(block.commit.signatures.map(signature)),
        ],
      ], "canonical": true,
    ]
  }

  private static func header(_ header: Header) -> JSON {
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

  private static func blockID(_ id: BlockID?) -> JSON {
    ["hash": hash(id?.hash), "parts": ["total": JSON(id?.parts.total ?? 0), "hash": hash(id?.parts.hash)]]
  }

  private static func signature(_ signature: CommitSignature) -> JSON {
    guard case .commit(let vote) = signature else { return .null }
    return [
      "block_id_flag": 2, "validator_address": hex(vote.validator.bytes), "timestamp": time(vote.time),
      "signature": base64(vote.signature),
    ]
  }

  static func validators(_ set: LightClient.ValidatorSet, height: UInt64) -> JSON {
    [
      "block_height": text(height), "count": text(set.validators.count), "total": text(set.validators.count),
      "validators": .array(
        set.validators.map {
          [
            "address": hex($0.key.address.bytes), "voting_power": text($0.power), "proposer_priority": "0",
            "pub_key": ["type": "tendermint/PubKeyEd25519", "value": base64($0.key.bytes)],
          ]
        }),
    ]
  }

  static func transaction(_ stored: StoredTransaction, height: UInt64) -> JSON {
    [
      "hash": hex(stored.id.bytes), "height": text(height), "index": 0, "tx": base64(stored.bytes),
      "tx_result": ["code": JSON(stored.code), "log": .string(stored.detail), "gas_wanted": "0", "gas_used": "0"],
    ]
  }

  static func records(_ records: [(key: [UInt8], value: [UInt8])]) -> [UInt8] {
    var writer = ByteWriter()
    writer.writeList(records) { writer, record in
      writer.writeCounted(record.key)
      writer.writeCounted(record.value)
    }
    return writer.bytes
  }

  static func events(_ events: [PlacedEvent]) -> [UInt8] {
    var writer = ByteWriter()
    writer.writeList(events) { writer, placed in
      writer.write([placed.sequence, placed.height])
      writer.writeCounted(Array(placed.event.kind.utf8))
      writer.writeList(placed.event.attributes) { writer, field in
        writer.writeCounted(Array(field.name.utf8))
        writer.writeCounted(Array(field.value.utf8))
      }
    }
    return writer.bytes
  }
}
