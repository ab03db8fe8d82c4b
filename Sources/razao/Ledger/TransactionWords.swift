import Hashing
import Ledger
import StrictJSON

/// A signed transaction for people and programs: what it does, what it costs, its id and its bytes.
struct TransactionWords {
  let transaction: Transaction
  let bytes: [UInt8]
  /// What it does, in one sentence.
  let sentence: String

  var id: Digest { SignedTransaction.id(of: bytes) }

  /// For the terminal.
  var lines: [String] {
    var lines = [sentence, ""]
    for message in transaction.messages {
      lines.append("\(type(of: message).name) (kind \(type(of: message).kind))")
      lines += message.fields.map { "  \($0.name.padded(to: 22)) \(FieldWords.words($0, in: message))" }
    }
    lines += [
      "", "account".padded(to: 24) + " \(transaction.account)", "key".padded(to: 24) + " \(transaction.key.bytes.hex)",
      "nonce".padded(to: 24) + " \(transaction.nonce)", "fee".padded(to: 24) + " \(RazAmount.words(transaction.fee))",
      "last block".padded(to: 24) + " \(transaction.expiryHeight == 0 ? "any" : "\(transaction.expiryHeight)")",
      "id".padded(to: 24) + " \(id)", "bytes (\(bytes.count))".padded(to: 24) + " \(bytes.hex)",
    ]
    return lines
  }

  var json: JSONObject {
    [
      "id": .string(id.hex), "chain": .string(transaction.chain.hex), "account": .string(transaction.account.hex),
      "key": .string(transaction.key.bytes.hex), "nonce": JSON(transaction.nonce), "fee": JSON(transaction.fee),
      "expiry_height": JSON(transaction.expiryHeight), "summary": .string(sentence),
      "messages": .array(transaction.messages.map(FieldWords.json)), "bytes": .string(bytes.hex),
    ]
  }
}

/// The fields of messages: numbers with their units where the field is an amount.
enum FieldWords {
  /// Fields that count grains, beside those that say so themselves.
  private static let grains: Set<String> = ["amount", "bond", "stake", "razLimit", "fee"]

  /// A field's value with its unit.
  static func words(_ field: MessageField, in message: any Message) -> String {
    guard let number = UInt64(field.value) else { return JSONLines.printable(field.value) }
    let name = field.name
    switch (message, name) {
    case (is BuyCredits, "minimum"), (is SellCredits, "amount"): return CreditAmount.words(number)
    case (is SellCredits, "minimum"): return RazAmount.words(number)
    case (is AuthorizeKey, "expiry"): return TimeWords.utc(number)
    case (is AuthorizeKey, "scopes"):
      return ScopeWords.names(KeyScope(rawValue: UInt32(clamping: number))).joined(separator: ", ")
    default: break
    }
    if name == "microcredits" || name.hasSuffix("Microcredits") { return CreditAmount.words(number) }
    guard grains.contains(name) || name == "grains" || name.hasSuffix("Grains") else { return field.value }
    return number == .max ? "no limit" : RazAmount.words(number)
  }

  static func json(_ message: any Message) -> JSON {
    let fields = JSONObject(message.fields.map { .init(name: $0.name, value: value($0.value)) })
    return [
      "kind": JSON(type(of: message).kind), "name": .string(type(of: message).name), "fields": .object(fields),
    ]
  }

  /// A number where the text is one, as every number of a message is; hexadecimal digits stay text.
  private static func value(_ text: String) -> JSON {
    guard text.utf8.count < 20, let number = UInt64(text), String(number) == text else { return .string(text) }
    return JSON(number)
  }
}
