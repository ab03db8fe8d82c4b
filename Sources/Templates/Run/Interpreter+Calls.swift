extension Interpreter {
  /// Calls a macro, a function or a method.
  func call(_ function: Value, _ arguments: Arguments) throws(TemplateError) -> Value {
    switch function {
    case .macro(let macro): return try call(macro, arguments)
    case .function(let name): return try call(name, arguments)
    case .method(let method): return try call(method, arguments)
    case .undefined(let undefined): throw undefined.failure(line: line)
    default: throw failure(.type, "'\(function.typeName)' object is not callable")
    }
  }

  // MARK: Macros

  private func call(_ macro: MacroValue, _ arguments: Arguments) throws(TemplateError) -> Value {
    let definition = macro.definition
    let parameters = definition.parameters
    var named = arguments.named
    let text = try nested { () throws(TemplateError) in
      try inScope(macro.scope) { () throws(TemplateError) in
        for (index, parameter) in parameters.enumerated() {
          if index < arguments.positional.count {
            scope.define(parameter.name, arguments.positional[index])
          } else if let given = named.firstIndex(where: { $0.name == parameter.name }) {
            scope.define(parameter.name, named.remove(at: given).value)
          } else {
            scope.define(
              parameter.name, .undefined(Undefined(message: "parameter '\(parameter.name)' was not provided")))
            if let expression = parameter.defaultValue { scope.define(parameter.name, try evaluate(expression)) }
          }
        }
        try defineExtras(of: definition, positional: arguments.positional.dropFirst(parameters.count), named: named)
        return try capture { () throws(TemplateError) in _ = try execute(definition.body) }
      }
    }
    return .string(text)
  }

  /// Defines `caller`, `kwargs` and `varargs` where the macro's body mentions them, and refuses leftovers otherwise.
  private func defineExtras(
    of definition: MacroDefinition, positional: ArraySlice<Value>, named: [(name: String, value: Value)]
  ) throws(TemplateError) {
    var named = named
    if definition.takesCaller, !definition.parameters.contains(where: { $0.name == "caller" }) {
      let given = named.firstIndex { $0.name == "caller" }
      let caller = given.map { named.remove(at: $0).value }
      scope.define("caller", caller ?? .undefined(Undefined(message: "No caller defined")))
    }
    if definition.takesExtraNamed {
      scope.define("kwargs", try dictionary(named.map { (Value($0.name), $0.value) }))
    } else if let extra = named.first {
      throw failure(.type, "macro '\(definition.name)' takes no keyword argument '\(extra.name)'")
    }
    if definition.takesExtraPositional {
      scope.define("varargs", try tuple(Array(positional)))
    } else if !positional.isEmpty {
      throw failure(
        .type, "macro '\(definition.name)' takes not more than \(definition.parameters.count) argument(s)")
    }
  }

  // MARK: Functions

  private func call(_ function: FunctionName, _ arguments: Arguments) throws(TemplateError) -> Value {
    switch function {
    case .raiseException:
      let values = try bind(arguments, ["message"], required: 1, of: "raise_exception")
      throw failure(.raised, String(decoding: try text(of: values[0] ?? .none), as: UTF8.self))
    case .strftimeNow:
      let values = try bind(arguments, ["format"], required: 1, of: "strftime_now")
      guard let now, case .string(let pattern)? = values[0] else {
        throw failure(.type, "strftime() argument 1 must be str")
      }
      return try string(try located { () throws(TemplateError) in try now.formatted(pattern) })
    case .range: return try range(arguments)
    case .namespace:
      let namespace = try newNamespace()
      for (name, value) in try entries(arguments, of: "namespace") {
        guard case .string(let name) = name else { throw failure(.unsupported, "a namespace key that is no string") }
        namespace[name] = value
      }
      return .namespace(namespace)
    case .dict: return try dictionary(try entries(arguments, of: "dict"))
    case .lipsum, .cycler, .joiner: throw failure(.unsupported, "the function '\(function.rawValue)'")
    }
  }

  /// Gives an error of a part that knows no lines the current one.
  private func located<Result>(_ body: () throws(TemplateError) -> Result) throws(TemplateError) -> Result {
    do { return try body() } catch { throw failure(error.kind, error.message) }
  }

  private func entries(_ arguments: Arguments, of function: String) throws(TemplateError) -> [(
    key: Value, value: Value
  )] {
    var entries: [(key: Value, value: Value)] = []
    guard arguments.positional.count <= 1 else {
      throw failure(.type, "\(function) expected at most 1 argument, got \(arguments.positional.count)")
    }
    switch arguments.positional.first {
    case nil: break
    case .dictionary(let dictionary)?: entries = zip(dictionary.keys, dictionary.values).map { ($0, $1) }
    default: throw failure(.unsupported, "\(function) of anything but a dictionary")
    }
    for (name, value) in arguments.named { entries.append((Value(name), value)) }
    return entries
  }

  private func range(_ arguments: Arguments) throws(TemplateError) -> Value {
    guard arguments.named.isEmpty else { throw failure(.type, "range() takes no keyword arguments") }
    var bounds: [Int] = []
    for value in arguments.positional {
      guard let bound = value.integer else {
        throw failure(.type, "'\(value.typeName)' object cannot be interpreted as an integer")
      }
      bounds.append(bound)
    }
    guard (1...3).contains(bounds.count) else { throw failure(.type, "range expected 1 to 3 arguments") }
    let (start, stop) = bounds.count == 1 ? (0, bounds[0]) : (bounds[0], bounds[1])
    let step = bounds.count == 3 ? bounds[2] : 1
    guard step != 0 else { throw failure(.value, "range() arg 3 must not be zero") }
    let (distance, overflow) =
      step > 0 ? stop.subtractingReportingOverflow(start) : start.subtractingReportingOverflow(stop)
    guard !overflow || (step > 0 ? stop < start : start < stop) else {
      throw failure(.overflow, "Range too big. The sandbox blocks ranges larger than MAX_RANGE (100000).")
    }
    let magnitude = step.magnitude
    let count = overflow || distance <= 0 ? 0 : (UInt(distance) - 1) / magnitude + 1
    guard count <= UInt(TemplateLimits.rangeCount) else {
      throw failure(.overflow, "Range too big. The sandbox blocks ranges larger than MAX_RANGE (100000).")
    }
    return .range(RangeValue(start: start, step: count <= 1 ? 1 : step, count: Int(count)))
  }

  // MARK: Arguments

  /// Arguments sorted into parameters, `nil` where absent.
  /// - Throws: `type` for too many, too few, repeated or unknown arguments.
  func bind(
    _ arguments: Arguments, _ parameters: [String], required: Int = 0, of function: String
  ) throws(TemplateError) -> [Value?] {
    guard arguments.positional.count <= parameters.count else {
      throw failure(.type, "\(function)() takes at most \(parameters.count) arguments")
    }
    var values = arguments.positional.map { Optional($0) }
    values += [Value?](repeating: nil, count: parameters.count - values.count)
    for (name, value) in arguments.named {
      guard let index = parameters.firstIndex(of: name), values[index] == nil else {
        throw failure(.type, "\(function)() got an unexpected keyword argument '\(name)'")
      }
      values[index] = value
    }
    for index in 0..<required where values[index] == nil {
      throw failure(.type, "\(function)() missing a required argument: '\(parameters[index])'")
    }
    return values
  }
}
