extension TemplateParser {
  /// Parses a whole template.
  /// - Throws: `invalidUTF8`, `sourceLimit`, `syntax`, `overflow`, `depthLimit`, `unsupported`.
  static func parse(_ source: [UInt8]) throws(TemplateError) -> [Statement] {
    var parser = TemplateParser(tokens: try TemplateLexer.tokens(of: source))
    return try parser.parseStatements(until: [])
  }

  /// Statements up to a block that starts with one of `ends`, which stays current; or up to the end of the template
  /// when `ends` is empty.
  private mutating func parseStatements(until ends: [String]) throws(TemplateError) -> [Statement] {
    try enter()
    defer { depth -= 1 }
    var body: [Statement] = []
    while true {
      let line = current.line
      switch current.kind {
      case .data(let text):
        advance()
        body.append(Statement(kind: .text(text), line: line))
      case .variableBegin:
        advance()
        body.append(Statement(kind: .print(try parseTuple()), line: line))
        try expect(.variableEnd)
      case .blockBegin:
        advance()
        if ends.contains(where: { current.isKeyword($0) }) { return body }
        body += try parseStatement()
        try expect(.blockEnd)
      default:
        guard ends.isEmpty else {
          throw failure("unexpected end of template, expected '\(ends.joined(separator: " or "))'")
        }
        return body
      }
    }
  }

  /// The body of a block: from the end of its opening tag to the tag that closes it, whose name stays current.
  private mutating func parseBody(until ends: [String]) throws(TemplateError) -> [Statement] {
    _ = take(.colon)
    try expect(.blockEnd)
    return try parseStatements(until: ends)
  }

  private mutating func parseClosedBody(_ end: String) throws(TemplateError) -> [Statement] {
    let body = try parseBody(until: [end])
    advance()
    return body
  }

  private mutating func parseStatement() throws(TemplateError) -> [Statement] {
    let line = current.line
    let name = try expectName()
    let kind: Statement.Kind
    switch name {
    case "for": kind = try parseFor()
    case "if": kind = try parseIf()
    case "set": kind = try parseSet()
    case "print": return try parsePrint(line: line)
    case "macro": kind = .macro(try parseMacro())
    case "call": kind = try parseCallBlock()
    case "filter": kind = try parseFilterBlock()
    case "with": kind = try parseWith()
    case "generation": kind = .generation(try parseFunctionBody("endgeneration"))
    case "break", "continue":
      guard loopDepth > 0 else { throw failure("'\(name)' outside loop", line: line) }
      kind = name == "break" ? .break : .continue
    case "block", "extends", "import", "from", "include", "autoescape":
      throw TemplateError(.unsupported, line: line, "the statement '\(name)'")
    default: throw failure("Encountered unknown tag '\(name)'.", line: line)
    }
    return [Statement(kind: kind, line: line)]
  }

  private mutating func parseFor() throws(TemplateError) -> Statement.Kind {
    let line = current.line
    let target = try parseTarget(end: "in")
    guard !target.contains("loop") else {
      throw failure("Can't assign to special loop variable in for-loop", line: line)
    }
    try expect(.name("in"))
    let sequence = try parseTuple(allowsConditional: false, endsAtRecursive: true)
    let condition = take(keyword: "if") ? try parseExpression() : nil
    if current.isKeyword("recursive") {
      throw TemplateError(.unsupported, line: current.line, "recursive loops")
    }
    loopDepth += 1
    let body = try parseBody(until: ["endfor", "else"])
    loopDepth -= 1
    var otherwise: [Statement] = []
    let hasElse = current.isKeyword("else")
    advance()
    if hasElse { otherwise = try parseClosedBody("endfor") }
    return .loop(
      ForLoop(target: target, sequence: sequence, condition: condition, body: body, otherwise: otherwise))
  }

  private mutating func parseIf() throws(TemplateError) -> Statement.Kind {
    var branches: [(test: Expression, body: [Statement])] = []
    while true {
      let test = try parseTuple(allowsConditional: false)
      branches.append((test, try parseBody(until: ["elif", "else", "endif"])))
      if take(keyword: "elif") { continue }
      let hasElse = current.isKeyword("else")
      advance()
      return .branches(branches, otherwise: hasElse ? try parseClosedBody("endif") : [])
    }
  }

  private mutating func parseSet() throws(TemplateError) -> Statement.Kind {
    let target = try parseTarget(end: nil, allowsNamespace: true)
    if take(.assign) { return .assign(target, try parseTuple()) }
    var filters: [FilterCall] = []
    while take(.pipe) { filters.append(try parseFilterCall()) }
    return .assignBlock(target, filters: filters, body: try parseClosedBody("endset"))
  }

  private mutating func parsePrint(line: Int) throws(TemplateError) -> [Statement] {
    var statements: [Statement] = []
    while current.kind != .blockEnd {
      if !statements.isEmpty { try expect(.symbol(.comma)) }
      statements.append(Statement(kind: .print(try parseExpression()), line: line))
    }
    return statements
  }

