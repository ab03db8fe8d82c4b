/// Filters over sequences.
extension Interpreter {
  func sequenceFilter(_ value: Value, _ name: String, _ arguments: Arguments) throws(TemplateError) -> Value? {
    switch name {
    case "length", "count":
      _ = try bind(arguments, [], of: name)
      return .int(try count(of: value))
    case "list":
      _ = try bind(arguments, [], of: name)
      return try list(try elements(of: value))
    case "first":
      _ = try bind(arguments, [], of: name)
      return try first(of: value)
    case "last":
      _ = try bind(arguments, [], of: name)
      return try last(of: value)
    case "reverse":
      _ = try bind(arguments, [], of: name)
      return try reversed(value)
    case "items":
      _ = try bind(arguments, [], of: name)
      return try items(of: value)
    case "join": return try joinFilter(value, arguments)
    case "sort": return try sort(value, arguments)
    case "dictsort": return try sortDictionary(value, arguments)
    case "unique": return try unique(value, arguments)
    case "min", "max": return try extreme(value, arguments, name)
    case "sum": return try sum(value, arguments)
    default: return nil
    }
  }

  /// Python's `len`.
  private func count(of value: Value) throws(TemplateError) -> Int {
    switch value {
    case .undefined: return 0
    case .string(let text):
      try work(byteCount: text.count)
      return Scalars.count(text)
    case .list(let list), .tuple(let list): return list.elements.count
    case .dictionary(let dictionary): return dictionary.keys.count
    case .view(let view): return view.dictionary.keys.count
    case .range(let range): return range.count
    case .loop(let loop): return loop.elements.count
    default: throw failure(.type, "object of type '\(value.typeName)' has no len()")
    }
  }

  private func first(of value: Value) throws(TemplateError) -> Value {
    if case .iterator(let iterator) = value, iterator.position < iterator.elements.count {
      iterator.position += 1
      return iterator.elements[iterator.position - 1]
    }
    return try elements(of: value).first ?? .undefined(Undefined(message: "No first item, sequence was empty."))
  }

  private func last(of value: Value) throws(TemplateError) -> Value {
    if case .iterator = value { throw failure(.type, "'generator' object is not reversible") }
    return try elements(of: value).last ?? .undefined(Undefined(message: "No last item, sequence was empty."))
  }

  private func reversed(_ value: Value) throws(TemplateError) -> Value {
    switch value {
    case .string(let text):
      let offsets = Scalars.offsets(text)
      var output: [UInt8] = []
      for index in (0..<offsets.count - 1).reversed() { output += text[offsets[index]..<offsets[index + 1]] }
      return try string(output)
    case .iterator: return try list(try elements(of: value).reversed())
    case .none, .bool, .int, .decimal, .namespace, .macro, .method, .function, .loop:
      throw failure(.type, "argument must be iterable")
    default: return try iterator(try elements(of: value).reversed())
    }
  }

  private func items(of value: Value) throws(TemplateError) -> Value {
    if case .undefined = value { return try iterator([]) }
    guard case .dictionary(let dictionary) = value else {
      throw failure(.type, "Can only get item pairs from a mapping.")
    }
    return try iterator(try elements(of: .view(DictionaryView(dictionary: dictionary, part: .items))))
  }

  // MARK: Attributes of elements

