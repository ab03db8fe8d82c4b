/// Why a template could not be parsed or rendered, and at which line of its text.
package struct TemplateError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The class of failure; the first group mirrors the exceptions of the reference implementation.
  package enum Kind: String, Sendable {
    /// The text does not follow the grammar.
    case syntax
    /// A filter or test that does not exist.
    case unknownName
    /// An undefined value was used for more than printing or testing.
    case undefined
    /// An attribute that a sandboxed template may not reach.
    case security
    /// The template itself refused its input with `raise_exception`.
    case raised
    /// A value of the wrong type.
    case type
    /// A value of the right type outside the accepted range.
    case value
    /// Division or remainder by zero.
    case divisionByZero
    /// An integer that does not fit in 64 bits, or a range that is too long.
    case overflow
    /// A construct that exists in the language but not in this subset.
    case unsupported
    /// The template text is not UTF-8.
    case invalidUTF8
    /// The template text is longer than the limit.
    case sourceLimit
    /// More evaluation steps than the limit.
    case stepLimit
    /// More output than the limit.
    case outputLimit
    /// More memory built up in values than the limit.
    case memoryLimit
    /// Nesting (of syntax, of values, or of running macros) deeper than the limit.
    case depthLimit
  }

  package let kind: Kind
  /// Line of the template, counted from 1; 0 where no place in the text is to blame.
  package let line: Int
  /// A sentence; for `raised` exactly the text the template gave.
  package let message: String

  init(_ kind: Kind, line: Int = 0, _ message: String) {
    self.kind = kind
    self.line = line
    self.message = message
  }

  package var description: String { "\(kind.rawValue) (line \(line)): \(message)" }
}
