/// Methods of strings that search, split and join.
extension Interpreter {
  /// The bytes of a string argument.
  private func text(_ value: Value?, of function: String) throws(TemplateError) -> [UInt8] {
    guard case .string(let text)? = value else {
      throw failure(.type, "\(function)() argument must be str, not \(value?.typeName ?? "None")")
    }
    return text
  }

  private func integer(_ value: Value?, default fallback: Int) throws(TemplateError) -> Int {
    guard let value else { return fallback }
    guard let integer = value.integer else {
      throw failure(.type, "'\(value.typeName)' object cannot be interpreted as an integer")
    }
    return integer
  }

  // MARK: Stripping

  /// `strip(chars)` on one or both ends; `none` strips white space.
  func strip(_ text: [UInt8], _ chars: Value, atStart: Bool, atEnd: Bool) throws(TemplateError) -> Value {
    if case .none = chars {
      let start = atStart ? Scalars.skipSpace(text, from: 0) : 0
      let end = atEnd ? Scalars.trimmedEnd(text, from: start) : text.count
      return try string(Array(text[start..<end]))
    }
    let set = Set(scalars(of: try self.text(chars, of: "strip")))
    let offsets = Scalars.offsets(text)
    try work(byteCount: 8 * text.count)
    var (low, high) = (0, offsets.count - 1)
    while atStart, low < high, set.contains(Scalars.scalar(text, at: offsets[low]).value) { low += 1 }
    while atEnd, high > low, set.contains(Scalars.scalar(text, at: offsets[high - 1]).value) { high -= 1 }
    return try string(Array(text[offsets[low]..<offsets[high]]))
  }

  private func scalars(of text: [UInt8]) -> [UInt32] {
    Scalars.offsets(text).dropLast().map { Scalars.scalar(text, at: $0).value }
  }

  // MARK: Affixes and searching

  /// `startswith` or `endswith`, of one string or a tuple of them.
  func hasAffix(_ text: [UInt8], _ arguments: Arguments, atStart: Bool) throws(TemplateError) -> Value {
    let name = atStart ? "startswith" : "endswith"
    let values = try bind(arguments, ["prefix", "start", "end"], required: 1, of: name)
    guard values[1] == nil, values[2] == nil else { throw failure(.unsupported, "\(name)() with bounds") }
    var candidates: [Value] = []
    if case .tuple(let list)? = values[0] { candidates = list.elements } else { candidates = [values[0] ?? .none] }
    for candidate in candidates {
      let affix = try self.text(candidate, of: name)
      try work(byteCount: affix.count)
      if atStart ? text.starts(with: affix) : text.suffix(affix.count).elementsEqual(affix) { return .bool(true) }
    }
    return .bool(false)
  }

  func removeAffix(_ text: [UInt8], _ arguments: Arguments, atStart: Bool) throws(TemplateError) -> Value {
    let values = try bind(arguments, ["affix"], required: 1, of: "remove")
    let affix = try self.text(values[0], of: "remove")
    if atStart { return try string(text.starts(with: affix) ? Array(text.dropFirst(affix.count)) : text) }
    return try string(text.suffix(affix.count).elementsEqual(affix) ? Array(text.dropLast(affix.count)) : text)
  }

  /// `find` or `index`: the position in characters.
  func find(_ text: [UInt8], _ arguments: Arguments, _ name: String) throws(TemplateError) -> Value {
    let values = try bind(arguments, ["sub", "start", "end"], required: 1, of: name)
    guard values[2] == nil else { throw failure(.unsupported, "\(name)() with an end") }
    let part = try self.text(values[0], of: name)
    let offsets = Scalars.offsets(text)
    let count = offsets.count - 1
    var start = try integer(values[1], default: 0)
    if start < 0 { start = max(0, start + count) }
    if start <= count, let offset = try firstIndex(of: part, in: text, from: offsets[start]) {
      return .int(Scalars.count(Array(text[..<offset])))
    }
    guard name == "find" else { throw failure(.value, "substring not found") }
    return .int(-1)
  }

  func count(_ text: [UInt8], _ arguments: Arguments) throws(TemplateError) -> Value {
    let values = try bind(arguments, ["sub", "start", "end"], required: 1, of: "count")
    guard values[1] == nil, values[2] == nil else { throw failure(.unsupported, "count() with bounds") }
    let part = try self.text(values[0], of: "count")
    guard !part.isEmpty else { return .int(Scalars.count(text) + 1) }
    return .int(try occurrences(of: part, in: text, limit: Int.max).count)
  }

  /// Offsets of the occurrences of a non-empty part that do not overlap, from the start.
  private func occurrences(of part: [UInt8], in text: [UInt8], limit: Int) throws(TemplateError) -> [Int] {
    var found: [Int] = []
    var start = 0
    while found.count < limit, let offset = try firstIndex(of: part, in: text, from: start) {
      try charge(byteCount: 8)
      found.append(offset)
      start = offset + part.count
    }
    return found
  }

  // MARK: Replacing

  func replaceMethod(_ text: [UInt8], _ arguments: Arguments) throws(TemplateError) -> Value {
    guard arguments.named.isEmpty else { throw failure(.type, "replace() takes no keyword arguments") }
    let values = try bind(arguments, ["old", "new", "count"], required: 2, of: "replace")
    let (old, new) = (try self.text(values[0], of: "replace"), try self.text(values[1], of: "replace"))
    return try replace(text, old, new, count: try integer(values[2], default: -1))
  }

