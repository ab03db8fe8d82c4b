import StrictJSON

/// Reads members of one object with OpenAI's habit that null means absent, and names the place in every error.
struct MemberReader {
  let object: JSONObject
  /// What stands before a member's name in an error: empty, or `razao.` and the like.
  let prefix: String

  init(_ object: JSONObject, prefix: String = "") {
    self.object = object
    self.prefix = prefix
  }

  func place(_ name: String) -> String { prefix + name }

  /// The value of a member, `nil` when it is absent or null.
  func value(_ name: String) -> JSON? {
    guard let value = object[name], !value.isNull else { return nil }
    return value
  }

  func string(_ name: String) throws(RequestError) -> String? {
    guard let value = value(name) else { return nil }
    guard let string = value.string else { throw .wrongType(place(name), expected: "a string") }
    return string
  }

  func bool(_ name: String) throws(RequestError) -> Bool? {
    guard let value = value(name) else { return nil }
    guard let bool = value.bool else { throw .wrongType(place(name), expected: "true or false") }
    return bool
  }

  func array(_ name: String) throws(RequestError) -> [JSON]? {
    guard let value = value(name) else { return nil }
    guard let array = value.array else { throw .wrongType(place(name), expected: "an array") }
    return array
  }

  func object(_ name: String) throws(RequestError) -> JSONObject? {
    guard let value = value(name) else { return nil }
    guard let object = value.object else { throw .wrongType(place(name), expected: "an object") }
    return object
  }

  /// An integer in a range, written in any form that is one (`12`, `12.0`, `1.2e1`).
  func integer(_ name: String, in range: ClosedRange<Int>) throws(RequestError) -> Int? {
    guard let value = value(name) else { return nil }
    guard case .number(let number) = value else { throw .wrongType(place(name), expected: "an integer") }
    guard let integer = number.scaled(byPowerOfTen: 0), range.contains(integer) else {
      throw .invalid(place(name), "must be an integer from \(range.lowerBound) to \(range.upperBound)")
    }
    return integer
  }

  /// A decimal times 10⁴, exactly.
  func decimal(_ name: String, in range: ClosedRange<Int>, orZero: Bool = false) throws(RequestError) -> Int? {
    guard let value = value(name) else { return nil }
    return try Self.decimal(value, place(name), in: range, orZero: orZero)
  }

  static func decimal(
    _ value: JSON, _ place: String, in range: ClosedRange<Int>, orZero: Bool = false
  ) throws(RequestError) -> Int {
    guard case .number(let number) = value else { throw .wrongType(place, expected: "a number") }
    guard let scaled = number.scaled(byPowerOfTen: 4), range.contains(scaled) || orZero && scaled == 0 else {
      let limits = "\(written(range.lowerBound)) to \(written(range.upperBound))"
      throw .invalid(place, "must be \(orZero ? "0, or " : "")from \(limits) with at most four decimals")
    }
    return scaled
  }

  /// A number of ten-thousandths as a decimal: 100 is `0.01`.
  static func written(_ scaled: Int) -> String {
    let magnitude = scaled.magnitude
    let fraction = String(String(magnitude % 10_000 + 10_000).dropFirst())
    let digits = fraction.utf8.count - fraction.utf8.reversed().prefix { $0 == UInt8(ascii: "0") }.count
    let text = String(magnitude / 10_000) + (digits == 0 ? "" : "." + String(fraction.prefix(digits)))
    return scaled < 0 ? "-" + text : text
  }

  /// Refuses any member whose name is not listed.
  func requireNames(_ names: [String]) throws(RequestError) {
    for member in object.members where !names.contains(where: { $0.isExactly(member.name) }) {
      let name = place(RequestError.quoted(member.name))
      throw RequestError(.unknownParameter, name, "`\(name)` is not a known parameter; remove it or correct its name.")
    }
  }
}