  private mutating func parseFilterBlock() throws(TemplateError) -> Statement.Kind {
    var filters = [try parseFilterCall()]
    while take(.pipe) { filters.append(try parseFilterCall()) }
    return .filterBlock(filters, try parseClosedBody("endfilter"))
  }

  private mutating func parseWith() throws(TemplateError) -> Statement.Kind {
    var bindings: [(target: AssignmentTarget, value: Expression)] = []
    while current.kind != .blockEnd {
      if !bindings.isEmpty { try expect(.symbol(.comma)) }
      let target = try parseTarget(end: nil)
      try expect(.symbol(.assign))
      bindings.append((target, try parseExpression()))
    }
    return .with(bindings, try parseClosedBody("endwith"))
  }

  // MARK: Macros

  private mutating func parseMacro() throws(TemplateError) -> MacroDefinition {
    let name = try expectTargetName()
    let parameters = try parseSignature()
    return try parseMacroBody(name: name, parameters: parameters, end: "endmacro")
  }

  private mutating func parseCallBlock() throws(TemplateError) -> Statement.Kind {
    let parameters = current.isSymbol(.openParenthesis) ? try parseSignature() : []
    let line = current.line
    guard case .call(let function, let arguments) = try parseExpression().kind else {
      throw failure("expected call", line: line)
    }
    let caller = try parseMacroBody(name: "caller", parameters: parameters, end: "endcall")
    return .callBlock(function, arguments, caller)
  }

  private mutating func parseMacroBody(
    name: String, parameters: [(name: String, defaultValue: Expression?)], end: String
  ) throws(TemplateError) -> MacroDefinition {
    let firstMention = mentionedNames.count
    let body = try parseFunctionBody(end)
    let mentions = mentionedNames[firstMention...]
    return MacroDefinition(
      name: name, parameters: parameters, body: body, takesExtraPositional: mentions.contains("varargs"),
      takesExtraNamed: mentions.contains("kwargs"), takesCaller: mentions.contains("caller"))
  }

  /// A body that runs as a function of its own: loops around it cannot be left from inside.
  private mutating func parseFunctionBody(_ end: String) throws(TemplateError) -> [Statement] {
    let outer = loopDepth
    loopDepth = 0
    let body = try parseClosedBody(end)
    loopDepth = outer
    return body
  }

  private mutating func parseSignature() throws(TemplateError) -> [(name: String, defaultValue: Expression?)] {
    try expect(.symbol(.openParenthesis))
    var parameters: [(name: String, defaultValue: Expression?)] = []
    while !current.isSymbol(.closeParenthesis) {
      if !parameters.isEmpty { try expect(.symbol(.comma)) }
      let name = try expectTargetName()
      guard !parameters.contains(where: { $0.name == name }) else { throw failure("duplicate parameter '\(name)'") }
      if take(.assign) {
        parameters.append((name, try parseExpression()))
      } else {
        if parameters.last?.defaultValue != nil { throw failure("non-default argument follows default argument") }
        parameters.append((name, nil))
      }
    }
    try expect(.symbol(.closeParenthesis))
    return parameters
  }

  // MARK: Targets

  private mutating func expectTargetName() throws(TemplateError) -> String {
    let line = current.line
    let name = try expectName()
    let constants = ["true", "false", "none", "True", "False", "None"]
    guard !constants.contains(name) else { throw failure("can't assign to '\(name)'", line: line) }
    return name
  }

  /// One target, or several with commas; `end` is the keyword that may follow a trailing comma.
  private mutating func parseTarget(
    end: String?, allowsNamespace: Bool = false
  ) throws(TemplateError) -> AssignmentTarget {
    try enter()
    defer { depth -= 1 }
    var targets: [AssignmentTarget] = []
    var isTuple = false
    while true {
      if let end, current.isKeyword(end), !targets.isEmpty { break }
      if isTuple, current.isSymbol(.closeParenthesis) || current.isSymbol(.assign) { break }
      targets.append(try parseSingleTarget(allowsNamespace: allowsNamespace))
      guard take(.comma) else { break }
      isTuple = true
    }
    return isTuple ? .tuple(targets) : targets[0]
  }

  private mutating func parseSingleTarget(allowsNamespace: Bool) throws(TemplateError) -> AssignmentTarget {
    if take(.openParenthesis) {
      let inner = try parseTarget(end: nil, allowsNamespace: allowsNamespace)
      try expect(.symbol(.closeParenthesis))
      return inner
    }
    guard case .name = current.kind else { throw failure("can't assign to '\(current.text)'") }
    let name = try expectTargetName()
    guard allowsNamespace, take(.dot) else { return .name(name) }
    return .attribute(namespace: name, try expectName())
  }
}
