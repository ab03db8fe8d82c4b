import StrictJSON

/// Reads `prompt`: text, token ids, or a list of exactly one of either.
enum CompletionInput {
  static func read(_ reader: MemberReader) throws(RequestError) -> RequestInput {
    guard let prompt = reader.value("prompt") else { throw .missing("prompt") }
    if let elements = prompt.array, let first = elements.first, first.string != nil || first.array != nil {
      guard elements.count == 1 else {
        throw RequestError(
          .unsupportedValue, "prompt", "`prompt` holds \(elements.count) prompts; send one request for each.")
      }
      return try single(first)
    }
    return try single(prompt)
  }

  private static func single(_ prompt: JSON) throws(RequestError) -> RequestInput {
    if let text = prompt.string {
      guard !text.isEmpty else { throw .invalid("prompt", "must not be empty") }
      return .text(text)
    }
    guard let elements = prompt.array else {
      throw .wrongType("prompt", expected: "a string or an array of token ids")
    }
    guard (1...RequestLimits.tokenCount).contains(elements.count) else {
      throw .invalid("prompt", "must hold 1 to \(RequestLimits.tokenCount) token ids")
    }
    var ids: [UInt32] = []
    ids.reserveCapacity(elements.count)
    for (index, element) in elements.enumerated() {
      guard case .number(let number) = element else {
        throw .wrongType("prompt[\(index)]", expected: "a token id, as all others")
      }
      guard let id = number.scaled(byPowerOfTen: 0), (0..<RequestLimits.vocabulary).contains(id) else {
        throw .invalid("prompt[\(index)]", "must be a token id from 0 to \(RequestLimits.vocabulary - 1)")
      }
      ids.append(UInt32(id))
    }
    return .tokens(ids)
  }
}
