import Hashing
import Ledger
import LedgerStore
import StrictJSON

/// The answers' bodies.
enum LedgerJSON {
  static func status(_ status: LedgerStatus, operatorKey: [UInt8]?) -> JSON {
    [
      "chain_id": .string(status.chainID), "chain": .string(status.chain.hex),
      "engine": .string(status.engine.rawValue), "height": JSON(status.height), "time": JSON(status.time),
      "app_hash": .string(status.appHash.hex), "operator_key": hex(operatorKey),
      "beacon": status.engine == .embedded ? "single operator" : "commit and reveal",
    ]
  }

  static func block(_ block: StoredBlock) -> JSON {
    [
      "height": JSON(block.height), "time": JSON(block.time), "hash": .string(block.hash.hex),
      "app_hash": .string(block.appHash.hex), "transactions": JSON(block.transactionCount),
      "header": hex(block.header),
    ]
  }

  static func place(_ transaction: StoredTransaction) -> JSON {
    [
      "id": .string(transaction.id.hex), "position": JSON(transaction.position), "code": JSON(transaction.code),
      "detail": .string(transaction.detail),
    ]
  }

  static func transaction(_ transaction: StoredTransaction) -> JSON {
    [
      "id": .string(transaction.id.hex), "height": JSON(transaction.height), "position": JSON(transaction.position),
      "code": JSON(transaction.code), "detail": .string(transaction.detail), "gas": JSON(transaction.gas),
      "bytes": .string(transaction.bytes.hex), "content": content(transaction.bytes),
    ]
  }

  /// What a transaction says; nothing for bytes that are none.
  private static func content(_ bytes: [UInt8]) -> JSON {
    guard let transaction = try? SignedTransaction(decoding: bytes).transaction else { return .null }
    let messages = transaction.messages.map { message -> JSON in
      [
        "kind": JSON(type(of: message).kind), "name": .string(type(of: message).name),
        "fields": fields(message.fields),
      ]
    }
    return [
      "account": .string(transaction.account.hex), "key": .string(transaction.key.bytes.hex),
      "nonce": JSON(transaction.nonce), "fee": .string(String(transaction.fee)),
      "expiry_height": JSON(transaction.expiryHeight), "messages": .array(messages),
    ]
  }

  static func fields(_ fields: [MessageField]) -> JSON {
    .array(fields.map { ["name": .string($0.name), "value": .string($0.value)] })
  }

  static func account(_ id: Digest, _ account: Account, stake: Stake?, height: UInt64) -> JSON {
    [
      "id": .string(id.hex), "raz": .string(String(account.raz)), "credit": .string(String(account.credit)),
      "nonce": JSON(account.nonce), "stake": stake.map { .object($0.fields) } ?? .null, "height": JSON(height),
    ]
  }

  static func entry(_ stored: StoredEntry) -> JSON {
    [
      "sequence": JSON(stored.sequence), "height": JSON(stored.height),
      "position": stored.position.map { JSON($0) } ?? .null,
      "token": stored.entry.token == .raz ? "raz" : "credit", "amount": .string(String(stored.entry.amount)),
      "cause": .string(stored.entry.cause.rawValue), "reference": .string(stored.entry.reference.hex),
    ]
  }

  static func proven(_ value: ProvenValue, header: [UInt8]?) -> JSON {
    [
      "key": .string(value.key.hex), "value": hex(value.value), "height": JSON(value.height),
      "app_hash": .string(value.appHash.hex), "proof": .string(value.proof.hex), "header": hex(header),
    ]
  }

  static func record(_ key: [UInt8], _ value: [UInt8]) -> JSON {
    [
      "key": .string(key.hex), "value": .string(value.hex),
      "fields": LedgerTables.fields(of: value, at: key).map { .object($0) } ?? .null,
    ]
  }

  static func event(_ placed: PlacedEvent) -> JSON {
    [
      "sequence": JSON(placed.sequence), "height": JSON(placed.height), "kind": .string(placed.event.kind),
      "attributes": fields(placed.event.attributes),
    ]
  }

  static func hex(_ bytes: [UInt8]?) -> JSON { bytes.map { .string($0.hex) } ?? .null }
}
