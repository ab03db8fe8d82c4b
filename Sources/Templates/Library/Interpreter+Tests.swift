extension Interpreter {
  /// Whether the test `name` holds for a value.
  /// - Throws: `unknownName` where the language has no such test.
  func test(_ value: Value, _ name: String, _ arguments: Arguments) throws(TemplateError) -> Bool {
    if let comparison = Self.comparison(named: name) {
      let bound = try bind(arguments, ["other"], required: 1, of: name)
      return try compare(value, comparison, bound[0] ?? .none)
    }
    switch name {
    case "divisibleby":
      let bound = try bind(arguments, ["num"], required: 1, of: name)
      return try compare(try apply(.remainder, value, bound[0] ?? .none), .equal, .int(0))
    case "sameas":
      let bound = try bind(arguments, ["other"], required: 1, of: name)
      return try isSame(value, bound[0] ?? .none)
    default: break
    }
    _ = try bind(arguments, [], of: name)
    return try test(value, name)
  }

  private static func comparison(named name: String) -> Expression.Comparison? {
    switch name {
    case "equalto", "eq", "==": .equal
    case "ne", "!=": .notEqual
    case "lt", "lessthan", "<": .less
    case "le", "<=": .lessOrEqual
    case "gt", "greaterthan", ">": .greater
    case "ge", ">=": .greaterOrEqual
    case "in": .isIn
    default: nil
    }
  }

  private func isSame(_ value: Value, _ other: Value) throws(TemplateError) -> Bool {
    switch (value, other) {
    case (.none, .none): return true
    case (.bool(let left), .bool(let right)): return left == right
    case (.none, _), (_, .none), (.bool, _), (_, .bool): return false
    default: throw failure(.unsupported, "sameas of anything but none, true and false")
    }
  }

  /// The tests without arguments.
  private func test(_ value: Value, _ name: String) throws(TemplateError) -> Bool {
    switch name {
    case "defined": return !value.isUndefined
    case "undefined": return value.isUndefined
    case "odd", "even":
      let remainder = try apply(.remainder, value, .int(2))
      return try equal(remainder, .int(name == "odd" ? 1 : 0))
    case "upper", "lower": return try isCased(try text(of: value), isUpper: name == "upper")
    case "filter", "test": return try isRegistered(value, name)
    case "escaped": return false
    default:
      guard let result = Self.hasType(value, name) else {
        throw failure(.unknownName, "No test named '\(name)'.")
      }
      return result
    }
  }

  private func isCased(_ text: [UInt8], isUpper: Bool) throws(TemplateError) -> Bool {
    guard text.allSatisfy({ $0 < 0x80 }) else {
      throw failure(.unsupported, "the case of characters outside ASCII")
    }
    let (wanted, other) = isUpper ? (Scalars.isUpper, Scalars.isLower) : (Scalars.isLower, Scalars.isUpper)
    return text.contains(where: wanted) && !text.contains(where: other)
  }

  private func isRegistered(_ value: Value, _ kind: String) throws(TemplateError) -> Bool {
    guard case .string(let bytes) = value else { return false }
    let name = String(decoding: bytes, as: UTF8.self)
    if kind == "filter" { return FilterNames.supported.contains(name) || FilterNames.unsupported.contains(name) }
    let others: Set<String> = ["defined", "undefined", "odd", "even", "upper", "lower", "filter", "test", "escaped"]
    return others.contains(name) || name == "divisibleby" || name == "sameas" || Self.comparison(named: name) != nil
      || Self.hasType(value, name) != nil
  }

  /// The tests that look at a value's type alone; `nil` for other names.
  private static func hasType(_ value: Value, _ name: String) -> Bool? {
    switch (name, value) {
    case ("none", .none), ("string", .string), ("mapping", .dictionary), ("boolean", .bool): true
    case ("integer", .int), ("number", .int), ("number", .bool), ("number", .decimal): true
    case ("integer", .decimal(let decimal)): decimal.isInteger
    case ("float", .decimal(let decimal)): !decimal.isInteger
    case ("true", .bool(let bool)): bool
    case ("false", .bool(let bool)): !bool
    case ("sequence", .string), ("sequence", .list), ("sequence", .tuple), ("sequence", .dictionary): true
    case ("sequence", .range), ("sequence", .undefined): true
    case ("iterable", .none), ("iterable", .bool), ("iterable", .int), ("iterable", .decimal): false
    case ("iterable", .namespace), ("iterable", .macro), ("iterable", .method), ("iterable", .function): false
    case ("iterable", _): true
    case ("callable", .macro), ("callable", .method), ("callable", .function), ("callable", .undefined): true
    case ("callable", .loop): true
    case ("none", _), ("string", _), ("mapping", _), ("boolean", _), ("integer", _), ("number", _), ("float", _): false
    case ("true", _), ("false", _), ("sequence", _), ("callable", _): false
    default: nil
    }
  }
}
