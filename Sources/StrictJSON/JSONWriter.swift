extension JSON {
  /// The value as UTF-8 JSON text, members in order, no spaces; `indented` puts each member on its own line.
  public func encoded(indented: Bool = false) -> [UInt8] {
    var output: [UInt8] = []
    write(to: &output, indented: indented, depth: 0)
    return output
  }

  /// The text of `encoded()` as a `String`.
  public var text: String { String(decoding: encoded(), as: UTF8.self) }

  private func write(to output: inout [UInt8], indented: Bool, depth: Int) {
    switch self {
    case .null: output.append(contentsOf: "null".utf8)
    case .bool(let bool): output.append(contentsOf: (bool ? "true" : "false").utf8)
    case .number(let number): output.append(contentsOf: number.text.utf8)
    case .string(let string): Self.write(string, to: &output)
    case .array(let elements):
      Self.writeList(elements, "[", "]", to: &output, indented: indented, depth: depth) { element, output in
        element.write(to: &output, indented: indented, depth: depth + 1)
      }
    case .object(let object):
      Self.writeList(object.members, "{", "}", to: &output, indented: indented, depth: depth) { member, output in
        Self.write(member.name, to: &output)
        output.append(contentsOf: (indented ? ": " : ":").utf8)
        member.value.write(to: &output, indented: indented, depth: depth + 1)
      }
    }
  }

  private static func writeList<Element>(
    _ elements: [Element], _ open: String, _ close: String, to output: inout [UInt8], indented: Bool, depth: Int,
    _ writeElement: (Element, inout [UInt8]) -> Void
  ) {
    output.append(contentsOf: open.utf8)
    for (index, element) in elements.enumerated() {
      if index > 0 { output.append(UInt8(ascii: ",")) }
      if indented { writeBreak(to: &output, depth: depth + 1) }
      writeElement(element, &output)
    }
    if indented, !elements.isEmpty { writeBreak(to: &output, depth: depth) }
    output.append(contentsOf: close.utf8)
  }

  private static func writeBreak(to output: inout [UInt8], depth: Int) {
    output.append(0x0A)
    output.append(contentsOf: repeatElement(0x20, count: 2 * depth))
  }

  private static func write(_ string: String, to output: inout [UInt8]) {
    output.append(UInt8(ascii: "\""))
    for byte in string.utf8 {
      switch byte {
      case UInt8(ascii: "\""): output.append(contentsOf: "\\\"".utf8)
      case UInt8(ascii: "\\"): output.append(contentsOf: "\\\\".utf8)
      case 0x0A: output.append(contentsOf: "\\n".utf8)
      case 0x0D: output.append(contentsOf: "\\r".utf8)
      case 0x09: output.append(contentsOf: "\\t".utf8)
      case 0..<0x20:
        let digits = Array("0123456789abcdef".utf8)
        output.append(contentsOf: "\\u00".utf8)
        output.append(digits[Int(byte >> 4)])
        output.append(digits[Int(byte & 15)])
      default: output.append(byte)
      }
    }
    output.append(UInt8(ascii: "\""))
  }
}
