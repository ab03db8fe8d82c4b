import StrictJSON

/// Why an answer of a CometBFT node is not understood, and at which member.
package struct CometAnswerError: Error, Equatable, Sendable, CustomStringConvertible {
  /// What was wrong.
  package enum Reason: Equatable, Sendable {
    /// The bytes are no JSON.
    case notJSON(JSONError)
    /// The member is not there, or is null.
    case missing
    /// The member is of another kind, or says what cannot be.
    case invalid(expected: String)
    /// More elements or bytes than are read.
    case tooMany(count: Int, limit: Int)
    /// The node answered with an error of its own.
    case remote(code: Int, message: String, data: String)
  }

  package let reason: Reason
  /// The member's path in the answer, such as `result.signed_header.header.time`.
  package let path: String

  package init(_ reason: Reason, at path: String) {
    self.reason = reason
    self.path = path
  }

  package var description: String {
    switch reason {
    case .notJSON(let error): "the answer is no JSON: \(error)"
    case .missing: "\(path) is missing"
    case .invalid(let expected): "\(path) is not \(expected)"
    case .tooMany(let count, let limit): "\(path) has \(count) elements, more than \(limit)"
    case .remote(let code, let message, let data): "the node answers with error \(code): \(message) \(data)"
    }
  }
}
