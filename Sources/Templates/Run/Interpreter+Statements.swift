/// How a run of statements ended.
enum Flow { case finished, broke, continued }

extension Interpreter {
  /// Runs statements in the current scope.
  func execute(_ statements: [Statement]) throws(TemplateError) -> Flow {
    for statement in statements {
      line = statement.line
      try step()
      let flow = try execute(statement)
      guard flow == .finished else { return flow }
    }
    return .finished
  }

  private func execute(_ statement: Statement) throws(TemplateError) -> Flow {
    switch statement.kind {
    case .text(let text): try emit(text)
    case .print(let expression): try emit(try text(of: try evaluate(expression)))
    case .assign(let target, let expression): try assign(try evaluate(expression), to: target)
    case .branches(let branches, let otherwise): return try executeBranches(branches, otherwise: otherwise)
    case .loop(let loop): try nested { () throws(TemplateError) in try executeLoop(loop) }
    case .macro(let definition): scope.define(definition.name, try newMacro(definition))
    case .break: return .broke
    case .continue: return .continued
    default: return try nested { () throws(TemplateError) in try executeScoped(statement) }
    }
    return .finished
  }

  private func executeBranches(
    _ branches: [(test: Expression, body: [Statement])], otherwise: [Statement]
  ) throws(TemplateError) -> Flow {
    for branch in branches where try evaluate(branch.test).isTrue {
      return try nested { () throws(TemplateError) in try execute(branch.body) }
    }
    return try nested { () throws(TemplateError) in try execute(otherwise) }
  }

  /// Statements whose body has variables of its own.
  private func executeScoped(_ statement: Statement) throws(TemplateError) -> Flow {
    var flow = Flow.finished
    switch statement.kind {
    case .assignBlock(let target, let filters, let body):
      let text = try captureScoped(body, flow: &flow)
      guard flow == .finished else { return flow }
      try assign(try apply(filters, to: .string(text)), to: target)
    case .filterBlock(let filters, let body):
      let text = try captureScoped(body, flow: &flow)
      guard flow == .finished else { return flow }
      try emit(try self.text(of: try apply(filters, to: .string(text))))
    case .generation(let body):
      try emit(try captureScoped(body, flow: &flow))
    case .with(let bindings, let body): flow = try executeWith(bindings, body)
    case .callBlock(let function, let arguments, let definition):
      let caller = try newMacro(definition)
      var list = try evaluate(arguments)
      list.named.append(("caller", caller))
      try emit(try text(of: try call(try evaluate(function), list)))
    default: break
    }
    return flow
  }

  private func captureScoped(_ body: [Statement], flow: inout Flow) throws(TemplateError) -> [UInt8] {
    var ended = Flow.finished
    let text = try capture { () throws(TemplateError) in
      ended = try inScope(scope) { () throws(TemplateError) in try execute(body) }
    }
    flow = ended
    return text
  }

  private func executeWith(
    _ bindings: [(target: AssignmentTarget, value: Expression)], _ body: [Statement]
  ) throws(TemplateError) -> Flow {
    var values: [Value] = []
    for binding in bindings { values.append(try evaluate(binding.value)) }
    return try inScope(scope) { () throws(TemplateError) in
      for (binding, value) in zip(bindings, values) { try assign(value, to: binding.target) }
      return try execute(body)
    }
  }

  func apply(_ filters: [FilterCall], to value: Value) throws(TemplateError) -> Value {
    var result = value
    for filter in filters { result = try apply(filter, to: result) }
    return result
  }

  // MARK: Loops

  private func executeLoop(_ statement: ForLoop) throws(TemplateError) {
    let all = try elements(of: try evaluate(statement.sequence))
    let loop = try loop(over: try filtered(all, by: statement))
    guard !loop.elements.isEmpty else {
      _ = try inScope(scope) { () throws(TemplateError) in try execute(statement.otherwise) }
      return
    }
    let outer = scope
    for (index, element) in loop.elements.enumerated() {
      try step()
      loop.index0 = index
      let flow = try inScope(outer) { () throws(TemplateError) in
        scope.define("loop", .loop(loop))
        try assign(element, to: statement.target)
        return try execute(statement.body)
      }
      if flow == .broke { break }
    }
  }

  private func filtered(_ elements: [Value], by statement: ForLoop) throws(TemplateError) -> [Value] {
    guard let condition = statement.condition else { return elements }
    var kept: [Value] = []
    for element in elements {
      let isKept = try inScope(scope) { () throws(TemplateError) in
        try assign(element, to: statement.target)
        return try evaluate(condition).isTrue
      }
      if isKept { kept.append(element) }
    }
    return kept
  }

  // MARK: Assignment

  func assign(_ value: Value, to target: AssignmentTarget) throws(TemplateError) {
    switch target {
    case .name(let name): scope.define(name, value)
    case .attribute(let name, let attribute):
      guard case .namespace(let namespace) = scope[name] else {
        throw failure(.type, "cannot assign attribute on non-namespace object")
      }
      namespace[Array(attribute.utf8)] = value
    case .tuple(let targets):
      let parts = try elements(of: value)
      guard parts.count == targets.count else {
        let relation = parts.count < targets.count ? "not enough" : "too many"
        throw failure(.value, "\(relation) values to unpack (expected \(targets.count))")
      }
      for (part, target) in zip(parts, targets) { try assign(part, to: target) }
    }
  }
}
