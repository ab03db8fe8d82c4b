import StrictJSON

/// Why a model's tokenizer file cannot be used.
package enum TokenizerFileError: Error, Equatable, Sendable {
  /// The file is not JSON.
  case json(JSONError)
  /// The file ends inside something, or says something impossible there.
  case malformed(String, offset: Int)
  /// A member of a JSON file is missing or of the wrong type.
  case invalidMember(String)
  /// The file is sound, but asks for something this implementation does not do.
  case unsupported(String)
  /// A pre-tokeniser's regular expression, or name, that has no scanner here.
  case unknownPreTokenizer(String)
  /// A piece's score is not a number.
  case invalidScore(id: Int)
  /// A merge names something that is no piece.
  case invalidMerge(index: Int)
  /// More than the limit.
  case overLimit(String, limit: Int, actual: Int)
  /// The parts do not make a tokenizer.
  case definition(TokenizerDefinitionError)
}

extension TokenizerFileError: CustomStringConvertible {
  /// What is wrong, in words.
  package var description: String {
    switch self {
    case .json(let error): "no JSON: \(error)"
    case .malformed(let what, let offset): "\(what) at \(offset) is malformed"
    case .invalidMember(let member): "`\(member)` is missing or malformed"
    case .unsupported(let what): "\(what) is not supported"
    case .unknownPreTokenizer(let text): "the pre-tokeniser `\(text)` is not known"
    case .invalidScore(let id): "the score of token \(id) is no number"
    case .invalidMerge(let index): "merge \(index) names something that is no piece"
    case .overLimit(let what, let limit, let actual): "\(what): \(actual) where \(limit) is the limit"
    case .definition(let error): "\(error)"
    }
  }
}

extension Tokenizer {
  /// Builds a tokenizer from what a reader gathered.
  init(reading definition: TokenizerDefinition) throws(TokenizerFileError) {
    do {
      try self.init(definition)
    } catch {
      throw .definition(error)
    }
  }
}
