import Program

/// Why a sequence cannot go on, or a program cannot be run.
package enum RuntimeError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The tokens do not fit into the program's context.
  case contextOverflow(positions: Int, limit: Int)
  /// The cache of so many positions would take more memory than a sequence may.
  case cacheTooLarge(bytes: Int, limit: Int)
  /// A token is beyond the vocabulary.
  case unknownToken(UInt32, vocabularyCount: Int)
  /// There is nothing to predict from.
  case emptyPrompt
  /// A sampler parameter is out of its range.
  case illegalSampling

  package var description: String {
    switch self {
    case .contextOverflow(let positions, let limit): "\(positions) positions do not fit into a context of \(limit)"
    case .cacheTooLarge(let bytes, let limit): "the cache would take \(bytes) bytes, \(limit) are allowed"
    case .unknownToken(let token, let count): "token \(token) is beyond the vocabulary of \(count)"
    case .emptyPrompt: "the prompt is empty"
    case .illegalSampling: "a sampling parameter is out of range"
    }
  }
}