  /// A dotted path as `map` and its kin take it; a part of digits is an index.
  func path(_ value: Value?) throws(TemplateError) -> [Value] {
    switch value {
    case nil, .some(.none): return []
    case .string(let text)?:
      return text.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).map { part in
        let isIndex = !part.isEmpty && part.allSatisfy(Scalars.isDigit)
        return (isIndex ? Int(String(decoding: part, as: UTF8.self)) : nil).map { .int($0) } ?? .string(Array(part))
      }
    case let other?: return [other]
    }
  }

  func follow(_ path: [Value], from value: Value, default fallback: Value? = nil) throws(TemplateError) -> Value {
    var result = value
    for key in path {
      try step()
      result = try item(key, of: result)
      if let fallback, result.isUndefined { result = fallback }
    }
    return result
  }

  private func folded(_ value: Value, _ isCaseSensitive: Bool) throws(TemplateError) -> Value {
    guard !isCaseSensitive, case .string(let text) = value else { return value }
    return try string(text.map(Scalars.lowercased))
  }

  private func keys(
    of elements: [Value], _ path: [Value], _ isCaseSensitive: Bool
  ) throws(TemplateError) -> [Value] {
    var keys: [Value] = []
    for element in elements { keys.append(try folded(try follow(path, from: element), isCaseSensitive)) }
    return keys
  }

  // MARK: Joining and ordering

  private func joinFilter(_ value: Value, _ arguments: Arguments) throws(TemplateError) -> Value {
    let bound = try bind(arguments, ["d", "attribute"], of: "join")
    let path = try path(bound[1])
    var parts: [[UInt8]] = []
    for element in try elements(of: value) { parts.append(try text(of: try follow(path, from: element))) }
    return try join(parts, try text(of: bound[0] ?? .emptyString))
  }

  /// Stable merge sort by an order that may fail.
  func sorted<Element>(
    _ elements: [Element], by order: (Element, Element) throws(TemplateError) -> Int
  ) throws(TemplateError) -> [Element] {
    var source = elements
    var width = 1
    while width < source.count {
      var merged: [Element] = []
      merged.reserveCapacity(source.count)
      for start in stride(from: 0, to: source.count, by: 2 * width) {
        let middle = min(start + width, source.count)
        let end = min(start + 2 * width, source.count)
        var (left, right) = (start, middle)
        while left < middle, right < end {
          if try order(source[left], source[right]) <= 0 {
            merged.append(source[left])
            left += 1
          } else {
            merged.append(source[right])
            right += 1
          }
        }
        merged += source[left..<middle]
        merged += source[right..<end]
      }
      source = merged
      width *= 2
    }
    return source
  }

  private func sorted(_ elements: [Value], keys: [Value], isReversed: Bool) throws(TemplateError) -> [Value] {
    try charge(byteCount: 32 * elements.count)
    let positions = try sorted(Array(elements.indices)) { (left, right) throws(TemplateError) in
      let order = try self.order(keys[left], keys[right], "<")
      return isReversed ? -order : order
    }
    return positions.map { elements[$0] }
  }

  private func sort(_ value: Value, _ arguments: Arguments) throws(TemplateError) -> Value {
    let bound = try bind(arguments, ["reverse", "case_sensitive", "attribute"], of: "sort")
    if case .string(let text)? = bound[2], text.contains(UInt8(ascii: ",")) {
      throw failure(.unsupported, "sorting by several attributes")
    }
    let values = try elements(of: value)
    let keys = try keys(of: values, try path(bound[2]), bound[1]?.isTrue ?? false)
    return try list(try sorted(values, keys: keys, isReversed: bound[0]?.isTrue ?? false))
  }

  private func sortDictionary(_ value: Value, _ arguments: Arguments) throws(TemplateError) -> Value {
    let bound = try bind(arguments, ["case_sensitive", "by", "reverse"], of: "dictsort")
    let by = try bound[1].map { (value) throws(TemplateError) in try text(of: value) } ?? Array("key".utf8)
    guard by == Array("key".utf8) || by == Array("value".utf8) else {
      throw failure(.type, "You can only sort by either \"key\" or \"value\"")
    }
    if case .undefined(let undefined) = value { throw undefined.failure(line: line) }
    guard case .dictionary(let dictionary) = value else {
      throw failure(.type, "'\(value.typeName)' object has no attribute 'items'")
    }
    let sources = by == Array("key".utf8) ? dictionary.keys : dictionary.values
    let keys = try keys(of: sources, [], bound[0]?.isTrue ?? false)
    let items = try elements(of: .view(DictionaryView(dictionary: dictionary, part: .items)))
    return try list(try sorted(items, keys: keys, isReversed: bound[2]?.isTrue ?? false))
  }

  private func unique(_ value: Value, _ arguments: Arguments) throws(TemplateError) -> Value {
    let bound = try bind(arguments, ["case_sensitive", "attribute"], of: "unique")
    let values = try elements(of: value)
    let keys = try keys(of: values, try path(bound[1]), bound[0]?.isTrue ?? false)
    var seen: [Value] = []
    var kept: [Value] = []
    for (value, key) in zip(values, keys) {
      try requireHashable(key)
      var isKnown = false
      for other in seen where try equal(other, key) {
        isKnown = true
        break
      }
      guard !isKnown else { continue }
      seen.append(key)
      kept.append(value)
    }
    return try iterator(kept)
  }

  private func extreme(_ value: Value, _ arguments: Arguments, _ name: String) throws(TemplateError) -> Value {
    let bound = try bind(arguments, ["case_sensitive", "attribute"], of: name)
    let values = try elements(of: value)
    let keys = try keys(of: values, try path(bound[1]), bound[0]?.isTrue ?? false)
    guard var best = values.indices.first else {
      return .undefined(Undefined(message: "No aggregated item, sequence was empty."))
    }
    for index in values.indices.dropFirst() {
      let order = try order(keys[index], keys[best], name == "min" ? "<" : ">")
      if name == "min" ? order < 0 : order > 0 { best = index }
    }
    return values[best]
  }

  private func sum(_ value: Value, _ arguments: Arguments) throws(TemplateError) -> Value {
    let bound = try bind(arguments, ["attribute", "start"], of: "sum")
    let path = try path(bound[0])
    var total = bound[1] ?? .int(0)
    if total.isString { throw failure(.type, "sum() can't sum strings [use ''.join(seq) instead]") }
    for element in try elements(of: value) { total = try apply(.add, total, try follow(path, from: element)) }
    return total
  }
}
