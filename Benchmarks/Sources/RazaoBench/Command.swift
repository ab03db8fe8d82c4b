/// Why a command cannot be carried out.
struct CommandError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) {
    self.description = description
  }
}

/// One order of the harness: a name, then `key=value` words.
struct Command {
  let name: String
  private let values: [String: String]

  /// - Throws: `CommandError` without a name, or for a word that is no `key=value`.
  init(_ words: some Sequence<Substring>) throws(CommandError) {
    var words = Array(words)
    guard !words.isEmpty else { throw CommandError("no command") }
    name = String(words.removeFirst())
    var values: [String: String] = [:]
    for word in words {
      guard let equals = word.firstIndex(of: "=") else { throw CommandError("\(word) is not key=value") }
      values[String(word[..<equals])] = String(word[word.index(after: equals)...])
    }
    self.values = values
  }

  /// - Throws: `CommandError` when the key is missing.
  func text(_ key: String) throws(CommandError) -> String {
    guard let value = values[key] else { throw CommandError("\(name) needs \(key)=") }
    return value
  }

  func text(_ key: String, default fallback: String?) -> String? { values[key] ?? fallback }

  /// - Parameter fallback: used without the key; `nil` when there must be one.
  /// - Throws: `CommandError` for a missing key or anything but a positive integer.
  func count(_ key: String, default fallback: Int? = nil) throws(CommandError) -> Int {
    if let fallback, values[key] == nil { return fallback }
    let text = try text(key)
    guard let value = Int(text), value > 0 else { throw CommandError("\(key)=\(text) is no positive integer") }
    return value
  }

  /// True for `key=1`.
  func flag(_ key: String) -> Bool { values[key] == "1" }
}
