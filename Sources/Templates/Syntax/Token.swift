/// One token of a template.
struct Token: Equatable {
  /// What the token is; text between tags is one `data` token.
  enum Kind: Equatable {
    case data([UInt8])
    case variableBegin
    case variableEnd
    case blockBegin
    case blockEnd
    case name(String)
    case string([UInt8])
    case integer(Int)
    /// A number with a fraction or an exponent, as written.
    case decimal([UInt8])
    case symbol(Symbol)
    case end
  }

  /// Operators and punctuation.
  enum Symbol: String, CaseIterable {
    // Longer symbols first: the lexer takes the first that fits.
    case floorDivide = "//"
    case power = "**"
    case equal = "=="
    case notEqual = "!="
    case greaterOrEqual = ">="
    case lessOrEqual = "<="
    case plus = "+"
    case minus = "-"
    case divide = "/"
    case times = "*"
    case remainder = "%"
    case tilde = "~"
    case openBracket = "["
    case closeBracket = "]"
    case openParenthesis = "("
    case closeParenthesis = ")"
    case openBrace = "{"
    case closeBrace = "}"
    case greater = ">"
    case less = "<"
    case assign = "="
    case dot = "."
    case colon = ":"
    case pipe = "|"
    case comma = ","
    case semicolon = ";"

    /// The symbol that closes this one, where it opens something.
    var closing: Symbol? {
      switch self {
      case .openBracket: .closeBracket
      case .openParenthesis: .closeParenthesis
      case .openBrace: .closeBrace
      default: nil
      }
    }

    var isClosing: Bool { self == .closeBracket || self == .closeParenthesis || self == .closeBrace }
  }

  var kind: Kind
  var line: Int

  /// True for the name token `text`, which is how keywords appear.
  func isKeyword(_ text: String) -> Bool {
    guard case .name(let name) = kind else { return false }
    return name == text
  }

  func isSymbol(_ symbol: Symbol) -> Bool { kind == .symbol(symbol) }

  /// The token in words, for messages.
  var text: String {
    switch kind {
    case .data: "template text"
    case .variableBegin: "{{"
    case .variableEnd: "}}"
    case .blockBegin: "{%"
    case .blockEnd: "%}"
    case .name(let name): name
    case .string: "a string"
    case .integer(let value): String(value)
    case .decimal: "a number"
    case .symbol(let symbol): symbol.rawValue
    case .end: "the end of the template"
    }
  }
}
