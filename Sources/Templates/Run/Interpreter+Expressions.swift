/// Evaluated arguments of a call.
struct Arguments {
  var positional: [Value] = []
  var named: [(name: String, value: Value)] = []
}

extension Interpreter {
  /// The value of an expression.
  func evaluate(_ expression: Expression) throws(TemplateError) -> Value {
    line = expression.line
    try step()
    switch expression.kind {
    case .constant(let value): return value
    case .name(let name): return scope[name] ?? .undefined(Undefined(message: "'\(name)' is undefined"))
    default: return try nested { () throws(TemplateError) in try evaluateInner(expression) }
    }
  }

  private func evaluateInner(_ expression: Expression) throws(TemplateError) -> Value {
    switch expression.kind {
    case .list(let parts): return try list(try evaluate(parts))
    case .tuple(let parts): return try tuple(try evaluate(parts))
    case .dictionary(let pairs): return try evaluateDictionary(pairs)
    case .unary(let operation, let operand): return try apply(operation, to: try evaluate(operand))
    case .binary(let operation, let left, let right):
      let (left, right) = (try evaluate(left), try evaluate(right))
      line = expression.line
      return try apply(operation, left, right)
    case .concatenation(let parts): return try evaluateConcatenation(parts)
    case .and(let left, let right):
      let value = try evaluate(left)
      return value.isTrue ? try evaluate(right) : value
    case .or(let left, let right):
      let value = try evaluate(left)
      return value.isTrue ? value : try evaluate(right)
    case .comparison(let first, let rest): return try evaluateComparison(first, rest)
    case .conditional(let test, let then, let otherwise):
      return try evaluateConditional(test, then, otherwise)
    default: return try evaluateAccess(expression)
    }
  }

  private func evaluateAccess(_ expression: Expression) throws(TemplateError) -> Value {
    switch expression.kind {
    case .attribute(let base, let name):
      let value = try evaluate(base)
      line = expression.line
      return try attribute(Array(name.utf8), of: value)
    case .item(let base, let key):
      let (value, key) = (try evaluate(base), try evaluate(key))
      line = expression.line
      return try item(key, of: value)
    case .slice(let base, let start, let stop, let step):
      let value = try evaluate(base)
      return try slice(value, try bound(start), try bound(stop), try bound(step))
    case .call(let function, let arguments):
      let (function, arguments) = (try evaluate(function), try evaluate(arguments))
      line = expression.line
      return try call(function, arguments)
    case .filter(let base, let filter): return try apply(filter, to: try evaluate(base))
    case .test(let base, let name, let arguments):
      let (value, arguments) = (try evaluate(base), try evaluate(arguments))
      line = expression.line
      return .bool(try test(value, name, arguments))
    default: return .none
    }
  }

  private func bound(_ expression: Expression?) throws(TemplateError) -> Value {
    guard let expression else { return .none }
    return try evaluate(expression)
  }

  func evaluate(_ expressions: [Expression]) throws(TemplateError) -> [Value] {
    var values: [Value] = []
    values.reserveCapacity(expressions.count)
    for expression in expressions { values.append(try evaluate(expression)) }
    return values
  }

  func evaluate(_ list: ArgumentList) throws(TemplateError) -> Arguments {
    var arguments = Arguments(positional: try evaluate(list.positional))
    for (name, expression) in list.named { arguments.named.append((name, try evaluate(expression))) }
    return arguments
  }

  func apply(_ filter: FilterCall, to value: Value) throws(TemplateError) -> Value {
    let arguments = try evaluate(filter.arguments)
    line = filter.line
    return try self.filter(value, filter.name, arguments)
  }

  private func evaluateDictionary(_ pairs: [(key: Expression, value: Expression)]) throws(TemplateError) -> Value {
    var entries: [(key: Value, value: Value)] = []
    for pair in pairs { entries.append((try evaluate(pair.key), try evaluate(pair.value))) }
    return try dictionary(entries)
  }

  private func evaluateConcatenation(_ parts: [Expression]) throws(TemplateError) -> Value {
    let values = try evaluate(parts)
    var bytes: [UInt8] = []
    for value in values {
      let part = try text(of: value)
      try charge(byteCount: part.count)
      bytes += part
    }
    return .string(bytes)
  }

  private func evaluateConditional(
    _ test: Expression, _ then: Expression, _ otherwise: Expression?
  ) throws(TemplateError) -> Value {
    if try evaluate(test).isTrue { return try evaluate(then) }
    if let otherwise { return try evaluate(otherwise) }
    return .undefined(
      Undefined(message: "the inline if-expression evaluated to false and no else section was defined."))
  }

  private func evaluateComparison(
    _ first: Expression, _ rest: [(Expression.Comparison, Expression)]
  ) throws(TemplateError) -> Value {
    var left = try evaluate(first)
    for (comparison, operand) in rest {
      let right = try evaluate(operand)
      guard try compare(left, comparison, right) else { return .bool(false) }
      left = right
    }
    return .bool(true)
  }
}
