import StrictJSON

extension Value {
  /// The value a JSON text stands for, as Python's parser reads it.
  /// - Throws: `depthLimit` for deep nesting, `value` for a number beyond the range of binary64.
  init(_ json: JSON, depth: Int = 0) throws(TemplateError) {
    guard depth < TemplateLimits.valueDepth else {
      throw TemplateError(.depthLimit, "a context nested deeper than \(TemplateLimits.valueDepth)")
    }
    switch json {
    case .null: self = .none
    case .bool(let bool): self = .bool(bool)
    case .number(let number): self = try Value(number)
    case .string(let string): self = .string(Array(string.utf8))
    case .array(let elements):
      var values: [Value] = []
      values.reserveCapacity(elements.count)
      for element in elements { values.append(try Value(element, depth: depth + 1)) }
      self = .list(ListValue(values, depth: (values.lazy.map(\.depth).max() ?? 0) + 1))
    case .object(let object):
      var values: [Value] = []
      for member in object.members { values.append(try Value(member.value, depth: depth + 1)) }
      self = .dictionary(
        DictionaryValue(
          keys: object.members.map { .string(Array($0.name.utf8)) }, values: values,
          depth: (values.lazy.map(\.depth).max() ?? 0) + 1))
    }
  }

  private init(_ number: JSONNumber) throws(TemplateError) {
    guard number.isWrittenAsInteger else {
      let decimal = Decimal(text: Array(number.text.utf8), isInteger: false)
      guard !decimal.isOutOfRange else { throw TemplateError(.value, "a number too large or too small") }
      self = .decimal(decimal)
      return
    }
    if let integer = Int(number.text) {
      self = .int(integer)
    } else {
      self = .decimal(Decimal(text: Array(number.text.utf8), isInteger: true))
    }
  }
}
