import Hashing
import Ledger
import Receipts
import StrictJSON

/// A record of the state as JSON: its stored properties in their order, bytes as hexadecimal digits.
enum RecordFields {
  /// - Returns: `nil` when the table is not known or the bytes are no record of it.
  static func json(key: [UInt8], value: [UInt8]) -> JSON? {
    guard let table = key.first.flatMap({ StateTable(rawValue: $0) }), let type = table.record else { return nil }
    return (try? type.init(decoding: value)).map(json)
  }

  /// What a value looks like from outside.
  static func json(_ value: Any) -> JSON {
    switch value {
    case let value as Digest: return .string(value.hex)
    case let value as PublicKey: return .string(value.bytes.hex)
    case let value as [UInt8]: return .string(value.hex)
    case let value as String: return .string(value)
    case let value as Bool: return .bool(value)
    case let value as any BinaryInteger: return JSON(value)
    case let value as KeyScope: return .array(ScopeWords.names(value).map { .string($0) })
    default: return composite(value)
    }
  }

  private static func composite(_ value: Any) -> JSON {
    let mirror = Mirror(reflecting: value)
    switch mirror.displayStyle {
    case .optional: return mirror.children.first.map { json($0.value) } ?? .null
    case .collection: return .array(mirror.children.map { json($0.value) })
    case .struct, .tuple:
      return .object(JSONObject(mirror.children.map { .init(name: snakeCase($0.label ?? ""), value: json($0.value)) }))
    default: return .string("\(value)")
    }
  }

  /// `lockedUntil` as `locked_until`, as JSON has it everywhere here.
  static func snakeCase(_ name: String) -> String {
    var text: [UInt8] = []
    for byte in name.utf8 {
      let isUpper = (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
      if isUpper, !text.isEmpty { text.append(UInt8(ascii: "_")) }
      text.append(isUpper ? byte + 32 : byte)
    }
    return String(decoding: text, as: UTF8.self)
  }
}

/// The scopes of hot keys by name.
enum ScopeWords {
  static let all: [(name: String, scope: KeyScope)] = [
    ("transfer", .transfer), ("stake", .stake), ("credits", .credits), ("channels", .channels), ("provider", .provider),
    ("auditor", .auditor), ("oracle", .oracle), ("bond", .bond), ("beacon", .beacon), ("evidence", .evidence),
    ("publish", .publish),
  ]

  static func names(_ scopes: KeyScope) -> [String] { all.filter { scopes.contains($0.scope) }.map(\.name) }

  /// Names separated by commas, or `all`.
  /// - Returns: `nil` for none and for a name that nobody knows.
  static func parse(_ text: String) -> KeyScope? {
    if text == "all" { return .all }
    var scopes: KeyScope = []
    for name in text.split(separator: ",", omittingEmptySubsequences: false) {
      guard let entry = all.first(where: { $0.name == name }) else { return nil }
      scopes.insert(entry.scope)
    }
    return scopes.isEmpty ? nil : scopes
  }
}
