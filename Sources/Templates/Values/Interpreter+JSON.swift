/// How `tojson` writes: the parameters of Python's `json.dumps`.
struct JSONStyle {
  var escapesNonASCII = false
  /// Text of one level of indentation; `nil` for everything on one line.
  var indentation: [UInt8]?
  var itemSeparator = Array(", ".utf8)
  var keySeparator = Array(": ".utf8)
  var sortsKeys = false
}

extension Interpreter {
  /// The filter `tojson(ensure_ascii, indent, separators, sort_keys)`.
  func toJSON(_ value: Value, _ arguments: Arguments) throws(TemplateError) -> Value {
    let bound = try bind(arguments, ["ensure_ascii", "indent", "separators", "sort_keys"], of: "tojson")
    var style = JSONStyle(escapesNonASCII: bound[0]?.isTrue ?? false, sortsKeys: bound[3]?.isTrue ?? false)
    switch bound[1] {
    case nil, .some(.none): break
    case .string(let text)?: style.indentation = text
    case let width?:
      guard let count = width.integer else { throw failure(.type, "an indentation that is no integer") }
      try charge(byteCount: max(0, count))
      style.indentation = [UInt8](repeating: UInt8(ascii: " "), count: max(0, count))
    }
    if style.indentation != nil { style.itemSeparator = [UInt8(ascii: ",")] }
    if let separators = bound[2] { try read(separators, into: &style) }
    var output: [UInt8] = []
    try write(value, style, depth: 0, to: &output)
    return .string(output)
  }

  private func read(_ separators: Value, into style: inout JSONStyle) throws(TemplateError) {
    if case .none = separators { return }
    let parts = try elements(of: separators)
    guard parts.count == 2 else { throw failure(.value, "expected two separators") }
    guard case .string(let item) = parts[0], case .string(let key) = parts[1] else {
      throw failure(.type, "separators must be strings")
    }
    (style.itemSeparator, style.keySeparator) = (item, key)
  }

  private func write(
    _ value: Value, _ style: JSONStyle, depth: Int, to output: inout [UInt8]
  ) throws(TemplateError) {
    try step()
    switch value {
    case .none: try append(Array("null".utf8), to: &output)
    case .bool(let bool): try append(Array((bool ? "true" : "false").utf8), to: &output)
    case .int(let integer): try append(Array(String(integer).utf8), to: &output)
    case .decimal(let decimal): try append(decimal.text, to: &output)
    case .string(let text): try writeJSON(text, style, to: &output)
    case .list(let list), .tuple(let list):
      try append([UInt8(ascii: "[")], to: &output)
      for (index, element) in list.elements.enumerated() {
        try separate(index, style, depth: depth + 1, to: &output)
        try write(element, style, depth: depth + 1, to: &output)
      }
      if !list.elements.isEmpty { try breakLine(style, depth: depth, to: &output) }
      try append([UInt8(ascii: "]")], to: &output)
    case .dictionary(let dictionary): try write(dictionary, style, depth: depth, to: &output)
    default: throw failure(.type, "Object of type \(value.typeName) is not JSON serializable")
    }
  }

  private func append(_ bytes: [UInt8], to output: inout [UInt8]) throws(TemplateError) {
    try charge(byteCount: bytes.count)
    output += bytes
  }

  private func separate(
    _ index: Int, _ style: JSONStyle, depth: Int, to output: inout [UInt8]
  ) throws(TemplateError) {
    if index > 0 { try append(style.itemSeparator, to: &output) }
    try breakLine(style, depth: depth, to: &output)
  }

  private func breakLine(_ style: JSONStyle, depth: Int, to output: inout [UInt8]) throws(TemplateError) {
    guard let indentation = style.indentation else { return }
    try append([0x0A], to: &output)
    for _ in 0..<depth { try append(indentation, to: &output) }
  }

  private func write(
    _ dictionary: DictionaryValue, _ style: JSONStyle, depth: Int, to output: inout [UInt8]
  ) throws(TemplateError) {
    try append([UInt8(ascii: "{")], to: &output)
    var order = Array(dictionary.keys.indices)
    if style.sortsKeys {
      order = try sorted(order) { (left, right) throws(TemplateError) in
        try self.order(dictionary.keys[left], dictionary.keys[right], "<")
      }
    }
    for (index, position) in order.enumerated() {
      try separate(index, style, depth: depth + 1, to: &output)
      try writeJSON(try jsonKey(dictionary.keys[position]), style, to: &output)
      try append(style.keySeparator, to: &output)
      try write(dictionary.values[position], style, depth: depth + 1, to: &output)
    }
    if !order.isEmpty { try breakLine(style, depth: depth, to: &output) }
    try append([UInt8(ascii: "}")], to: &output)
  }

  private func jsonKey(_ key: Value) throws(TemplateError) -> [UInt8] {
    switch key {
    case .string(let text): return text
    case .int(let integer): return Array(String(integer).utf8)
    case .bool(let bool): return Array((bool ? "true" : "false").utf8)
    case .none: return Array("null".utf8)
    case .decimal(let decimal): return decimal.text
    default: throw failure(.type, "keys must be str, int, float, bool or None, not \(key.typeName)")
    }
  }

  private func writeJSON(_ text: [UInt8], _ style: JSONStyle, to output: inout [UInt8]) throws(TemplateError) {
    try charge(byteCount: text.count + 2)
    output.append(UInt8(ascii: "\""))
    var index = 0
    while index < text.count {
      let (value, length) = Scalars.scalar(text, at: index)
      if let short = Self.shortEscape(value) {
        output += [0x5C, short]
      } else if value < 0x20 || (style.escapesNonASCII && value > 0x7E) {
        try charge(byteCount: 12)
        for unit in Self.units(value) { output += Array("\\u".utf8) + Self.hexadecimal(unit, width: 4) }
      } else {
        output += text[index..<index + length]
      }
      index += length
    }
    output.append(UInt8(ascii: "\""))
  }

  /// UTF-16 code units of a scalar.
  private static func units(_ value: UInt32) -> [UInt32] {
    guard value > 0xFFFF else { return [value] }
    let offset = value - 0x10000
    return [0xD800 + offset >> 10, 0xDC00 + offset & 0x3FF]
  }

  private static func shortEscape(_ value: UInt32) -> UInt8? {
    switch value {
    case 0x22, 0x5C: UInt8(value)
    case 0x08: UInt8(ascii: "b")
    case 0x0C: UInt8(ascii: "f")
    case 0x0A: UInt8(ascii: "n")
    case 0x0D: UInt8(ascii: "r")
    case 0x09: UInt8(ascii: "t")
    default: nil
    }
  }
}
