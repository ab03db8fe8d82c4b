/// An expression with its place and the height of its tree (bounded when parsed, so walking it is safe).
struct Expression {
  /// What the expression computes.
  indirect enum Kind {
    case constant(Value)
    case name(String)
    case list([Expression])
    case tuple([Expression])
    case dictionary([(key: Expression, value: Expression)])
    case unary(UnaryOperator, Expression)
    case binary(BinaryOperator, Expression, Expression)
    case concatenation([Expression])
    case and(Expression, Expression)
    case or(Expression, Expression)
    case comparison(Expression, [(Comparison, Expression)])
    case conditional(test: Expression, then: Expression, otherwise: Expression?)
    case attribute(Expression, String)
    case item(Expression, Expression)
    case slice(Expression, start: Expression?, stop: Expression?, step: Expression?)
    case call(Expression, ArgumentList)
    case filter(Expression, FilterCall)
    case test(Expression, name: String, ArgumentList)
  }

  /// Operators with one operand.
  enum UnaryOperator { case not, negate, plus }

  /// Arithmetic operators.
  enum BinaryOperator: String {
    case add = "+"
    case subtract = "-"
    case multiply = "*"
    case divide = "/"
    case floorDivide = "//"
    case remainder = "%"
    case power = "**"
  }

  /// Comparison operators; chains are evaluated as in Python.
  enum Comparison: String {
    case equal = "=="
    case notEqual = "!="
    case less = "<"
    case lessOrEqual = "<="
    case greater = ">"
    case greaterOrEqual = ">="
    case isIn = "in"
    case isNotIn = "not in"
  }

  let kind: Kind
  let line: Int
  let height: Int
}

/// Arguments of a call, a filter or a test.
struct ArgumentList {
  var positional: [Expression] = []
  var named: [(name: String, value: Expression)] = []

  var height: Int { max(positional.map(\.height).max() ?? 0, named.map(\.value.height).max() ?? 0) }
}

/// A filter's name and arguments.
struct FilterCall {
  let name: String
  let arguments: ArgumentList
  let line: Int
}

/// Where an assignment or a loop puts a value.
indirect enum AssignmentTarget {
  case name(String)
  case attribute(namespace: String, String)
  case tuple([AssignmentTarget])

  /// True where the variable `name` is assigned.
  func contains(_ name: String) -> Bool {
    switch self {
    case .name(let own): own == name
    case .attribute: false
    case .tuple(let parts): parts.contains { $0.contains(name) }
    }
  }
}

/// A macro, or the body of a call block.
struct MacroDefinition {
  let name: String
  let parameters: [(name: String, defaultValue: Expression?)]
  let body: [Statement]
  /// True when the body mentions `varargs` or `kwargs`, which then take what no parameter takes.
  let takesExtraPositional: Bool
  let takesExtraNamed: Bool
  /// True when the body mentions `caller`.
  let takesCaller: Bool
}

/// One statement with its place.
struct Statement {
  /// What the statement does.
  indirect enum Kind {
    case text([UInt8])
    case print(Expression)
    case assign(AssignmentTarget, Expression)
    case assignBlock(AssignmentTarget, filters: [FilterCall], body: [Statement])
    case branches([(test: Expression, body: [Statement])], otherwise: [Statement])
    case loop(ForLoop)
    case macro(MacroDefinition)
    case callBlock(Expression, ArgumentList, MacroDefinition)
    case filterBlock([FilterCall], [Statement])
    case with([(target: AssignmentTarget, value: Expression)], [Statement])
    case generation([Statement])
    case `break`
    case `continue`
  }

  let kind: Kind
  let line: Int
}

/// A `for` statement.
struct ForLoop {
  let target: AssignmentTarget
  let sequence: Expression
  let condition: Expression?
  let body: [Statement]
  let otherwise: [Statement]
}
