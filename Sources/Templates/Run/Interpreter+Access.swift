extension Interpreter {
  private func missing(_ value: Value, _ key: String) -> Value {
    let owner = if case .none = value { "None" } else { "\(value.typeName) object" }
    return .undefined(Undefined(message: "'\(owner)' has no attribute '\(key)'"))
  }

  private func forbidden(_ value: Value, _ name: String) -> Value {
    .undefined(
      Undefined(
        message: "access to attribute '\(name)' of '\(value.typeName)' object is unsafe.", isForbidden: true))
  }

  /// `value.name`: an attribute, or else an entry of that name.
  func attribute(_ name: [UInt8], of value: Value) throws(TemplateError) -> Value {
    if let found = try ownAttribute(name, of: value) { return found }
    if case .dictionary(let dictionary) = value, let entry = dictionary[name] { return entry }
    return missing(value, String(decoding: name, as: UTF8.self))
  }

  /// `value[key]`: an entry, or else an attribute of that name.
  func item(_ key: Value, of value: Value) throws(TemplateError) -> Value {
    if case .undefined(let undefined) = value { throw undefined.failure(line: line) }
    if let entry = try entry(key, of: value) { return entry }
    guard case .string(let name) = key else { return missing(value, "the given key") }
    return try ownAttribute(name, of: value) ?? missing(value, String(decoding: name, as: UTF8.self))
  }

  private func entry(_ key: Value, of value: Value) throws(TemplateError) -> Value? {
    if case .dictionary(let dictionary) = value { return dictionary[key] }
    guard let index = key.integer else { return nil }
    switch value {
    case .list(let list), .tuple(let list):
      return position(index, count: list.elements.count).map { list.elements[$0] }
    case .range(let range): return position(index, count: range.count).map { .int(range.start + $0 * range.step) }
    case .string(let text):
      try work(byteCount: text.count)
      let offsets = Scalars.offsets(text)
      return position(index, count: offsets.count - 1).map { .string(Array(text[offsets[$0]..<offsets[$0 + 1]])) }
    default: return nil
    }
  }

  /// An index counted from either end, or `nil` outside.
  private func position(_ index: Int, count: Int) -> Int? {
    let position = index < 0 ? index + count : index
    return (0..<count).contains(position) ? position : nil
  }

  /// Attributes that belong to the type of a value.
  private func ownAttribute(_ name: [UInt8], of value: Value) throws(TemplateError) -> Value? {
    let word = String(decoding: name, as: UTF8.self)
    switch value {
    case .undefined(let undefined): throw undefined.failure(line: line)
    case .namespace(let namespace): return namespace[name]
    case .loop(let loop): return try loopAttribute(word, of: loop)
    case .macro(let macro) where word == "name": return try string(Array(macro.definition.name.utf8))
    default: break
    }
    if name.starts(with: "__".utf8) { return forbidden(value, word) }
    let methods = MethodNames(of: value)
    if methods.forbidden.contains(word) { return forbidden(value, word) }
    guard methods.all.contains(word) else { return nil }
    return .method(MethodValue(name: word, receiver: try elements([value])))
  }

  // MARK: Slices

  /// `value[start:stop:step]` with Python's rules for bounds outside the sequence.
  func slice(_ value: Value, _ start: Value, _ stop: Value, _ step: Value) throws(TemplateError) -> Value {
    switch value {
    case .undefined(let undefined): throw undefined.failure(line: line)
    case .string(let text):
      try work(byteCount: text.count)
      let offsets = Scalars.offsets(text)
      let selected = try selection(start, stop, step, count: offsets.count - 1)
      if selected.step == 1 {
        return try string(Array(text[offsets[selected.start]..<offsets[selected.start + selected.count]]))
      }
      var bytes: [UInt8] = []
      for index in indices(selected) { bytes += text[offsets[index]..<offsets[index + 1]] }
      return try string(bytes)
    case .list(let list):
      return try self.list(try selected(list.elements, start, stop, step))
    case .tuple(let list):
      return try tuple(try selected(list.elements, start, stop, step))
    case .range(let range):
      let selected = try selection(start, stop, step, count: range.count)
      return .range(
        RangeValue(
          start: range.start + selected.start * range.step, step: range.step &* selected.step, count: selected.count))
    case .dictionary: throw failure(.type, "unhashable type: 'slice'")
    default: throw failure(.type, "'\(value.typeName)' object is not subscriptable")
    }
  }

  private func indices(_ range: RangeValue) -> some Sequence<Int> {
    (0..<range.count).lazy.map { range.start + $0 * range.step }
  }

  private func selected(
    _ elements: [Value], _ start: Value, _ stop: Value, _ step: Value
  ) throws(TemplateError) -> [Value] {
    let range = try selection(start, stop, step, count: elements.count)
    try work(elementCount: range.count)
    return indices(range).map { elements[$0] }
  }

  /// The positions a slice selects: every index lies in 0..<count, and `start` is 0 when nothing is selected.
  private func selection(
    _ start: Value, _ stop: Value, _ step: Value, count: Int
  ) throws(TemplateError) -> RangeValue {
    let stride = try sliceBound(step) ?? 1
    guard stride != 0 else { throw failure(.value, "slice step cannot be zero") }
    let lower = stride > 0 ? 0 : -1
    let upper = stride > 0 ? count : count - 1
    func clamped(_ bound: Int?, _ missing: Int) -> Int {
      guard let bound else { return missing }
      let index = bound < 0 ? bound + count : bound
      return min(max(index, lower), upper)
    }
    let first = clamped(try sliceBound(start), stride > 0 ? lower : upper)
    let end = clamped(try sliceBound(stop), stride > 0 ? upper : lower)
    let distance = stride > 0 ? end - first : first - end
    guard distance > 0 else { return RangeValue(start: 0, step: 1, count: 0) }
    let magnitude = stride.magnitude
    let selected = magnitude >= UInt(distance) ? 1 : (distance - 1) / Int(magnitude) + 1
    return RangeValue(start: first, step: selected == 1 ? 1 : stride, count: selected)
  }

  private func sliceBound(_ value: Value) throws(TemplateError) -> Int? {
    if case .none = value { return nil }
    guard let index = value.integer else {
      throw failure(.type, "slice indices must be integers or None or have an __index__ method")
    }
    return index
  }
}
