/// One run of a template: its output so far, and what it has used of its limits.
final class Interpreter {
  let limits: TemplateLimits
  let now: TemplateDate?
  var scope: Scope
  var output: [UInt8] = []
  /// Line of the node being evaluated, for errors.
  var line = 0

  private(set) var stepCount = 0
  private(set) var memoryByteCount = 0
  private var depth = 0
  /// Nested captures (macros, block assignments); output is final only outside them.
  private var captureDepth = 0
  /// What can take part in a reference cycle, cleared at the end.
  private var namespaces: [NamespaceValue] = []
  private var capturedScopes: [Scope] = []

  init(context: Scope, limits: TemplateLimits, now: TemplateDate?) {
    scope = context
    self.limits = limits
    self.now = now
  }

  /// Runs a template from its first statement to its last.
  static func render(
    _ statements: [Statement], context: [(name: String, value: Value)], limits: TemplateLimits, now: TemplateDate?
  ) throws(TemplateError) -> [UInt8] {
    let globals = Scope(inside: nil)
    for function in [FunctionName.raiseException, .range, .namespace, .dict, .lipsum, .cycler, .joiner] {
      globals.define(function.rawValue, .function(function))
    }
    if now != nil { globals.define(FunctionName.strftimeNow.rawValue, .function(.strftimeNow)) }
    for (name, value) in context { globals.define(name, value) }
    let interpreter = Interpreter(context: Scope(inside: globals), limits: limits, now: now)
    defer { interpreter.releaseCycles() }
    _ = try interpreter.execute(statements)
    return interpreter.output
  }

  private func releaseCycles() {
    for namespace in namespaces { namespace.clear() }
    for scope in capturedScopes { scope.clear() }
    scope.clear()
  }

  func failure(_ kind: TemplateError.Kind, _ message: String) -> TemplateError {
    TemplateError(kind, line: line, message)
  }

  // MARK: Limits

  func step(_ count: Int = 1) throws(TemplateError) {
    stepCount += count
    guard stepCount <= limits.stepCount else {
      throw failure(.stepLimit, "more than \(limits.stepCount) evaluation steps")
    }
  }

  /// Counts steps whose limit the next `step` checks.
  func addSteps(_ count: Int) { stepCount += count }

  /// Pays for an operation that reads this many bytes.
  func work(byteCount: Int) throws(TemplateError) { try step(byteCount / 32) }

  /// Pays for an operation that visits this many elements.
  func work(elementCount: Int) throws(TemplateError) { try step(elementCount / 4) }

  /// Pays for memory that is about to be used.
  func charge(byteCount: Int) throws(TemplateError) {
    let (total, overflow) = memoryByteCount.addingReportingOverflow(byteCount)
    guard !overflow, total <= limits.memoryByteCount else {
      throw failure(.memoryLimit, "values of more than \(limits.memoryByteCount) bytes")
    }
    memoryByteCount = total
    try work(byteCount: byteCount)
  }

  /// Runs `body` one level deeper.
  func nested<Result>(_ body: () throws(TemplateError) -> Result) throws(TemplateError) -> Result {
    depth += 1
    defer { depth -= 1 }
    guard depth <= limits.depth else { throw failure(.depthLimit, "evaluation nested deeper than \(limits.depth)") }
    return try body()
  }

  // MARK: Output

  func emit(_ bytes: [UInt8]) throws(TemplateError) {
    if captureDepth > 0 {
      try charge(byteCount: bytes.count)
    } else {
      guard output.count + bytes.count <= limits.outputByteCount else {
        throw failure(.outputLimit, "more than \(limits.outputByteCount) bytes of output")
      }
      try work(byteCount: bytes.count)
    }
    output += bytes
  }

  /// Runs `body` in a scope of its own inside `outer`.
  func inScope<Result>(
    _ outer: Scope, _ body: () throws(TemplateError) -> Result
  ) throws(TemplateError) -> Result {
    let saved = scope
    scope = Scope(inside: outer)
    defer { scope = saved }
    return try body()
  }

  /// What `body` writes, kept from the output.
  func capture(_ body: () throws(TemplateError) -> Void) throws(TemplateError) -> [UInt8] {
    let saved = output
    output = []
    captureDepth += 1
    defer {
      output = saved
      captureDepth -= 1
    }
    try body()
    return output
  }

  // MARK: Making values

