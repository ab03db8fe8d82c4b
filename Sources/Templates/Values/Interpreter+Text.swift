extension Interpreter {
  /// Python's `str`: what a template prints for a value.
  func text(of value: Value) throws(TemplateError) -> [UInt8] {
    switch value {
    case .string(let text): return text
    case .undefined: return []
    default:
      var output: [UInt8] = []
      try writeRepresentation(of: value, to: &output)
      return output
    }
  }

  private func write(_ text: String, to output: inout [UInt8]) throws(TemplateError) {
    try charge(byteCount: text.utf8.count)
    output += Array(text.utf8)
  }

  /// Python's `repr`.
  private func writeRepresentation(of value: Value, to output: inout [UInt8]) throws(TemplateError) {
    try step()
    switch value {
    case .none: try write("None", to: &output)
    case .undefined: try write("Undefined", to: &output)
    case .bool(let bool): try write(bool ? "True" : "False", to: &output)
    case .int(let integer): try write(String(integer), to: &output)
    case .decimal(let decimal): output += decimal.text
    case .string(let text): try writeQuoted(text, to: &output)
    case .list(let list): try write(list.elements, "[", "]", to: &output)
    case .tuple(let list): try write(list.elements, "(", list.elements.count == 1 ? ",)" : ")", to: &output)
    case .dictionary(let dictionary): try write(dictionary, to: &output)
    case .view(let view):
      try write("dict_\(view.part.rawValue)(", to: &output)
      try write(try elements(of: value), "[", "])", to: &output)
    default: throw failure(.unsupported, "printing a value of type '\(value.typeName)'")
    }
  }

  private func write(
    _ elements: [Value], _ open: String, _ close: String, to output: inout [UInt8]
  ) throws(TemplateError) {
    try write(open, to: &output)
    for (index, element) in elements.enumerated() {
      if index > 0 { try write(", ", to: &output) }
      try writeRepresentation(of: element, to: &output)
    }
    try write(close, to: &output)
  }

  private func write(_ dictionary: DictionaryValue, to output: inout [UInt8]) throws(TemplateError) {
    try write("{", to: &output)
    for (index, (key, value)) in zip(dictionary.keys, dictionary.values).enumerated() {
      if index > 0 { try write(", ", to: &output) }
      try writeRepresentation(of: key, to: &output)
      try write(": ", to: &output)
      try writeRepresentation(of: value, to: &output)
    }
    try write("}", to: &output)
  }

  /// A string in Python's quotes, with everything unprintable escaped.
  private func writeQuoted(_ text: [UInt8], to output: inout [UInt8]) throws(TemplateError) {
    try charge(byteCount: 2 * text.count + 2)
    let apostrophe = UInt8(ascii: "'")
    let quote = text.contains(apostrophe) && !text.contains(UInt8(ascii: "\"")) ? UInt8(ascii: "\"") : apostrophe
    output.append(quote)
    var index = 0
    while index < text.count {
      let (value, length) = Scalars.scalar(text, at: index)
      switch value {
      case UInt32(quote), 0x5C: output += [0x5C, UInt8(value)]
      case 0x0A: output += Array("\\n".utf8)
      case 0x0D: output += Array("\\r".utf8)
      case 0x09: output += Array("\\t".utf8)
      case 0x20..<0x7F: output.append(UInt8(value))
      default:
        if value < 0xA0 || UnprintableScalars.contains(value) {
          output += Self.escape(value)
        } else {
          output += text[index..<index + length]
        }
      }
      index += length
    }
    output.append(quote)
  }

  private static func escape(_ value: UInt32) -> [UInt8] {
    let (letter, width) = value <= 0xFF ? ("x", 2) : value <= 0xFFFF ? ("u", 4) : ("U", 8)
    return Array("\\\(letter)".utf8) + hexadecimal(value, width: width)
  }

  /// Lower-case hexadecimal digits, with zeros in front.
  static func hexadecimal(_ value: UInt32, width: Int) -> [UInt8] {
    let digits = Array(String(value, radix: 16).utf8)
    return [UInt8](repeating: UInt8(ascii: "0"), count: max(0, width - digits.count)) + digits
  }
}
