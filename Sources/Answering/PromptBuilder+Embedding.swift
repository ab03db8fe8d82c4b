import Dialects
import Tokenizers

extension PromptBuilder {
  /// The token ids of each text that is to be embedded, in order: with the tokenizer's own additions, special tokens not
  /// recognised in a text; ids are taken as they are (SPEC.md, section 11).
  /// - Throws: `RequestError`: no tokenizer, a text that cannot be tokenised, an id outside the vocabulary, a text that is
  ///   longer than the program's context.
  package func inputs(for input: EmbeddingInput) throws(RequestError) -> [[UInt32]] {
    var inputs: [[UInt32]] = []
    for (index, item) in input.items.enumerated() {
      let place = input.items.count == 1 ? "input" : "input[\(index)]"
      let tokens = try tokens(of: item, place)
      try checkInput(tokens, place)
      inputs.append(tokens)
    }
    return inputs
  }

  private func tokens(of item: EmbeddingInput.Item, _ place: String) throws(RequestError) -> [UInt32] {
    switch item {
    case .tokens(let ids): return ids
    case .text(let text): return try encode(Array(text.utf8), addSpecial: true, parseSpecial: false, place)
    }
  }

  private func checkInput(_ tokens: [UInt32], _ place: String) throws(RequestError) {
    if let id = tokens.first(where: { $0 >= vocabularyCount }) {
      throw RequestError(.invalidValue, place, "Token \(id) is outside the vocabulary of \(vocabularyCount).")
    }
    guard !tokens.isEmpty else { throw RequestError(.invalidValue, place, "`\(place)` gives no token.") }
    guard tokens.count <= contextLength else {
      throw RequestError(
        .contextLength, place, "`\(place)` has \(tokens.count) tokens; the program takes \(contextLength). Shorten it.")
    }
  }
}
