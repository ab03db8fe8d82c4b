/// The filters that apply another filter or a test to every element.
extension Interpreter {
  /// Anything that counts as false, `none` included, is an empty sequence here.
  func selectionFilter(_ value: Value, _ name: String, _ arguments: Arguments) throws(TemplateError) -> Value? {
    let value = value.isTrue ? value : .undefined(Undefined(message: "nothing to select from"))
    switch name {
    case "map": return try map(value, arguments)
    case "select", "reject": return try select(value, arguments, hasAttribute: false, keepsTrue: name == "select")
    case "selectattr", "rejectattr":
      return try select(value, arguments, hasAttribute: true, keepsTrue: name == "selectattr")
    default: return nil
    }
  }

  private func map(_ value: Value, _ arguments: Arguments) throws(TemplateError) -> Value {
    var results: [Value] = []
    if arguments.positional.isEmpty, arguments.named.contains(where: { $0.name == "attribute" }) {
      let bound = try bind(arguments, ["attribute", "default"], of: "map")
      let path = try path(bound[0])
      var fallback = bound[1]
      if case .some(.none) = fallback { fallback = nil }
      for element in try elements(of: value) { results.append(try follow(path, from: element, default: fallback)) }
      return try iterator(results)
    }
    guard case .string(let name)? = arguments.positional.first else {
      throw failure(.type, "map requires a filter argument")
    }
    let rest = Arguments(positional: Array(arguments.positional.dropFirst()), named: arguments.named)
    for element in try elements(of: value) {
      try step()
      let result = try nested { () throws(TemplateError) in
        try filter(element, String(decoding: name, as: UTF8.self), rest)
      }
      results.append(result)
    }
    return try iterator(results)
  }

  private func select(
    _ value: Value, _ arguments: Arguments, hasAttribute: Bool, keepsTrue: Bool
  ) throws(TemplateError) -> Value {
    var positional = arguments.positional[...]
    var path: [Value] = []
    if hasAttribute {
      guard let attribute = positional.popFirst() else {
        throw failure(.type, "Missing parameter for attribute name")
      }
      path = try self.path(attribute)
    }
    let name = try positional.popFirst().map { (name) throws(TemplateError) in
      String(decoding: try text(of: name), as: UTF8.self)
    }
    let rest = Arguments(positional: Array(positional), named: arguments.named)
    var kept: [Value] = []
    for element in try elements(of: value) {
      try step()
      let item = try follow(path, from: element)
      let isTrue = if let name { try test(item, name, rest) } else { item.isTrue }
      if isTrue == keepsTrue { kept.append(element) }
    }
    return try iterator(kept)
  }
}
