import StrictJSON

/// What is to be embedded, and how the vectors are to be written.
package struct EmbeddingInput: Equatable, Sendable {
  /// One text, or the tokens of one.
  package enum Item: Equatable, Sendable {
    case text(String)
    case tokens([UInt32])
  }

  /// How a vector stands in the answer.
  package enum Encoding: String, Sendable, CaseIterable {
    /// Numbers.
    case float
    /// binary32 values, little-endian, in base64.
    case base64
  }

  /// 1…2,048 of them, none empty.
  package var items: [Item]
  /// How many of the leading values are wanted; `nil` for all.
  package var dimensions: Int?
  package var encoding: Encoding

  package init(items: [Item], dimensions: Int? = nil, encoding: Encoding = .float) {
    self.items = items
    self.dimensions = dimensions
    self.encoding = encoding
  }
}

/// Reads the input of requests whose answer is a value.
enum ValueInput {
  static func read(_ reader: MemberReader, _ endpoint: Endpoint) throws(RequestError) -> RequestInput {
    switch endpoint {
    case .images: .picture(try picture(reader))
    case .sequences: .sequence(try sequence(reader))
    default: .embedding(try embedding(reader))
    }
  }

  private static func embedding(_ reader: MemberReader) throws(RequestError) -> EmbeddingInput {
    guard let input = reader.value("input") else { throw .missing("input") }
    var encoding = EmbeddingInput.Encoding.float
    if let name = try reader.string("encoding_format") {
      guard let known = EmbeddingInput.Encoding.allCases.first(where: { $0.rawValue.isExactly(name) }) else {
        throw .invalid("encoding_format", "must be \"float\" or \"base64\"")
      }
      encoding = known
    }
    return EmbeddingInput(
      items: try items(input), dimensions: try reader.integer("dimensions", in: 1...RequestLimits.tokenCount),
      encoding: encoding)
  }

  /// A text, a list of texts, a list of token ids, or a list of such lists, as OpenAI has it.
  private static func items(_ input: JSON) throws(RequestError) -> [EmbeddingInput.Item] {
    guard let list = input.array else { return [try item(input, "input")] }
    if case .number? = list.first { return [try item(input, "input")] }
    guard (1...RequestLimits.inputCount).contains(list.count) else {
      throw .invalid("input", "must hold 1 to \(RequestLimits.inputCount) texts")
    }
    var items: [EmbeddingInput.Item] = []
    for (index, element) in list.enumerated() { items.append(try item(element, "input[\(index)]")) }
    return items
  }

  private static func item(_ value: JSON, _ place: String) throws(RequestError) -> EmbeddingInput.Item {
    if let text = value.string {
      guard !text.isEmpty else { throw .invalid(place, "must not be empty") }
      return .text(text)
    }
    guard let elements = value.array else { throw .wrongType(place, expected: "a string or an array of token ids") }
    return .tokens(try TokenList.read(elements, place))
  }

  /// Base64, bare or in a data URL of PNG or JPEG.
  private static func picture(_ reader: MemberReader) throws(RequestError) -> [UInt8] {
    guard let text = try reader.string("image") else { throw .missing("image") }
    var encoded = Array(text.utf8)[...]
    if encoded.starts(with: "data:".utf8) {
      let prefixes = ["data:image/png;base64,", "data:image/jpeg;base64,"]
      guard let prefix = prefixes.first(where: { encoded.starts(with: $0.utf8) }) else {
        throw .invalid("image", "must be a PNG or JPEG file in base64, or a data URL of one")
      }
      encoded = encoded.dropFirst(prefix.utf8.count)
    }
    guard !encoded.isEmpty, let bytes = Base64.decode(encoded) else {
      throw .invalid("image", "must be a PNG or JPEG file in base64, or a data URL of one")
    }
    return bytes
  }

  private static func sequence(_ reader: MemberReader) throws(RequestError) -> [UInt8] {
    guard let text = try reader.string("sequence") else { throw .missing("sequence") }
    guard (1...RequestLimits.letterCount).contains(text.utf8.count) else {
      throw .invalid("sequence", "must have 1 to \(RequestLimits.letterCount) letters")
    }
    return Array(text.utf8)
  }
}

/// Reads a list of token ids.
enum TokenList {
  /// - Parameter place: the list's name in messages.
  static func read(_ elements: [JSON], _ place: String) throws(RequestError) -> [UInt32] {
    guard (1...RequestLimits.tokenCount).contains(elements.count) else {
      throw .invalid(place, "must hold 1 to \(RequestLimits.tokenCount) token ids")
    }
    var ids: [UInt32] = []
    ids.reserveCapacity(elements.count)
    for (index, element) in elements.enumerated() {
      guard case .number(let number) = element else {
        throw .wrongType("\(place)[\(index)]", expected: "a token id, as all others")
      }
      guard let id = number.scaled(byPowerOfTen: 0), (0..<RequestLimits.vocabulary).contains(id) else {
        throw .invalid("\(place)[\(index)]", "must be a token id from 0 to \(RequestLimits.vocabulary - 1)")
      }
      ids.append(UInt32(id))
    }
    return ids
  }
}