  /// A string value, paid for.
  func string(_ bytes: [UInt8]) throws(TemplateError) -> Value {
    try charge(byteCount: bytes.count)
    return .string(bytes)
  }

  /// The depth of a container of these values.
  private func depth(above values: [Value]) throws(TemplateError) -> Int {
    let depth = (values.lazy.map(\.depth).max() ?? 0) + 1
    guard depth <= TemplateLimits.valueDepth else {
      throw failure(.depthLimit, "values nested deeper than \(TemplateLimits.valueDepth)")
    }
    return depth
  }

  func elements(_ values: [Value]) throws(TemplateError) -> ListValue {
    try charge(byteCount: 16 * (values.count + 1))
    return ListValue(values, depth: try depth(above: values))
  }

  func list(_ values: [Value]) throws(TemplateError) -> Value { .list(try elements(values)) }

  func tuple(_ values: [Value]) throws(TemplateError) -> Value { .tuple(try elements(values)) }

  func iterator(_ values: [Value]) throws(TemplateError) -> Value {
    try charge(byteCount: 16 * (values.count + 1))
    return .iterator(IteratorValue(values, depth: try depth(above: values)))
  }

  func loop(over values: [Value]) throws(TemplateError) -> LoopValue {
    try charge(byteCount: 16 * (values.count + 1))
    return LoopValue(values, depth: try depth(above: values))
  }

  /// A dictionary of entries in order; a later entry replaces the value of an earlier one with the same key.
  func dictionary(_ entries: [(key: Value, value: Value)]) throws(TemplateError) -> Value {
    try charge(byteCount: 64 * (entries.count + 1))
    var keys: [Value] = []
    var values: [Value] = []
    var positions: [[UInt8]: Int] = [:]
    for (key, value) in entries {
      try requireHashable(key)
      var known: Int?
      if case .string(let text) = key {
        known = positions[text]
        if known == nil { positions[text] = keys.count }
      } else {
        try step(keys.count / 4)
        known = keys.firstIndex { $0.isIdenticalKey(to: key) }
      }
      if let known {
        values[known] = value
      } else {
        keys.append(key)
        values.append(value)
      }
    }
    return .dictionary(DictionaryValue(keys: keys, values: values, depth: try depth(above: keys + values)))
  }

  func requireHashable(_ key: Value) throws(TemplateError) {
    switch key {
    case .none, .undefined, .bool, .int, .decimal, .string: return
    case .list, .dictionary: throw failure(.type, "unhashable type: '\(key.typeName)'")
    default: throw failure(.unsupported, "a key of type '\(key.typeName)'")
    }
  }

  func newNamespace() throws(TemplateError) -> NamespaceValue {
    try charge(byteCount: 64)
    let namespace = NamespaceValue()
    namespaces.append(namespace)
    return namespace
  }

  func newMacro(_ definition: MacroDefinition) throws(TemplateError) -> Value {
    try charge(byteCount: 64)
    capturedScopes.append(scope)
    return .macro(MacroValue(definition: definition, scope: scope))
  }

  // MARK: Iterating

  /// The elements of a value, as `for` and `list` see them; an iterator is used up.
  func elements(of value: Value) throws(TemplateError) -> [Value] {
    switch value {
    case .undefined: return []
    case .string(let text):
      let offsets = Scalars.offsets(text)
      try charge(byteCount: 32 * offsets.count)
      return (1..<max(offsets.count, 1)).map { .string(Array(text[offsets[$0 - 1]..<offsets[$0]])) }
    case .list(let list), .tuple(let list): return list.elements
    case .dictionary(let dictionary): return dictionary.keys
    case .view(let view): return try elements(of: view)
    case .range(let range):
      try charge(byteCount: 16 * range.count)
      return (0..<range.count).map { .int(range.start + $0 * range.step) }
    case .iterator(let iterator):
      let rest = Array(iterator.elements[iterator.position...])
      iterator.position = iterator.elements.count
      return rest
    case .loop: throw failure(.unsupported, "iterating over 'loop'")
    default: throw failure(.type, "'\(value.typeName)' object is not iterable")
    }
  }

  private func elements(of view: DictionaryView) throws(TemplateError) -> [Value] {
    switch view.part {
    case .keys: return view.dictionary.keys
    case .values: return view.dictionary.values
    case .items:
      var pairs: [Value] = []
      for (key, value) in zip(view.dictionary.keys, view.dictionary.values) { pairs.append(try tuple([key, value])) }
      return pairs
    }
  }
}
