extension Interpreter {
  /// Calls a method of a string, dictionary or loop.
  func call(_ method: MethodValue, _ arguments: Arguments) throws(TemplateError) -> Value {
    switch method.target {
    case .string(let text): return try callString(method.name, text, arguments)
    case .dictionary(let dictionary): return try callDictionary(method.name, dictionary, arguments)
    case .loop(let loop): return try callLoop(method.name, loop, arguments)
    case .list(let list) where method.name == "copy" && arguments.positional.isEmpty: return .list(list)
    case .list(let list), .tuple(let list): return try callList(method.name, list, arguments)
    default: throw failure(.unsupported, "the method '\(method.name)'")
    }
  }

  /// Refuses keyword arguments, which Python's built-in methods do not take.
  private func requirePositional(_ arguments: Arguments, _ method: String) throws(TemplateError) {
    guard arguments.named.isEmpty else { throw failure(.type, "\(method)() takes no keyword arguments") }
  }

  // MARK: Dictionaries and lists

  private func callDictionary(
    _ name: String, _ dictionary: DictionaryValue, _ arguments: Arguments
  ) throws(TemplateError) -> Value {
    try requirePositional(arguments, name)
    if let part = DictionaryView.Part(rawValue: name) {
      _ = try bind(arguments, [], of: name)
      return .view(DictionaryView(dictionary: dictionary, part: part))
    }
    switch name {
    case "get":
      let values = try bind(arguments, ["key", "default"], required: 1, of: name)
      guard let key = values[0] else { return .none }
      try requireHashable(key)
      return dictionary[key] ?? values[1] ?? .none
    case "copy":
      _ = try bind(arguments, [], of: name)
      return .dictionary(dictionary)
    default: throw failure(.unsupported, "the method '\(name)' of dictionaries")
    }
  }

  private func callList(_ name: String, _ list: ListValue, _ arguments: Arguments) throws(TemplateError) -> Value {
    try requirePositional(arguments, name)
    guard arguments.positional.count == 1 else {
      throw failure(name == "index" ? .unsupported : .type, "\(name)() with other than one argument")
    }
    var count = 0
    for (index, element) in list.elements.enumerated() where try equal(element, arguments.positional[0]) {
      if name == "index" { return .int(index) }
      count += 1
    }
    guard name == "count" else { throw failure(.value, "the value is not in the list") }
    return .int(count)
  }

  // MARK: Loops

  /// An attribute of the variable `loop`.
  func loopAttribute(_ name: String, of loop: LoopValue) throws(TemplateError) -> Value? {
    let index = loop.index0
    let count = loop.elements.count
    switch name {
    case "index": return .int(index + 1)
    case "index0": return .int(index)
    case "revindex": return .int(count - index)
    case "revindex0": return .int(count - index - 1)
    case "first": return .bool(index == 0)
    case "last": return .bool(index == count - 1)
    case "length": return .int(count)
    case "depth": return .int(1)
    case "depth0": return .int(0)
    case "previtem":
      return index > 0 ? loop.elements[index - 1] : .undefined(Undefined(message: "there is no previous item"))
    case "nextitem":
      return index + 1 < count ? loop.elements[index + 1] : .undefined(Undefined(message: "there is no next item"))
    case "cycle", "changed": return .method(MethodValue(name: name, receiver: try elements([.loop(loop)])))
    default: return nil
    }
  }

  private func callLoop(_ name: String, _ loop: LoopValue, _ arguments: Arguments) throws(TemplateError) -> Value {
    try requirePositional(arguments, name)
    if name == "cycle" {
      guard !arguments.positional.isEmpty else { throw failure(.type, "no items for cycling given") }
      return arguments.positional[loop.index0 % arguments.positional.count]
    }
    let values = arguments.positional
    guard !values.contains(where: { $0.depth > 0 }) else {
      throw failure(.unsupported, "loop.changed with lists or dictionaries")
    }
    if let last = loop.lastChanged, try equal(try tuple(last), try tuple(values)) { return .bool(false) }
    loop.lastChanged = values
    return .bool(true)
  }

  // MARK: Strings

  private func callString(_ name: String, _ text: [UInt8], _ arguments: Arguments) throws(TemplateError) -> Value {
    try work(byteCount: text.count)
    switch name {
    case "split", "rsplit": return try split(text, arguments, fromEnd: name == "rsplit")
    case "splitlines": return try splitLines(text, arguments)
    case "replace", "count":
      return name == "count" ? try count(text, arguments) : try replaceMethod(text, arguments)
    default: break
    }
    try requirePositional(arguments, name)
    switch name {
    case "strip", "lstrip", "rstrip":
      let values = try bind(arguments, ["chars"], of: name)
      return try strip(text, values[0] ?? .none, atStart: name != "rstrip", atEnd: name != "lstrip")
    case "startswith", "endswith": return try hasAffix(text, arguments, atStart: name == "startswith")
    case "removeprefix", "removesuffix": return try removeAffix(text, arguments, atStart: name == "removeprefix")
    case "find", "index": return try find(text, arguments, name)
    case "join":
      let values = try bind(arguments, ["iterable"], required: 1, of: name)
      return try joinMethod(text, values[0] ?? .none)
    default: break
    }
    guard MethodNames.withoutArguments.contains(name) else {
      throw failure(.unsupported, "the method '\(name)' of strings")
    }
    _ = try bind(arguments, [], of: name)
    return try transform(text, name)
  }

  /// The methods without arguments; letters outside ASCII stay as they are.
  private func transform(_ text: [UInt8], _ name: String) throws(TemplateError) -> Value {
    switch name {
    case "upper": return try string(text.map(Scalars.uppercased))
    case "lower", "casefold": return try string(text.map(Scalars.lowercased))
    case "capitalize": return try string(Self.capitalized(text))
    case "title": return try string(Self.titled(text))
    case "swapcase":
      return try string(text.map { Scalars.isUpper($0) ? Scalars.lowercased($0) : Scalars.uppercased($0) })
    case "isascii": return .bool(text.allSatisfy { $0 < 0x80 })
    case "isspace": return .bool(!text.isEmpty && Scalars.skipSpace(text, from: 0) == text.count)
    default: return try classify(text, name)
    }
  }

  private func classify(_ text: [UInt8], _ name: String) throws(TemplateError) -> Value {
    guard text.allSatisfy({ $0 < 0x80 }) else {
      throw failure(.unsupported, "the method '\(name)' of strings with characters outside ASCII")
    }
    switch name {
    case "isalpha": return .bool(!text.isEmpty && text.allSatisfy(Scalars.isLetter))
    case "isalnum": return .bool(!text.isEmpty && text.allSatisfy { Scalars.isLetter($0) || Scalars.isDigit($0) })
    case "isupper": return .bool(text.contains(where: Scalars.isUpper) && !text.contains(where: Scalars.isLower))
    case "islower": return .bool(text.contains(where: Scalars.isLower) && !text.contains(where: Scalars.isUpper))
    default: return .bool(!text.isEmpty && text.allSatisfy(Scalars.isDigit))
    }
  }

  static func capitalized(_ text: [UInt8]) -> [UInt8] {
    text.enumerated().map { $0.offset == 0 ? Scalars.uppercased($0.element) : Scalars.lowercased($0.element) }
  }

  /// Every run of letters with its first in upper case; a character outside ASCII counts as a letter.
  private static func titled(_ text: [UInt8]) -> [UInt8] {
    var isInWord = false
    return text.map { byte in
      defer { isInWord = Scalars.isLetter(byte) || byte >= 0x80 }
      return isInWord ? Scalars.lowercased(byte) : Scalars.uppercased(byte)
    }
  }
}
