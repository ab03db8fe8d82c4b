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
    return .tokens(try TokenList.read(elements, "prompt"))
  }
}
