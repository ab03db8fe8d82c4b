import Hashing
import Hummingbird
import StrictJSON

/// One parameter of an address: its limits are documented and enforced from the same value.
struct APIParameter: Sendable, Equatable {
  enum Place: String, Sendable {
    case path, query
  }

  /// What it may be.
  enum Kind: Sendable, Equatable {
    /// A whole number; with a value that stands for its absence.
    case integer(ClosedRange<UInt64>, standard: UInt64?)
    /// So many bytes in hexadecimal digits.
    case bytes(ClosedRange<Int>)
    case word([String])
  }

  let name: String
  let place: Place
  let kind: Kind
  let about: String

  /// The value's schema (JSON Schema 2020-12, as OpenAPI 3.1 has it).
  var schema: JSON {
    switch kind {
    case .integer(let range, let standard):
      var schema: JSONObject = [
        "type": "integer", "minimum": JSON(range.lowerBound), "maximum": JSON(range.upperBound),
      ]
      if let standard { schema["default"] = JSON(standard) }
      return .object(schema)
    case .bytes(let range):
      return [
        "type": "string",
        "pattern": .string("^([0-9a-fA-F]{2}){\(range.lowerBound),\(range.upperBound)}$"),
      ]
    case .word(let words): return ["type": "string", "enum": .array(words.map { .string($0) })]
    }
  }

  var json: JSON {
    [
      "name": .string(name), "in": .string(place.rawValue), "required": .bool(place == .path),
      "description": .string(about), "schema": schema,
    ]
  }
}

extension APIParameter {
  private static let numbers: ClosedRange<UInt64> = 0...UInt64(Int64.max)

  static let limit = Self(
    name: "limit", place: .query, kind: .integer(1...1_000, standard: 100), about: "Most elements of the answer.")
  static let height = Self(
    name: "height", place: .path, kind: .integer(numbers, standard: nil), about: "A block's height; 0 is the genesis.")
  static let from = Self(
    name: "from", place: .query, kind: .integer(numbers, standard: nil),
    about: "The newest block of the answer; the last block when it is not there.")
  static let position = Self(
    name: "from", place: .query, kind: .integer(numbers, standard: 0),
    about: "The first transaction of the answer, counted from 0.")
  static let transaction = digest("id", "A transaction's id: SHA-256 of its bytes.")
  static let account = digest("id", "An account's id.")
  static let channel = digest("id", "A channel's id.")
  static let payer = Self(name: "payer", place: .query, kind: .bytes(32...32), about: "Only channels that it pays.")
  static let payee = Self(name: "payee", place: .query, kind: .bytes(32...32), about: "Only channels that pay it.")
  static let before = Self(
    name: "before", place: .query, kind: .integer(numbers, standard: nil),
    about: "Only what comes before this sequence number; the newest when it is not there.")
  static let sequence = Self(
    name: "after", place: .query, kind: .integer(numbers, standard: 0),
    about: "Only what comes after this sequence number.")
  static let wait = Self(
    name: "wait", place: .query, kind: .integer(0...30, standard: 0),
    about: "Seconds to wait when there is nothing yet.")
  static let key = Self(name: "key", place: .path, kind: .bytes(1...1_024), about: "A key of the state.")
  static let cursor = Self(
    name: "after", place: .query, kind: .bytes(1...1_024), about: "The key after which the listing goes on.")
  static let table = Self(
    name: "table", place: .path, kind: .word(LedgerTables.names), about: "A table of the state.")

  private static func digest(_ name: String, _ about: String) -> Self {
    Self(name: name, place: .path, kind: .bytes(32...32), about: about)
  }
}

/// The parameters of one request, read within their limits; what an operation does not know is refused.
struct ParameterReader {
  private let values: [String: String]

  /// - Throws: `unknownParameter`, `invalidParameter` for one that is there twice.
  init(_ request: Request, _ context: NodeContext, _ operation: LedgerOperation) throws(LedgerAPIError) {
    var values: [String: String] = [:]
    for parameter in operation.parameters where parameter.place == .path {
      values[parameter.name] = context.parameters.get(parameter.name)
    }
    let known = operation.parameters.filter { $0.place == .query }.map(\.name)
    for (name, value) in request.uri.queryParameters {
      let name = String(name)
      guard known.contains(name) else {
        let shown = String(name.prefix(32)).withoutControls
        throw LedgerAPIError(.unknownParameter, "There is no parameter `\(shown)` here.", parameter: shown)
      }
      guard values.updateValue(String(value), forKey: name) == nil else {
        throw LedgerAPIError(.invalidParameter, "`\(name)` is there twice.", parameter: name)
      }
    }
    self.values = values
  }

  /// A number, its standard value where it is not there.
  func integer(_ parameter: APIParameter) throws(LedgerAPIError) -> UInt64? {
    guard case .integer(let range, let standard) = parameter.kind else { return nil }
    guard let text = values[parameter.name] else { return standard }
    guard let value = UInt64(text), range.contains(value), text.utf8.first != UInt8(ascii: "+") else {
      throw LedgerAPIError(
        .invalidParameter, "`\(parameter.name)` must be a whole number of \(range.lowerBound) to \(range.upperBound).",
        parameter: parameter.name)
    }
    return value
  }

  func bytes(_ parameter: APIParameter) throws(LedgerAPIError) -> [UInt8]? {
    guard case .bytes(let range) = parameter.kind, let text = values[parameter.name] else { return nil }
    guard text.utf8.count <= 2 * range.upperBound, let bytes = [UInt8](hex: text), range.contains(bytes.count) else {
      let count = range.count == 1 ? "\(range.lowerBound)" : "\(range.lowerBound) to \(range.upperBound)"
      throw LedgerAPIError(
        .invalidParameter, "`\(parameter.name)` must be \(count) bytes in hexadecimal digits.",
        parameter: parameter.name)
    }
    return bytes
  }

  func word(_ parameter: APIParameter) -> String? { values[parameter.name] }

  /// 32 bytes that must be there.
  func digest(_ parameter: APIParameter) throws(LedgerAPIError) -> Digest {
    guard let bytes = try bytes(parameter), let digest = Digest(bytes) else {
      throw LedgerAPIError(.invalidParameter, "`\(parameter.name)` is missing.", parameter: parameter.name)
    }
    return digest
  }

  /// Most elements of the answer.
  var limit: Int {
    get throws(LedgerAPIError) { Int(try integer(.limit) ?? 100) }
  }
}
