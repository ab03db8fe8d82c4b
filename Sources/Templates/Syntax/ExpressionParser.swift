/// Parses the tokens of a template; this file holds expressions, by precedence from loosest to tightest.
struct TemplateParser {
  let tokens: [Token]
  var index = 0
  var depth = 0
  /// Names read so far, so that a macro's mention of `varargs` or `kwargs` is seen.
  var mentionedNames: [String] = []
  /// Loops around the current statement inside the current function body.
  var loopDepth = 0

  init(tokens: [Token]) {
    self.tokens = tokens
  }

  var current: Token { tokens[min(index, tokens.count - 1)] }
  var next: Token { tokens[min(index + 1, tokens.count - 1)] }

  mutating func advance() { index = min(index + 1, tokens.count - 1) }

  func failure(_ message: String, line: Int? = nil) -> TemplateError {
    TemplateError(.syntax, line: line ?? current.line, message)
  }

  mutating func take(_ symbol: Token.Symbol) -> Bool {
    guard current.isSymbol(symbol) else { return false }
    advance()
    return true
  }

  mutating func take(keyword: String) -> Bool {
    guard current.isKeyword(keyword) else { return false }
    advance()
    return true
  }

  mutating func expect(_ kind: Token.Kind) throws(TemplateError) {
    guard current.kind == kind else { throw failure("expected something else, got '\(current.text)'") }
    advance()
  }

  mutating func expectName() throws(TemplateError) -> String {
    guard case .name(let name) = current.kind else { throw failure("expected a name, got '\(current.text)'") }
    advance()
    return name
  }

  /// Builds a node one higher than its highest part.
  func node(_ kind: Expression.Kind, line: Int, above height: Int) throws(TemplateError) -> Expression {
    guard height < TemplateLimits.syntaxDepth else {
      throw TemplateError(.depthLimit, line: line, "an expression nested too deep")
    }
    return Expression(kind: kind, line: line, height: height + 1)
  }

  /// Counts one level of nesting while parsing.
  mutating func enter() throws(TemplateError) {
    depth += 1
    guard depth <= TemplateLimits.syntaxDepth else {
      throw TemplateError(.depthLimit, line: current.line, "nesting deeper than \(TemplateLimits.syntaxDepth)")
    }
  }

  // MARK: From conditional to comparison

  mutating func parseExpression(allowsConditional: Bool = true) throws(TemplateError) -> Expression {
    try enter()
    defer { depth -= 1 }
    guard allowsConditional else { return try parseOr() }
    let line = current.line
    var result = try parseOr()
    while take(keyword: "if") {
      let test = try parseOr()
      let otherwise = take(keyword: "else") ? try parseExpression() : nil
      let height = max(result.height, test.height, otherwise?.height ?? 0)
      result = try node(.conditional(test: test, then: result, otherwise: otherwise), line: line, above: height)
    }
    return result
  }

  private mutating func parseOr() throws(TemplateError) -> Expression {
    var left = try parseAnd()
    while current.isKeyword("or") {
      let line = current.line
      advance()
      let right = try parseAnd()
      left = try node(.or(left, right), line: line, above: max(left.height, right.height))
    }
    return left
  }

  private mutating func parseAnd() throws(TemplateError) -> Expression {
    var left = try parseNot()
    while current.isKeyword("and") {
      let line = current.line
      advance()
      let right = try parseNot()
      left = try node(.and(left, right), line: line, above: max(left.height, right.height))
    }
    return left
  }

  private mutating func parseNot() throws(TemplateError) -> Expression {
    guard current.isKeyword("not") else { return try parseComparison() }
    try enter()
    defer { depth -= 1 }
    let line = current.line
    advance()
    let operand = try parseNot()
    return try node(.unary(.not, operand), line: line, above: operand.height)
  }

  private mutating func parseComparison() throws(TemplateError) -> Expression {
    let line = current.line
    let first = try parseSum()
    var height = first.height
    var rest: [(Expression.Comparison, Expression)] = []
    while let comparison = takeComparison() {
      let operand = try parseSum()
      height = max(height, operand.height)
      rest.append((comparison, operand))
    }
    return rest.isEmpty ? first : try node(.comparison(first, rest), line: line, above: height)
  }

  private mutating func takeComparison() -> Expression.Comparison? {
    switch current.kind {
    case .symbol(let symbol):
      guard let comparison = Expression.Comparison(rawValue: symbol.rawValue) else { return nil }
      advance()
      return comparison
    case .name("in"):
      advance()
      return .isIn
    case .name("not") where next.isKeyword("in"):
      advance()
      advance()
      return .isNotIn
    default: return nil
    }
  }

  // MARK: Arithmetic

  private mutating func parseSum() throws(TemplateError) -> Expression {
    var left = try parseConcatenation()
    while current.isSymbol(.plus) || current.isSymbol(.minus) {
      left = try parseRight(of: left) { parser throws(TemplateError) in try parser.parseConcatenation() }
    }
    return left
  }

  private mutating func parseConcatenation() throws(TemplateError) -> Expression {
    let line = current.line
    var parts = [try parseProduct()]
    while take(.tilde) { parts.append(try parseProduct()) }
    guard parts.count > 1 else { return parts[0] }
    return try node(.concatenation(parts), line: line, above: parts.map(\.height).max() ?? 0)
  }

  private mutating func parseProduct() throws(TemplateError) -> Expression {
    var left = try parsePower()
    while [.symbol(.times), .symbol(.divide), .symbol(.floorDivide), .symbol(.remainder)].contains(current.kind) {
      left = try parseRight(of: left) { parser throws(TemplateError) in try parser.parsePower() }
    }
    return left
  }

  private mutating func parsePower() throws(TemplateError) -> Expression {
    var left = try parseUnary()
    while current.isSymbol(.power) {
      left = try parseRight(of: left) { parser throws(TemplateError) in try parser.parseUnary() }
    }
    return left
  }

  /// Takes the operator at the current position and its right side.
  private mutating func parseRight(
    of left: Expression, with parse: (inout Self) throws(TemplateError) -> Expression
  ) throws(TemplateError) -> Expression {
    let token = current
    guard case .symbol(let symbol) = token.kind, let operation = Expression.BinaryOperator(rawValue: symbol.rawValue)
    else { throw failure("unexpected '\(token.text)'") }
    advance()
    let right = try parse(&self)
    return try node(.binary(operation, left, right), line: left.line, above: max(left.height, right.height))
  }

  mutating func parseUnary(takesFilters: Bool = true) throws(TemplateError) -> Expression {
    try enter()
    defer { depth -= 1 }
    let line = current.line
    var result: Expression
    if current.isSymbol(.minus) || current.isSymbol(.plus) {
      let operation: Expression.UnaryOperator = current.isSymbol(.minus) ? .negate : .plus
      advance()
      let operand = try parseUnary(takesFilters: false)
      result = try node(.unary(operation, operand), line: line, above: operand.height)
    } else {
      result = try parsePrimary()
    }
    result = try parsePostfix(result)
    return takesFilters ? try parseFilters(result) : result
  }
}
