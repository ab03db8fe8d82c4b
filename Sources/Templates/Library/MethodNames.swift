/// Names of the methods that Python's types have: those a template may call, and those the sandbox hides because they
/// change their receiver.
struct MethodNames {
  let all: Set<String>
  let forbidden: Set<String>

  init(of value: Value) {
    switch value {
    case .string: self = Self.string
    case .dictionary: self = Self.dictionary
    case .list: self = Self.list
    case .tuple: self = Self.tuple
    case .range: self = Self.range
    case .int, .bool, .decimal: self = Self.number
    default: self = Self.none
    }
  }

  private init(_ all: Set<String>, forbidden: Set<String> = []) {
    self.all = all
    self.forbidden = forbidden
  }

  /// Methods of strings that are called without arguments.
  static let withoutArguments: Set<String> = [
    "capitalize", "casefold", "isalnum", "isalpha", "isascii", "isdecimal", "isdigit", "islower", "isnumeric",
    "isspace",
    "isupper", "lower", "swapcase", "title", "upper",
  ]

  private static let none = MethodNames([])
  private static let string = MethodNames([
    "capitalize", "casefold", "center", "count", "encode", "endswith", "expandtabs", "find", "format", "format_map",
    "index", "isalnum", "isalpha", "isascii", "isdecimal", "isdigit", "isidentifier", "islower", "isnumeric",
    "isprintable", "isspace", "istitle", "isupper", "join", "ljust", "lower", "lstrip", "maketrans", "partition",
    "removeprefix", "removesuffix", "replace", "rfind", "rindex", "rjust", "rpartition", "rsplit", "rstrip", "split",
    "splitlines", "startswith", "strip", "swapcase", "title", "translate", "upper", "zfill",
  ])
  private static let dictionary = MethodNames(
    ["copy", "fromkeys", "get", "items", "keys", "values"],
    forbidden: ["clear", "pop", "popitem", "setdefault", "update"])
  private static let list = MethodNames(
    ["copy", "count", "index"],
    forbidden: ["append", "clear", "pop", "reverse", "insert", "sort", "extend", "remove"])
  private static let tuple = MethodNames(["count", "index"])
  private static let range = MethodNames(["count", "index", "start", "stop", "step"])
  private static let number = MethodNames([
    "as_integer_ratio", "bit_count", "bit_length", "conjugate", "denominator", "from_bytes", "fromhex", "hex", "imag",
    "is_integer", "numerator", "real", "to_bytes",
  ])
}
