/// One JSON value (RFC 8259), with what Foundation's parser loses kept: the order of members,
/// the exact text of numbers, and the refusal of anything ambiguous.
///
/// Checkpoint headers, tokenizer files and requests are all read through this type, because two of
/// its properties are load-bearing: a request's decimals are used exactly (never through binary64),
/// and a chat template sees members in the order the client wrote them.
public enum JSON: Sendable, Equatable {
  case null
  case bool(Bool)
  case number(JSONNumber)
  /// Unicode text; its `utf8` view is exactly what was written. Compare bytes, not `String`s, where
  /// canonical equivalence must not matter.
  case string(String)
  case array([JSON])
  case object(JSONObject)
}

/// The members of a JSON object, in the order they were written; names are unique, byte for byte.
public struct JSONObject: Sendable, Equatable, ExpressibleByDictionaryLiteral {
  /// One name and its value.
  public struct Member: Sendable, Equatable {
    public var name: String
    public var value: JSON

    public init(name: String, value: JSON) {
      self.name = name
      self.value = value
    }
  }

  public var members: [Member]

  public init(_ members: [Member] = []) {
    self.members = members
  }

  public init(dictionaryLiteral elements: (String, JSON)...) {
    members = elements.map { Member(name: $0.0, value: $0.1) }
  }

  /// The value of a member, or `nil`. Setting `nil` removes it; a new name goes to the end.
  /// - Complexity: O(members).
  public subscript(name: String) -> JSON? {
    get { index(of: name).map { members[$0].value } }
    set {
      switch (index(of: name), newValue) {
      case (let index?, let value?): members[index].value = value
      case (let index?, nil): members.remove(at: index)
      case (nil, let value?): members.append(Member(name: name, value: value))
      case (nil, nil): break
      }
    }
  }

  private func index(of name: String) -> Int? {
    members.firstIndex { $0.name.utf8.elementsEqual(name.utf8) }
  }
}

extension JSON {
  /// A member of an object; `nil` for any other value.
  public subscript(name: String) -> JSON? {
    guard case .object(let object) = self else { return nil }
    return object[name]
  }

  public var object: JSONObject? {
    guard case .object(let object) = self else { return nil }
    return object
  }

  public var array: [JSON]? {
    guard case .array(let array) = self else { return nil }
    return array
  }

  public var string: String? {
    guard case .string(let string) = self else { return nil }
    return string
  }

  public var bool: Bool? {
    guard case .bool(let bool) = self else { return nil }
    return bool
  }

  /// The value as an integer when it is one, written in any form (`12`, `12.0`, `1.2e1`).
  public var integer: Int? {
    guard case .number(let number) = self else { return nil }
    return number.scaled(byPowerOfTen: 0)
  }

  /// The value rounded to binary64.
  public var double: Double? {
    guard case .number(let number) = self else { return nil }
    return Double(number.text)
  }

  public var isNull: Bool { self == .null }
}

extension JSON: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral,
  ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral
{
  public init(stringLiteral value: String) { self = .string(value) }
  public init(integerLiteral value: Int) { self = .number(JSONNumber(value)) }
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  public init(arrayLiteral elements: JSON...) { self = .array(elements) }
  public init(nilLiteral: ()) { self = .null }
  public init(dictionaryLiteral elements: (String, JSON)...) {
    self = .object(JSONObject(elements.map { JSONObject.Member(name: $0.0, value: $0.1) }))
  }

  /// An integer, as a JSON number.
  public init(_ value: some BinaryInteger) { self = .number(JSONNumber(value)) }
}
