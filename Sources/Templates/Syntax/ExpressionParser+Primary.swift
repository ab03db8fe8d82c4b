extension TemplateParser {
  mutating func parsePrimary() throws(TemplateError) -> Expression {
    let token = current
    switch token.kind {
    case .name(let name):
      advance()
      return try parseWord(name, line: token.line)
    case .string: return try node(.constant(.string(joinedStrings())), line: token.line, above: 0)
    case .integer(let value):
      advance()
      return try node(.constant(.int(value)), line: token.line, above: 0)
    case .decimal(let text):
      advance()
      return try node(.constant(.decimal(Decimal(text: text, isInteger: false))), line: token.line, above: 0)
    case .symbol(.openParenthesis):
      advance()
      let inner = try parseTuple(isParenthesized: true)
      try expect(.symbol(.closeParenthesis))
      return inner
    case .symbol(.openBracket): return try parseList()
    case .symbol(.openBrace): return try parseDictionary()
    default: throw failure("unexpected '\(token.text)'")
    }
  }

  private mutating func parseWord(_ name: String, line: Int) throws(TemplateError) -> Expression {
    switch name {
    case "true", "True": return try node(.constant(.bool(true)), line: line, above: 0)
    case "false", "False": return try node(.constant(.bool(false)), line: line, above: 0)
    case "none", "None": return try node(.constant(.none), line: line, above: 0)
    default:
      mentionedNames.append(name)
      return try node(.name(name), line: line, above: 0)
    }
  }

  /// String literals side by side are one string.
  private mutating func joinedStrings() -> [UInt8] {
    var text: [UInt8] = []
    while case .string(let part) = current.kind {
      text += part
      advance()
    }
    return text
  }

  /// One expression, or several with commas between them as a tuple.
  mutating func parseTuple(
    allowsConditional: Bool = true, isParenthesized: Bool = false, endsAtRecursive: Bool = false
  ) throws(TemplateError) -> Expression {
    let line = current.line
    var elements: [Expression] = []
    var isTuple = false
    while true {
      if !elements.isEmpty { try expect(.symbol(.comma)) }
      if isTupleEnd(endsAtRecursive: endsAtRecursive) { break }
      elements.append(try parseExpression(allowsConditional: allowsConditional))
      guard current.isSymbol(.comma) else { break }
      isTuple = true
    }
    if !isTuple {
      if let only = elements.first { return only }
      guard isParenthesized else { throw failure("expected an expression, got '\(current.text)'") }
    }
    return try node(.tuple(elements), line: line, above: elements.map(\.height).max() ?? 0)
  }

  private func isTupleEnd(endsAtRecursive: Bool) -> Bool {
    switch current.kind {
    case .variableEnd, .blockEnd, .symbol(.closeParenthesis): true
    case .name("recursive"): endsAtRecursive
    default: false
    }
  }

  private mutating func parseList() throws(TemplateError) -> Expression {
    let line = current.line
    try expect(.symbol(.openBracket))
    var elements: [Expression] = []
    while !current.isSymbol(.closeBracket) {
      if !elements.isEmpty { try expect(.symbol(.comma)) }
      if current.isSymbol(.closeBracket) { break }
      elements.append(try parseExpression())
    }
    try expect(.symbol(.closeBracket))
    return try node(.list(elements), line: line, above: elements.map(\.height).max() ?? 0)
  }

  private mutating func parseDictionary() throws(TemplateError) -> Expression {
    let line = current.line
    try expect(.symbol(.openBrace))
    var pairs: [(key: Expression, value: Expression)] = []
    var height = 0
    while !current.isSymbol(.closeBrace) {
      if !pairs.isEmpty { try expect(.symbol(.comma)) }
      if current.isSymbol(.closeBrace) { break }
      let key = try parseExpression()
      try expect(.symbol(.colon))
      let value = try parseExpression()
      height = max(height, key.height, value.height)
      pairs.append((key, value))
    }
    try expect(.symbol(.closeBrace))
    return try node(.dictionary(pairs), line: line, above: height)
  }

  // MARK: What follows a primary

  mutating func parsePostfix(_ start: Expression) throws(TemplateError) -> Expression {
    var result = start
    while true {
      switch current.kind {
      case .symbol(.dot): result = try parseAttribute(of: result)
      case .symbol(.openBracket): result = try parseSubscript(of: result)
      case .symbol(.openParenthesis): result = try parseCall(of: result)
      default: return result
      }
    }
  }

  mutating func parseFilters(_ start: Expression) throws(TemplateError) -> Expression {
    var result = start
    while true {
      switch current.kind {
      case .symbol(.pipe):
        advance()
        let filter = try parseFilterCall()
        let height = max(result.height, filter.arguments.height)
        result = try node(.filter(result, filter), line: filter.line, above: height)
      case .name("is"): result = try parseTest(of: result)
      case .symbol(.openParenthesis): result = try parseCall(of: result)
      default: return result
      }
    }
  }

  private mutating func parseAttribute(of base: Expression) throws(TemplateError) -> Expression {
    let line = current.line
    advance()
    switch current.kind {
    case .name(let name):
      advance()
      return try node(.attribute(base, name), line: line, above: base.height)
    case .integer(let number):
      advance()
      let key = Expression(kind: .constant(.int(number)), line: line, height: 1)
      return try node(.item(base, key), line: line, above: base.height)
    default: throw failure("expected name or number")
    }
  }

  private mutating func parseSubscript(of base: Expression) throws(TemplateError) -> Expression {
    let line = current.line
    advance()
    if current.isSymbol(.colon) { return try parseSlice(of: base, start: nil, line: line) }
    if current.isSymbol(.closeBracket) {
      advance()
      let key = Expression(kind: .tuple([]), line: line, height: 1)
      return try node(.item(base, key), line: line, above: base.height)
    }
    let first = try parseExpression()
    if current.isSymbol(.colon) { return try parseSlice(of: base, start: first, line: line) }
    guard current.isSymbol(.closeBracket) else {
      guard current.isSymbol(.comma) else { throw failure("expected ']', got '\(current.text)'") }
      throw TemplateError(.unsupported, line: line, "several subscripts at once")
    }
    advance()
    return try node(.item(base, first), line: line, above: max(base.height, first.height))
  }

  private mutating func parseSlice(
    of base: Expression, start: Expression?, line: Int
  ) throws(TemplateError) -> Expression {
    try expect(.symbol(.colon))
    var stop: Expression?
    var step: Expression?
    if !current.isSymbol(.colon), !current.isSymbol(.closeBracket) { stop = try parseExpression() }
    if take(.colon), !current.isSymbol(.closeBracket) { step = try parseExpression() }
    try expect(.symbol(.closeBracket))
    let height = max(base.height, start?.height ?? 0, stop?.height ?? 0, step?.height ?? 0)
    return try node(.slice(base, start: start, stop: stop, step: step), line: line, above: height)
  }

  private mutating func parseCall(of base: Expression) throws(TemplateError) -> Expression {
    let line = current.line
    let arguments = try parseArguments()
    return try node(.call(base, arguments), line: line, above: max(base.height, arguments.height))
  }

  private mutating func parseArguments() throws(TemplateError) -> ArgumentList {
    try expect(.symbol(.openParenthesis))
    var list = ArgumentList()
    var needsComma = false
    while !current.isSymbol(.closeParenthesis) {
      if needsComma { try expect(.symbol(.comma)) }
      if needsComma, current.isSymbol(.closeParenthesis) { break }
      if current.isSymbol(.times) || current.isSymbol(.power) {
        throw TemplateError(.unsupported, line: current.line, "argument unpacking with * and **")
      }
      if case .name(let name) = current.kind, next.isSymbol(.assign) {
        advance()
        advance()
        guard !list.named.contains(where: { $0.name == name }) else { throw failure("keyword argument repeated") }
        list.named.append((name, try parseExpression()))
      } else {
        guard list.named.isEmpty else { throw failure("invalid syntax for function call expression") }
        list.positional.append(try parseExpression())
      }
      needsComma = true
    }
    try expect(.symbol(.closeParenthesis))
    return list
  }

  /// A filter's name and arguments, after the `|`.
  mutating func parseFilterCall() throws(TemplateError) -> FilterCall {
    let line = current.line
    let name = try parseDottedName()
    let arguments = current.isSymbol(.openParenthesis) ? try parseArguments() : ArgumentList()
    return FilterCall(name: name, arguments: arguments, line: line)
  }

  private mutating func parseDottedName() throws(TemplateError) -> String {
    var name = try expectName()
    while take(.dot) { name += try "." + expectName() }
    return name
  }

  private mutating func parseTest(of base: Expression) throws(TemplateError) -> Expression {
    let line = current.line
    advance()
    let isNegated = take(keyword: "not")
    let name = try parseDottedName()
    var arguments = ArgumentList()
    if current.isSymbol(.openParenthesis) {
      arguments = try parseArguments()
    } else if startsTestArgument {
      if current.isKeyword("is") { throw failure("You cannot chain multiple tests with is") }
      try enter()
      defer { depth -= 1 }
      let primary = try parsePrimary()
      arguments.positional = [try parsePostfix(primary)]
    }
    let test = try node(.test(base, name: name, arguments), line: line, above: max(base.height, arguments.height))
    return isNegated ? try node(.unary(.not, test), line: line, above: test.height) : test
  }

  private var startsTestArgument: Bool {
    switch current.kind {
    case .name(let name): name != "else" && name != "or" && name != "and"
    case .string, .integer, .decimal, .symbol(.openBracket), .symbol(.openBrace): true
    default: false
    }
  }
}
