extension Interpreter {
  func compare(_ left: Value, _ comparison: Expression.Comparison, _ right: Value) throws(TemplateError) -> Bool {
    switch comparison {
    case .equal: try equal(left, right)
    case .notEqual: try !equal(left, right)
    case .less: try order(left, right, "<") < 0
    case .lessOrEqual: try order(left, right, "<=") <= 0
    case .greater: try order(left, right, ">") > 0
    case .greaterOrEqual: try order(left, right, ">=") >= 0
    case .isIn: try contains(right, left)
    case .isNotIn: try !contains(right, left)
    }
  }

  /// Python's `==`.
  func equal(_ left: Value, _ right: Value) throws(TemplateError) -> Bool {
    try step()
    if let numbers = decimals(left, right) { return numbers.0.compare(numbers.1) == 0 }
    switch (left, right) {
    case (.none, .none), (.undefined, .undefined): return true
    case (.string(let left), .string(let right)):
      guard left.count == right.count else { return false }
      try work(byteCount: left.count)
      return left == right
    case (.list(let left), .list(let right)), (.tuple(let left), .tuple(let right)):
      return try equal(left.elements, right.elements)
    case (.dictionary(let left), .dictionary(let right)): return try equal(left, right)
    case (.range(let left), .range(let right)):
      return left.count == right.count
        && (left.count == 0 || left.start == right.start && (left.count == 1 || left.step == right.step))
    case (.view, .view): throw failure(.unsupported, "comparing dictionary views")
    case (.iterator(let left), .iterator(let right)): return left === right
    case (.namespace(let left), .namespace(let right)): return left === right
    case (.loop(let left), .loop(let right)): return left === right
    case (.macro(let left), .macro(let right)): return left === right
    case (.function(let left), .function(let right)): return left == right
    default: return false
    }
  }

  private func equal(_ left: [Value], _ right: [Value]) throws(TemplateError) -> Bool {
    guard left.count == right.count else { return false }
    for (left, right) in zip(left, right) {
      guard try equal(left, right) else { return false }
    }
    return true
  }

  private func equal(_ left: DictionaryValue, _ right: DictionaryValue) throws(TemplateError) -> Bool {
    guard left.keys.count == right.keys.count else { return false }
    for (key, value) in zip(left.keys, left.values) {
      guard let other = right[key], try equal(value, other) else { return false }
    }
    return true
  }

  /// Both values as exact numbers, or `nil` when one is no number.
  private func decimals(_ left: Value, _ right: Value) -> (Decimal, Decimal)? {
    guard let left = decimal(left), let right = decimal(right) else { return nil }
    return (left, right)
  }

  private func decimal(_ value: Value) -> Decimal? {
    if case .decimal(let decimal) = value { return decimal }
    return value.integer.map { Decimal($0) }
  }

  /// Below, at or above zero as `left` sorts before, with or after `right`.
  func order(_ left: Value, _ right: Value, _ sign: String) throws(TemplateError) -> Int {
    try step()
    if case .undefined(let undefined) = left { throw undefined.failure(line: line) }
    if case .undefined(let undefined) = right { throw undefined.failure(line: line) }
    if let left = left.integer, let right = right.integer { return left < right ? -1 : left == right ? 0 : 1 }
    if let numbers = decimals(left, right) { return numbers.0.compare(numbers.1) }
    switch (left, right) {
    case (.string(let left), .string(let right)):
      try work(byteCount: min(left.count, right.count))
      return left == right ? 0 : left.lexicographicallyPrecedes(right) ? -1 : 1
    case (.list(let left), .list(let right)), (.tuple(let left), .tuple(let right)):
      for (left, right) in zip(left.elements, right.elements) where try !equal(left, right) {
        return try order(left, right, sign)
      }
      return left.elements.count - right.elements.count
    default:
      throw failure(
        .type,
        "'\(sign)' not supported between instances of '\(left.typeName)' and '\(right.typeName)'")
    }
  }

  /// Python's `value in container`.
  func contains(_ container: Value, _ value: Value) throws(TemplateError) -> Bool {
    switch container {
    case .undefined: return false
    case .string(let text):
      guard case .string(let part) = value else {
        throw failure(.type, "'in <string>' requires string as left operand, not \(value.typeName)")
      }
      return try firstIndex(of: part, in: text) != nil
    case .dictionary(let dictionary):
      try requireHashable(value)
      return dictionary.index(of: value) != nil
    case .view(let view) where view.part == .keys:
      try requireHashable(value)
      return view.dictionary.index(of: value) != nil
    case .range(let range):
      guard let integer = value.integer else { return false }
      return (0..<range.count).contains { range.start + $0 * range.step == integer }
    case .iterator(let iterator):
      while iterator.position < iterator.elements.count {
        iterator.position += 1
        if try equal(iterator.elements[iterator.position - 1], value) { return true }
      }
      return false
    case .list, .tuple, .view:
      for element in try elements(of: container) where try equal(element, value) { return true }
      return false
    default: throw failure(.type, "argument of type '\(container.typeName)' is not iterable")
    }
  }

  /// Offset of `part` in `text` at or after `start`, or `nil`; pays for every byte compared.
  func firstIndex(of part: [UInt8], in text: [UInt8], from start: Int = 0) throws(TemplateError) -> Int? {
    guard let first = part.first else { return start }
    var index = start
    var compared = 0
    defer { chargeComparisons(compared) }
    while index + part.count <= text.count {
      compared += 1
      if text[index] == first {
        var length = 1
        while length < part.count, text[index + length] == part[length] { length += 1 }
        if length == part.count { return index }
        compared += length
        if compared > 1 << 16 {
          try work(byteCount: compared)
          compared = 0
        }
      }
      index += 1
    }
    return nil
  }

  /// Pays what is left of a search; the limit itself is noticed at the next step.
  private func chargeComparisons(_ count: Int) { addSteps(count / 32) }
}
