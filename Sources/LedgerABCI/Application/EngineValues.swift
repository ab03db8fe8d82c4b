import ABCI
import Hashing
import Ledger

/// Between the engine's messages and the ledger's values.

/// No height and no time in milliseconds comes near this; sums with them cannot overflow below it.
enum EngineNumber {
  static let limit: UInt64 = 1 << 53
}

extension Timestamp {
  /// Milliseconds since 1970; 0 before.
  /// - Throws: for a moment hundreds of thousands of years away.
  var genesisMilliseconds: UInt64 {
    get throws(ABCIFault) {
      guard let time = milliseconds else { return 0 }
      guard time < EngineNumber.limit else { throw ABCIFault("the chain begins at a time that no clock shows") }
      return time
    }
  }
}

extension BlockRequest {
  /// The block as the ledger knows it.
  /// - Throws: for a height, time or hash that no engine sends.
  var ledgerValue: Block {
    get throws(ABCIFault) {
      guard let height = UInt64(exactly: height), height > 0, height < EngineNumber.limit else {
        throw ABCIFault("a block of height \(height)")
      }
      guard let time = time.milliseconds, time < EngineNumber.limit else {
        throw ABCIFault("block \(height) has a time that no clock shows")
      }
      guard let hash = Digest(hash) else { throw ABCIFault("block \(height) has a hash of \(hash.count) bytes") }
      return Block(
        height: height, time: time, hash: hash, transactions: transactions,
        misbehaviour: misbehavior.compactMap(\.ledgerValue))
    }
  }
}

extension ABCIMisbehavior {
  /// The offence; `nil` for a kind that this version does not know, on every node alike.
  var ledgerValue: Misbehaviour? {
    guard let kind = UInt8(exactly: kind).flatMap({ Misbehaviour.Kind(rawValue: $0) }),
      let height = UInt64(exactly: height)
    else { return nil }
    return Misbehaviour(
      kind: kind, address: validator.address, height: min(height, EngineNumber.limit),
      time: min(time.milliseconds ?? 0, EngineNumber.limit))
  }
}

extension ValidatorUpdate {
  /// - Throws: for more power than an engine can hold.
  var engineValue: ABCIValidatorUpdate {
    get throws(ABCIFault) {
      guard let power = Int64(exactly: power) else { throw ABCIFault("a validator of power \(power)") }
      return ABCIValidatorUpdate {
        $0.publicKey = ConsensusPublicKey(ed25519: key.bytes)
        $0.power = power
      }
    }
  }
}

extension TransactionResult {
  /// Code and gas are part of the next header; the sentence and the events are for readers alone.
  var engineValue: ABCITransactionResult {
    ABCITransactionResult {
      $0.code = code
      $0.log = refusal?.description ?? ""
      $0.gasWanted = Int64(clamping: gas)
      $0.gasUsed = Int64(clamping: gas)
      $0.events = events.map(\.engineValue)
      $0.codespace = code == 0 ? "" : "razao"
    }
  }
}

extension LedgerEvent {
  var engineValue: ABCIEvent {
    ABCIEvent {
      $0.kind = kind
      $0.attributes = attributes.map { field in
        EventAttribute {
          $0.key = field.name
          $0.value = field.value
          $0.isIndexed = true
        }
      }
    }
  }
}
