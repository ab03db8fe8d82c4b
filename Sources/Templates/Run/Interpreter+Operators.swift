extension Interpreter {
  func apply(_ operation: Expression.UnaryOperator, to value: Value) throws(TemplateError) -> Value {
    if operation == .not { return .bool(!value.isTrue) }
    switch value {
    case .undefined(let undefined): throw undefined.failure(line: line)
    case .decimal(let decimal) where operation == .negate:
      let text = decimal.text
      let isNegative = text.first == UInt8(ascii: "-")
      return .decimal(
        Decimal(text: isNegative ? Array(text.dropFirst()) : [UInt8(ascii: "-")] + text, isInteger: decimal.isInteger))
    case .decimal: return value
    default: break
    }
    guard let integer = value.integer else {
      let sign = operation == .negate ? "-" : "+"
      throw failure(.type, "bad operand type for unary \(sign): '\(value.typeName)'")
    }
    guard operation == .negate else { return .int(integer) }
    return try checked((0).subtractingReportingOverflow(integer))
  }

  private func checked(_ result: (partialValue: Int, overflow: Bool)) throws(TemplateError) -> Value {
    guard !result.overflow else { throw failure(.overflow, "an integer that does not fit in 64 bits") }
    return .int(result.partialValue)
  }

  func apply(
    _ operation: Expression.BinaryOperator, _ left: Value, _ right: Value
  ) throws(TemplateError) -> Value {
    if case .undefined(let undefined) = left { throw undefined.failure(line: line) }
    if case .string = left, operation == .remainder { throw failure(.unsupported, "formatting with %") }
    if case .undefined(let undefined) = right { throw undefined.failure(line: line) }
    if let left = left.integer, let right = right.integer { return try compute(operation, left, right) }
    switch (operation, left, right) {
    case (.add, .string(let left), .string(let right)):
      try charge(byteCount: left.count + right.count)
      return .string(left + right)
    case (.add, .list(let left), .list(let right)):
      try charge(byteCount: 16 * (left.elements.count + right.elements.count))
      return try list(left.elements + right.elements)
    case (.add, .tuple(let left), .tuple(let right)):
      try charge(byteCount: 16 * (left.elements.count + right.elements.count))
      return try tuple(left.elements + right.elements)
    case (.multiply, _, _):
      if let product = try repeated(left, right) { return product }
    default: break
    }
    throw mismatch(operation, left, right)
  }

  private func mismatch(_ operation: Expression.BinaryOperator, _ left: Value, _ right: Value) -> TemplateError {
    switch (left, right) {
    case (.decimal, .decimal), (.decimal, .int), (.decimal, .bool), (.int, .decimal), (.bool, .decimal):
      failure(.unsupported, "arithmetic on numbers with a fraction")
    default:
      failure(
        .type,
        "unsupported operand type(s) for \(operation.rawValue): '\(left.typeName)' and '\(right.typeName)'")
    }
  }

  /// A string or list times an integer, in either order; `nil` for other operands.
  private func repeated(_ left: Value, _ right: Value) throws(TemplateError) -> Value? {
    guard let count = left.integer ?? right.integer else { return nil }
    let times = max(0, count)
    let sequence = left.integer == nil ? left : right
    switch sequence {
    case .string(let text):
      try charge(product: text.count, times)
      return .string(Array(repeatElement(text, count: text.isEmpty ? 0 : times).joined()))
    case .list(let list):
      try charge(product: 16 * list.elements.count, times)
      return try self.list(repeated(list.elements, times))
    case .tuple(let list):
      try charge(product: 16 * list.elements.count, times)
      return try tuple(repeated(list.elements, times))
    default: return nil
    }
  }

  private func repeated(_ elements: [Value], _ times: Int) -> [Value] {
    Array(repeatElement(elements, count: elements.isEmpty ? 0 : times).joined())
  }

  func charge(product left: Int, _ right: Int) throws(TemplateError) {
    let (byteCount, overflow) = left.multipliedReportingOverflow(by: right)
    try charge(byteCount: overflow ? Int.max : byteCount)
  }

  private func compute(
    _ operation: Expression.BinaryOperator, _ left: Int, _ right: Int
  ) throws(TemplateError) -> Value {
    switch operation {
    case .add: return try checked(left.addingReportingOverflow(right))
    case .subtract: return try checked(left.subtractingReportingOverflow(right))
    case .multiply: return try checked(left.multipliedReportingOverflow(by: right))
    case .power: return try power(left, right)
    case .divide, .floorDivide, .remainder: break
    }
    guard right != 0 else { throw failure(.divisionByZero, "division by zero") }
    let (quotient, overflow) = left.dividedReportingOverflow(by: right)
    if overflow {
      guard operation == .remainder else { throw failure(.overflow, "an integer that does not fit in 64 bits") }
      return .int(0)
    }
    let remainder = left % right
    let isBelow = remainder != 0 && (remainder < 0) != (right < 0)
    switch operation {
    case .floorDivide: return .int(isBelow ? quotient - 1 : quotient)
    case .remainder: return .int(isBelow ? remainder + right : remainder)
    default:
      guard remainder == 0, quotient.magnitude < 1 << 53 else {
        throw failure(.unsupported, "a quotient that is no integer")
      }
      return .decimal(Decimal(quotient).asFraction)
    }
  }

  private func power(_ base: Int, _ exponent: Int) throws(TemplateError) -> Value {
    guard exponent >= 0 else { throw failure(.unsupported, "negative powers") }
    if base == 0 || base == 1 || exponent == 0 { return .int(exponent == 0 ? 1 : base) }
    if base == -1 { return .int(exponent % 2 == 0 ? 1 : -1) }
    guard exponent < 64 else { throw failure(.overflow, "an integer that does not fit in 64 bits") }
    var result = Value.int(1)
    for _ in 0..<exponent {
      guard case .int(let value) = result else { break }
      result = try checked(value.multipliedReportingOverflow(by: base))
    }
    return result
  }
}
