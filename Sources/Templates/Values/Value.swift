/// A value of the template language, as Python would hold it.
///
/// Lists, tuples and dictionaries never change once built (the reference sandbox refuses to change them too), so
/// their nesting is known when they are built and is bounded there.
enum Value {
  case none
  case undefined(Undefined)
  case bool(Bool)
  case int(Int)
  /// A number with a fraction, or an integer of more than 64 bits: kept as decimal text.
  case decimal(Decimal)
  case string([UInt8])
  case list(ListValue)
  case tuple(ListValue)
  case dictionary(DictionaryValue)
  case view(DictionaryView)
  case range(RangeValue)
  case iterator(IteratorValue)
  case namespace(NamespaceValue)
  case loop(LoopValue)
  case macro(MacroValue)
  case method(MethodValue)
  case function(FunctionName)
}

/// The result of looking up what is not there: prints as nothing, fails when used.
struct Undefined {
  /// What was missing, in words.
  let message: String
  /// True for an attribute the sandbox hides, whose use is a `security` failure.
  var isForbidden = false

  func failure(line: Int) -> TemplateError {
    TemplateError(isForbidden ? .security : .undefined, line: line, message)
  }
}

/// The elements of a list or tuple, with the depth of their nesting.
final class ListValue {
  let elements: [Value]
  let depth: Int

  init(_ elements: [Value], depth: Int) {
    self.elements = elements
    self.depth = depth
  }
}

/// A dictionary in insertion order.
final class DictionaryValue {
  let keys: [Value]
  let values: [Value]
  let depth: Int
  private let stringIndex: [[UInt8]: Int]
  /// Keys other than strings; rare, so searched one by one.
  private let otherKeys: [Int]

  /// - Parameter entries: keys must differ from one another.
  init(keys: [Value], values: [Value], depth: Int) {
    self.keys = keys
    self.values = values
    self.depth = depth
    var index: [[UInt8]: Int] = [:]
    var others: [Int] = []
    for (position, key) in keys.enumerated() {
      if case .string(let text) = key { index[text] = position } else { others.append(position) }
    }
    stringIndex = index
    otherKeys = others
  }

  func index(of key: Value) -> Int? {
    if case .string(let text) = key { return stringIndex[text] }
    return otherKeys.first { keys[$0].isIdenticalKey(to: key) }
  }

  subscript(key: Value) -> Value? { index(of: key).map { values[$0] } }

  subscript(name: [UInt8]) -> Value? { stringIndex[name].map { values[$0] } }
}

/// What `keys()`, `values()` and `items()` return.
struct DictionaryView {
  /// Which part of each entry the view shows.
  enum Part: String { case keys, values, items }

  let dictionary: DictionaryValue
  let part: Part
}

/// A `range`, never spelled out in memory.
struct RangeValue: Equatable {
  let start: Int
  let step: Int
  let count: Int
}

/// A sequence that can be walked once, as Python's generators are.
final class IteratorValue {
  let elements: [Value]
  let depth: Int
  var position = 0

  init(_ elements: [Value], depth: Int) {
    self.elements = elements
    self.depth = depth
  }
}

/// The one kind of value that a template can change.
final class NamespaceValue {
  var names: [[UInt8]] = []
  var values: [Value] = []

  subscript(name: [UInt8]) -> Value? {
    get { names.firstIndex(of: name).map { values[$0] } }
    set {
      guard let newValue else { return }
      if let index = names.firstIndex(of: name) {
        values[index] = newValue
      } else {
        names.append(name)
        values.append(newValue)
      }
    }
  }

  /// Lets go of everything, so that namespaces that refer to one another are freed.
  func clear() {
    names = []
    values = []
  }
}

/// The variable `loop` of a running `for`.
final class LoopValue {
  let elements: [Value]
  let depth: Int
  var index0 = 0
  var lastChanged: [Value]?

  init(_ elements: [Value], depth: Int) {
    self.elements = elements
    self.depth = depth
  }
}

/// A macro and the variables it can see.
final class MacroValue {
  let definition: MacroDefinition
  let scope: Scope

  init(definition: MacroDefinition, scope: Scope) {
    self.definition = definition
    self.scope = scope
  }
}

/// A method of a string, dictionary or loop, bound to it.
struct MethodValue {
  let name: String
  let receiver: ListValue

  /// The value the method belongs to.
  var target: Value { receiver.elements.first ?? .none }
}

/// Functions that every template finds defined.
enum FunctionName: String {
  case raiseException = "raise_exception"
  case strftimeNow = "strftime_now"
  case range
  case namespace
  case dict
  case lipsum
  case cycler
  case joiner
}

extension Value {
  static var emptyString: Value { .string([]) }

  init(_ text: String) { self = .string(Array(text.utf8)) }

  /// Depth of nesting below and including this value; 0 for values without parts.
  var depth: Int {
    switch self {
    case .list(let list), .tuple(let list): list.depth
    case .dictionary(let dictionary): dictionary.depth
    case .view(let view): view.dictionary.depth + 1
    case .iterator(let iterator): iterator.depth
    case .loop(let loop): loop.depth
    case .method(let method): method.receiver.depth
    default: 0
    }
  }

  var isUndefined: Bool {
    if case .undefined = self { return true }
    return false
  }

  var isString: Bool {
    if case .string = self { return true }
    return false
  }

  /// An integer, counting `True` and `False` as 1 and 0 like Python.
  var integer: Int? {
    switch self {
    case .int(let value): value
    case .bool(let value): value ? 1 : 0
    default: nil
    }
  }

  /// Python's truth value.
  var isTrue: Bool {
    switch self {
    case .none, .undefined: false
    case .bool(let value): value
    case .int(let value): value != 0
    case .decimal(let decimal): !decimal.isZero
    case .string(let text): !text.isEmpty
    case .list(let list), .tuple(let list): !list.elements.isEmpty
    case .dictionary(let dictionary): !dictionary.keys.isEmpty
    case .view(let view): !view.dictionary.keys.isEmpty
    case .range(let range): range.count > 0
    default: true
    }
  }

  /// Python's name of the type, for messages.
  var typeName: String {
    switch self {
    case .none: "NoneType"
    case .undefined: "Undefined"
    case .bool: "bool"
    case .int: "int"
    case .decimal(let decimal): decimal.isInteger ? "int" : "float"
    case .string: "str"
    case .list: "list"
    case .tuple: "tuple"
    case .dictionary: "dict"
    case .view(let view): "dict_\(view.part.rawValue)"
    case .range: "range"
    case .iterator: "generator"
    case .namespace: "Namespace"
    case .loop: "LoopContext"
    case .macro: "Macro"
    case .method: "builtin_function_or_method"
    case .function: "function"
    }
  }

  /// Equality of dictionary keys that are not strings.
  func isIdenticalKey(to other: Value) -> Bool {
    if let left = integer, let right = other.integer { return left == right }
    switch (self, other) {
    case (.none, .none), (.undefined, .undefined): return true
    case (.decimal(let left), .decimal(let right)): return left.compare(right) == 0
    case (.decimal(let decimal), let value), (let value, .decimal(let decimal)):
      return value.integer.map { decimal.compare(Decimal($0)) == 0 } ?? false
    default: return false
    }
  }
}
