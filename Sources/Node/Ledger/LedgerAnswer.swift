import Hashing
import Ledger
import StrictJSON

/// A movement of an account's balance as a ledger tells it.
package struct ToldEntry: Equatable, Sendable {
  /// Counts all entries of the ledger.
  package let sequence: UInt64
  package let height: UInt64
  /// Index of the transaction in its block; `nil` for what the block's own rules did.
  package let position: Int?
  package let entry: Entry
}

/// An answer of the ledger's HTTP interface on its way into values: every member is checked, nothing is believed yet.
struct LedgerAnswer {
  let json: JSON

  private func missing(_ name: String, _ expected: String) -> LedgerClientError {
    .unverified("`\(name)` is not \(expected)")
  }

  func member(_ name: String) -> LedgerAnswer { LedgerAnswer(json: json[name] ?? .null) }

  func text(_ name: String) throws(LedgerClientError) -> String {
    guard let text = json[name]?.string, text.utf8.count <= 1 << 20 else { throw missing(name, "a text") }
    return text
  }

  func number(_ name: String) throws(LedgerClientError) -> UInt64 {
    guard let number = json[name]?.integer.flatMap({ UInt64(exactly: $0) }) else {
      throw missing(name, "a whole number")
    }
    return number
  }

  func bytes(_ name: String) throws(LedgerClientError) -> [UInt8] {
    guard let bytes = json[name]?.string.flatMap({ [UInt8](hex: $0) }) else { throw missing(name, "hexadecimal") }
    return bytes
  }

  /// Bytes, or `nil` for null.
  func optionalBytes(_ name: String) throws(LedgerClientError) -> [UInt8]? {
    guard let value = json[name] else { throw missing(name, "there") }
    return value.isNull ? nil : try bytes(name)
  }

  func digest(_ name: String) throws(LedgerClientError) -> Digest {
    guard let digest = Digest(try bytes(name)) else { throw missing(name, "32 bytes") }
    return digest
  }

  func list(_ name: String, limit: Int) throws(LedgerClientError) -> [LedgerAnswer] {
    guard let list = json[name]?.array, list.count <= limit else { throw missing(name, "a list of at most \(limit)") }
    return list.map { LedgerAnswer(json: $0) }
  }
}

extension LedgerAnswer {
  func status() throws(LedgerClientError) -> LedgerStatus {
    guard let engine = LedgerStatus.Engine(rawValue: try text("engine")) else { throw missing("engine", "known") }
    return LedgerStatus(
      chainID: try text("chain_id"), engine: engine, height: try number("height"), time: try number("time"),
      appHash: try digest("app_hash"))
  }

  func provenValue() throws(LedgerClientError) -> ProvenValue {
    ProvenValue(
      key: try bytes("key"), value: try optionalBytes("value"), height: try number("height"),
      appHash: try digest("app_hash"), proof: try bytes("proof"))
  }

  func transactionPlace() throws(LedgerClientError) -> TransactionPlace {
    guard let code = UInt32(exactly: try number("code")) else { throw missing("code", "of 32 bits") }
    return TransactionPlace(
      id: try digest("id"), height: try number("height"), code: code, detail: try text("detail"))
  }

  func event() throws(LedgerClientError) -> PlacedEvent {
    var attributes: [MessageField] = []
    for field in try list("attributes", limit: 1 << 12) {
      attributes.append(MessageField(try field.text("name"), try field.text("value")))
    }
    return PlacedEvent(
      sequence: try number("sequence"), height: try number("height"),
      event: LedgerEvent(try text("kind"), attributes))
  }

  func entry(of account: Digest) throws(LedgerClientError) -> ToldEntry {
    guard let amount = Int128(try text("amount")) else { throw missing("amount", "a whole number") }
    guard let cause = EntryCause(rawValue: try text("cause")) else { throw missing("cause", "known") }
    let token: Token
    switch try text("token") {
    case "raz": token = .raz
    case "credit": token = .credit
    default: throw missing("token", "known")
    }
    let position = json["position"].flatMap { $0.isNull ? nil : $0.integer }
    return ToldEntry(
      sequence: try number("sequence"), height: try number("height"), position: position,
      entry: Entry(
        account: account, token: token, amount: amount, cause: cause, reference: try digest("reference")))
  }
}
