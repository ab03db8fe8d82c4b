import StrictJSON

/// JSON as lines for people: a name and its value on each, what is nested indented below its name.
enum JSONLines {
  /// The lines of a value; amounts are left as the numbers they are.
  static func lines(_ json: JSON, indent: Int = 0) -> [String] {
    switch json {
    case .object(let object): object.members.flatMap { member($0.name, $0.value, indent: indent) }
    case .array(let elements): elements.flatMap { element($0, indent: indent) }
    default: [spaces(indent) + scalar(json)]
    }
  }

  private static func member(_ name: String, _ value: JSON, indent: Int) -> [String] {
    let label = spaces(indent) + name
    switch value {
    case .object(let object) where !object.members.isEmpty: return [label] + lines(value, indent: indent + 2)
    case .array(let elements) where !elements.isEmpty: return [label] + lines(value, indent: indent + 2)
    default: return [label.padded(to: 24) + " " + scalar(value)]
    }
  }

  /// An element of a list: its first line bears a dash.
  private static func element(_ json: JSON, indent: Int) -> [String] {
    var lines = lines(json, indent: indent + 2)
    guard let first = lines.first else { return [spaces(indent) + "-"] }
    lines[0] = spaces(indent) + "- " + first.dropFirst(indent + 2)
    return lines
  }

  private static func scalar(_ json: JSON) -> String {
    switch json {
    case .string(let text): printable(text)
    case .object, .array: "none"
    case .null: "none"
    default: json.text
    }
  }

  /// Text from a ledger must not move the terminal's cursor.
  static func printable(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7F ? "?" : $0 }))
  }

  private static func spaces(_ count: Int) -> String { String(repeating: " ", count: count) }
}