  /// Replaces occurrences from the start, all of them when `count` is negative.
  func replace(_ text: [UInt8], _ old: [UInt8], _ new: [UInt8], count: Int) throws(TemplateError) -> Value {
    let limit = count < 0 ? Int.max : count
    if old.isEmpty { return try interleave(text, new, limit: limit) }
    let found = try occurrences(of: old, in: text, limit: limit)
    try charge(product: found.count, new.count)
    var output: [UInt8] = []
    var start = 0
    for offset in found {
      output += text[start..<offset]
      output += new
      start = offset + old.count
    }
    output += text[start...]
    return try string(output)
  }

  /// What replacing the empty string does: `new` before every character and at the end.
  private func interleave(_ text: [UInt8], _ new: [UInt8], limit: Int) throws(TemplateError) -> Value {
    let offsets = Scalars.offsets(text)
    try charge(product: min(limit, offsets.count), new.count)
    var output: [UInt8] = []
    for index in offsets.indices {
      if index < limit { output += new }
      if index + 1 < offsets.count { output += text[offsets[index]..<offsets[index + 1]] }
    }
    return try string(output)
  }

  // MARK: Splitting and joining

  func split(_ text: [UInt8], _ arguments: Arguments, fromEnd: Bool) throws(TemplateError) -> Value {
    let name = fromEnd ? "rsplit" : "split"
    let values = try bind(arguments, ["sep", "maxsplit"], of: name)
    let maximum = try integer(values[1], default: -1)
    let limit = maximum < 0 ? Int.max : maximum
    var parts: [Range<Int>]
    switch values[0] {
    case nil, .some(.none): parts = splitSpace(text, limit: limit, fromEnd: fromEnd)
    case let separator?:
      let separator = try self.text(separator, of: name)
      guard !separator.isEmpty else { throw failure(.value, "empty separator") }
      parts = try split(text, separator, limit: limit, fromEnd: fromEnd)
    }
    var strings: [Value] = []
    for part in parts { strings.append(try string(Array(text[part]))) }
    return try list(strings)
  }

  private func split(
    _ text: [UInt8], _ separator: [UInt8], limit: Int, fromEnd: Bool
  ) throws(TemplateError) -> [Range<Int>] {
    let searched: [UInt8] = fromEnd ? text.reversed() : text
    let found = try occurrences(of: fromEnd ? separator.reversed() : separator, in: searched, limit: limit)
    let starts = fromEnd ? found.reversed().map { text.count - $0 - separator.count } : found
    var parts: [Range<Int>] = []
    var start = 0
    for offset in starts {
      parts.append(start..<offset)
      start = offset + separator.count
    }
    return parts + [start..<text.count]
  }

  /// Runs between white space; what lies beyond `limit` splits stays in one piece.
  private func splitSpace(_ text: [UInt8], limit: Int, fromEnd: Bool) -> [Range<Int>] {
    var words: [Range<Int>] = []
    var index = Scalars.skipSpace(text, from: 0)
    while index < text.count {
      let start = index
      while index < text.count, !Scalars.isSpace(Scalars.scalar(text, at: index).value) {
        index += Scalars.length(first: text[index])
      }
      words.append(start..<min(index, text.count))
      index = Scalars.skipSpace(text, from: index)
    }
    guard limit < Int.max, words.count > limit + 1 else { return words }
    if fromEnd {
      let kept = words.suffix(limit)
      return [0..<words[words.count - limit - 1].upperBound] + kept
    }
    return words.prefix(limit) + [words[limit].lowerBound..<text.count]
  }

  func splitLines(_ text: [UInt8], _ arguments: Arguments) throws(TemplateError) -> Value {
    let values = try bind(arguments, ["keepends"], of: "splitlines")
    let keepsEnds = values[0]?.isTrue ?? false
    var lines: [Value] = []
    for (content, end) in Self.lines(of: text) {
      lines.append(try string(Array(text[content.lowerBound..<(keepsEnds ? end : content.upperBound)])))
    }
    return try list(lines)
  }

  /// Lines as Python's `splitlines` finds them: the range without the line end, and where that ends.
  static func lines(of text: [UInt8]) -> [(content: Range<Int>, end: Int)] {
    var lines: [(content: Range<Int>, end: Int)] = []
    var start = 0
    var index = 0
    while index < text.count {
      let (value, length) = Scalars.scalar(text, at: index)
      var end = index + length
      switch value {
      case 0x0A...0x0D, 0x1C...0x1E, 0x85, 0x2028, 0x2029:
        if value == 0x0D, end < text.count, text[end] == 0x0A { end += 1 }
        lines.append((start..<index, end))
        start = end
      default: break
      }
      index = end
    }
    if start < text.count { lines.append((start..<text.count, text.count)) }
    return lines
  }

  func joinMethod(_ separator: [UInt8], _ value: Value) throws(TemplateError) -> Value {
    var parts: [[UInt8]] = []
    for (index, element) in try elements(of: value).enumerated() {
      guard case .string(let part) = element else {
        throw failure(.type, "sequence item \(index): expected str instance, \(element.typeName) found")
      }
      parts.append(part)
    }
    return try join(parts, separator)
  }

  func join(_ parts: [[UInt8]], _ separator: [UInt8]) throws(TemplateError) -> Value {
    try charge(product: max(0, parts.count - 1), separator.count)
    try charge(byteCount: parts.reduce(0) { $0 + $1.count })
    return .string(Array(parts.joined(separator: separator)))
  }
}
