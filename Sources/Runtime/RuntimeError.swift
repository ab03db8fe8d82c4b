import Program

/// Why a sequence cannot go on, or a program cannot be run.
package enum RuntimeError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The program is of a kind that this engine does not run.
  case program(ProgramError)
  /// The tokens do not fit into the program's context.
  case contextOverflow(positions: Int, limit: Int)
  /// The cache of so many positions would take more memory than a sequence may.
  case cacheTooLarge(bytes: Int, limit: Int)
  /// There is no room for the request beside those that run, and it is not to wait.
  case overloaded(bytes: Int, free: Int, limit: Int)
  /// As many requests wait as may.
  case queueFull(limit: Int)
  /// A token is beyond the vocabulary.
  case unknownToken(UInt32, vocabularyCount: Int)
  /// There is nothing to predict from.
  case emptyPrompt
  /// An answer of no tokens was asked for.
  case emptyAnswer
  /// A sampler parameter is out of its range.
  case illegalSampling
  /// A cached prefix of no positions, or one that leaves nothing of the prompt.
  case illegalPrefix(positions: Int, prompt: Int)
  /// Tokens were to be predicted by an encoder.
  case notADecoder
  /// A vector was asked of a decoder.
  case notAnEncoder
  /// A vector of no values, or of more than the program has.
  case illegalDimensions(Int, limit: Int)

  package var description: String {
    switch self {
    case .program(let error): error.description
    case .contextOverflow(let positions, let limit): "\(positions) positions do not fit into a context of \(limit)"
    case .cacheTooLarge(let bytes, let limit): "the cache would take \(bytes) bytes, \(limit) are allowed"
    case .overloaded(let bytes, let free, let limit):
      "the cache could come to take \(bytes) bytes, \(free) of \(limit) are free"
    case .queueFull(let limit): "\(limit) requests are waiting already"
    case .unknownToken(let token, let count): "token \(token) is beyond the vocabulary of \(count)"
    case .emptyPrompt: "the prompt is empty"
    case .emptyAnswer: "an answer of no tokens was asked for"
    case .illegalSampling: "a sampling parameter is out of range"
    case .illegalPrefix(let positions, let prompt):
      "a prompt of \(prompt) tokens cannot begin with a cached prefix of \(positions)"
    case .notADecoder: "the program is an encoder: it predicts no tokens"
    case .notAnEncoder: "the program is a decoder: it gives no vectors"
    case .illegalDimensions(let count, let limit): "a vector of \(count) values was asked for, 1 to \(limit) are there"
    }
  }
}
