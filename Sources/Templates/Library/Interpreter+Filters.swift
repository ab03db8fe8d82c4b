extension Interpreter {
  /// Applies the filter `name`.
  /// - Throws: `unknownName` where the language has no such filter, `unsupported` where only this subset lacks it.
  func filter(_ value: Value, _ name: String, _ arguments: Arguments) throws(TemplateError) -> Value {
    if let result = try textFilter(value, name, arguments) { return result }
    if let result = try sequenceFilter(value, name, arguments) { return result }
    if let result = try selectionFilter(value, name, arguments) { return result }
    if let result = try valueFilter(value, name, arguments) { return result }
    throw failure(
      FilterNames.unsupported.contains(name) ? .unsupported : .unknownName, "No filter named '\(name)'.")
  }

  // MARK: Text

  private func textFilter(_ value: Value, _ name: String, _ arguments: Arguments) throws(TemplateError) -> Value? {
    switch name {
    case "trim":
      let bound = try bind(arguments, ["chars"], of: name)
      return try strip(try charged(value), bound[0] ?? .none, atStart: true, atEnd: true)
    case "replace": return try replaceFilter(value, arguments)
    case "indent": return try indent(value, arguments)
    case "tojson": return try toJSON(value, arguments)
    case "upper", "lower", "capitalize", "title", "string", "safe", "e", "escape", "forceescape": break
    default: return nil
    }
    _ = try bind(arguments, [], of: name)
    let text = try charged(value)
    switch name {
    case "upper": return try string(text.map(Scalars.uppercased))
    case "lower": return try string(text.map(Scalars.lowercased))
    case "capitalize": return try string(Self.capitalized(text))
    case "title": return try string(Self.titledByWords(text))
    case "e", "escape", "forceescape": return try escape(text)
    default: return .string(text)
    }
  }

  /// The text of a value, paid for as an operation's input.
  private func charged(_ value: Value) throws(TemplateError) -> [UInt8] {
    let text = try text(of: value)
    try work(byteCount: text.count)
    return text
  }

  private func replaceFilter(_ value: Value, _ arguments: Arguments) throws(TemplateError) -> Value {
    let bound = try bind(arguments, ["old", "new", "count"], required: 2, of: "replace")
    var count = -1
    switch bound[2] {
    case nil, .some(.none): break
    case let limit?:
      guard let integer = limit.integer else { throw failure(.type, "a count that is no integer") }
      count = integer
    }
    return try replace(
      try charged(value), try charged(bound[0] ?? .none), try charged(bound[1] ?? .none), count: count)
  }

  /// Words start after white space and after `-`, `(`, `{`, `[`, `<`.
  private static func titledByWords(_ text: [UInt8]) -> [UInt8] {
    var output: [UInt8] = []
    var isWordStart = true
    var index = 0
    while index < text.count {
      let (value, length) = Scalars.scalar(text, at: index)
      let byte = text[index]
      if length == 1 {
        output.append(isWordStart ? Scalars.uppercased(byte) : Scalars.lowercased(byte))
      } else {
        output += text[index..<index + length]
      }
      let starters: [UInt32] = [0x2D, 0x28, 0x7B, 0x5B, 0x3C]
      isWordStart = Scalars.isSpace(value) || starters.contains(value)
      index += length
    }
    return output
  }

  private func escape(_ text: [UInt8]) throws(TemplateError) -> Value {
    var output: [UInt8] = []
    try charge(byteCount: 5 * text.count)
    for byte in text {
      switch byte {
      case UInt8(ascii: "&"): output += Array("&amp;".utf8)
      case UInt8(ascii: "<"): output += Array("&lt;".utf8)
      case UInt8(ascii: ">"): output += Array("&gt;".utf8)
      case UInt8(ascii: "\""): output += Array("&#34;".utf8)
      case UInt8(ascii: "'"): output += Array("&#39;".utf8)
      default: output.append(byte)
      }
    }
    return .string(output)
  }

  private func indent(_ value: Value, _ arguments: Arguments) throws(TemplateError) -> Value {
    let bound = try bind(arguments, ["width", "first", "blank"], of: "indent")
    var indentation = [UInt8](repeating: UInt8(ascii: " "), count: 4)
    switch bound[0] {
    case nil: break
    case .string(let text)?: indentation = text
    case let width?:
      guard let count = width.integer else { throw failure(.type, "a width that is no integer") }
      try charge(byteCount: max(0, count))
      indentation = [UInt8](repeating: UInt8(ascii: " "), count: max(0, count))
    }
    if case .undefined(let undefined) = value { throw undefined.failure(line: line) }
    guard case .string(let given) = value else {
      throw failure(.type, "unsupported operand type(s) for +=: '\(value.typeName)' and 'str'")
    }
    try charge(byteCount: given.count)
    let text = given + [0x0A]
    let lines = Self.lines(of: text)
    try charge(product: lines.count, indentation.count + 1)
    var output: [UInt8] = bound[1]?.isTrue ?? false ? indentation : []
    for (index, line) in lines.enumerated() {
      if index > 0 {
        output.append(0x0A)
        if !line.content.isEmpty || bound[2]?.isTrue ?? false { output += indentation }
      }
      output += text[line.content]
    }
    return try string(output)
  }

  // MARK: Numbers and defaults

  private func valueFilter(_ value: Value, _ name: String, _ arguments: Arguments) throws(TemplateError) -> Value? {
    switch name {
    case "default", "d":
      let bound = try bind(arguments, ["default_value", "boolean"], of: name)
      let isReplaced = value.isUndefined || (bound[1]?.isTrue ?? false && !value.isTrue)
      return isReplaced ? bound[0] ?? .emptyString : value
    case "int":
      let bound = try bind(arguments, ["default", "base"], of: name)
      guard bound[1]?.integer ?? 10 == 10 else { throw failure(.unsupported, "bases other than 10") }
      return try toInteger(value) ?? bound[0] ?? .int(0)
    case "float":
      let bound = try bind(arguments, ["default"], of: name)
      return try toFraction(value) ?? bound[0] ?? .decimal(Decimal(0).asFraction)
    case "abs":
      _ = try bind(arguments, [], of: name)
      if case .decimal(let decimal) = value { return decimal.isNegative ? try apply(.negate, to: value) : value }
      guard let integer = value.integer else { throw failure(.type, "bad operand type for abs(): '\(value.typeName)'") }
      return integer < 0 ? try apply(.negate, to: .int(integer)) : .int(integer)
    case "attr":
      let bound = try bind(arguments, ["name"], required: 1, of: name)
      guard case .string(let attribute)? = bound[0] else { throw failure(.unsupported, "attr without a name") }
      if case .dictionary = value { return try self.attribute(attribute, of: .dictionary(Self.emptyDictionary)) }
      return try self.attribute(attribute, of: value)
    default: return nil
    }
  }

  private static var emptyDictionary: DictionaryValue { DictionaryValue(keys: [], values: [], depth: 1) }

  /// The integer a value stands for, `nil` where it stands for none.
  private func toInteger(_ value: Value) throws(TemplateError) -> Value? {
    switch value {
    case .undefined(let undefined): throw undefined.failure(line: line)
    case .decimal(let decimal) where decimal.isInteger: return value
    case .string(let text):
      try work(byteCount: text.count)
      guard let decimal = Decimal(parsing: text) else { return nil }
      if decimal.isInteger { return decimal.truncated.map { .int($0) } ?? .decimal(decimal) }
      return try truncated(decimal)
    case .decimal(let decimal): return try truncated(decimal)
    default: return value.integer.map { .int($0) }
    }
  }

  private func truncated(_ decimal: Decimal) throws(TemplateError) -> Value {
    guard let integer = decimal.truncated, integer.magnitude < 1 << 53 else {
      throw failure(.overflow, "an integer that does not fit in 64 bits")
    }
    return .int(integer)
  }

  private func toFraction(_ value: Value) throws(TemplateError) -> Value? {
    switch value {
    case .undefined(let undefined): throw undefined.failure(line: line)
    case .decimal(let decimal): return .decimal(decimal.asFraction)
    case .string(let text): return Decimal(parsing: text).map { .decimal($0.asFraction) }
    default: return value.integer.map { .decimal(Decimal($0).asFraction) }
    }
  }
}

