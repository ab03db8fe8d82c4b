import Hashing
import Ledger
import Wallet

/// A key of the state as it is named on the command line.
enum StateKeyArgument {
  /// Reads `parameters`, `account/ID`, `stake/NAME`, or the key's bytes as hexadecimal digits.
  /// - Parameter account: finds the account of a local key's name.
  static func parse(_ text: String, account: (String) throws -> Digest) throws -> [UInt8] {
    let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    guard let table = StateTable.allCases.first(where: { "\($0)" == parts[0] }) else {
      guard let bytes = [UInt8](hex: text), let first = bytes.first, StateTable(rawValue: first) != nil else {
        throw CommandFailure("'\(text)' is no key of the state: \(grammar)", status: 64)
      }
      return bytes
    }
    guard parts.count == 2 else { return [table.rawValue] }
    if let bytes = [UInt8](hex: parts[1]) { return [table.rawValue] + bytes }
    return [table.rawValue] + (try account(parts[1])).bytes
  }

  /// `account/<hex>`, or hexadecimal digits alone for a table that nobody knows.
  static func words(_ key: [UInt8]) -> String {
    guard let table = key.first.flatMap({ StateTable(rawValue: $0) }) else { return key.hex }
    return key.count == 1 ? "\(table)" : "\(table)/\(key.dropFirst().hex)"
  }

  static let grammar =
    "a table's name (\(StateTable.allCases.map { "\($0)" }.joined(separator: ", "))), / and an identifier, or its bytes"
}