extension Decimal {
  /// A number as Python's `int` and `float` read it from text: blanks around it, a sign, underscores between digits.
  init?(parsing text: [UInt8]) {
    let start = Scalars.skipSpace(text, from: 0)
    var rest = text[start..<max(start, Scalars.trimmedEnd(text, from: start))]
    var number: [UInt8] = rest.first == UInt8(ascii: "-") ? [UInt8(ascii: "-")] : []
    if let sign = rest.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") { rest = rest.dropFirst() }
    guard let whole = Self.digits(&rest) else { return nil }
    number += whole
    guard !rest.isEmpty else {
      guard !whole.isEmpty else { return nil }
      self.init(text: number, isInteger: true)
      return
    }
    var digitCount = whole.count
    if rest.first == UInt8(ascii: ".") {
      rest = rest.dropFirst()
      guard let fraction = Self.digits(&rest) else { return nil }
      digitCount += fraction.count
      number += [UInt8(ascii: ".")] + fraction
    }
    guard digitCount > 0 else { return nil }
    if let letter = rest.first, letter | 0x20 == UInt8(ascii: "e") {
      number.append(UInt8(ascii: "e"))
      rest = rest.dropFirst()
      if let sign = rest.first, sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") {
        number.append(sign)
        rest = rest.dropFirst()
      }
      guard let power = Self.digits(&rest), !power.isEmpty else { return nil }
      number += power
    }
    guard rest.isEmpty else { return nil }
    self.init(text: number, isInteger: false)
    if isOutOfRange { return nil }
  }

  /// Takes digits with single underscores between them; `nil` for a misplaced underscore.
  private static func digits(_ rest: inout ArraySlice<UInt8>) -> [UInt8]? {
    var digits: [UInt8] = []
    var isAfterDigit = false
    while let byte = rest.first {
      if Scalars.isDigit(byte) {
        digits.append(byte)
        isAfterDigit = true
      } else if byte == UInt8(ascii: "_") {
        guard isAfterDigit else { return nil }
        isAfterDigit = false
      } else {
        break
      }
      rest = rest.dropFirst()
    }
    return digits.isEmpty || isAfterDigit ? digits : nil
  }
}

/// Filters of the language that this subset leaves out.
enum FilterNames {
  static let unsupported: Set<String> = [
    "batch", "center", "filesizeformat", "format", "groupby", "pprint", "random", "round", "slice", "striptags",
    "truncate", "urlencode", "urlize", "wordcount", "wordwrap", "xmlattr",
  ]

  static let supported: Set<String> = [
    "abs", "attr", "capitalize", "count", "d", "default", "dictsort", "e", "escape", "first", "float", "forceescape",
    "indent", "int", "items", "join", "last", "length", "list", "lower", "map", "max", "min", "reject", "rejectattr",
    "replace", "reverse", "safe", "select", "selectattr", "sort", "string", "sum", "title", "tojson", "trim", "unique",
    "upper",
  ]
}
