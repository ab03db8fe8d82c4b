import StrictJSON

/// A refusal in the shape OpenAI's clients know: HTTP status, type, parameter, code and one line that says
/// what is wrong, where, and what to do.
package struct RequestError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The `type` member: who has to act.
  package enum Kind: String, Sendable {
    case invalidRequest = "invalid_request_error"
    case notFound = "not_found_error"
    case rateLimit = "rate_limit_error"
    case server = "server_error"
  }

  /// The `code` member: what a program may react to.
  package enum Code: String, Sendable, CaseIterable {
    case invalidJSON = "invalid_json"
    case invalidType = "invalid_type"
    case invalidValue = "invalid_value"
    case missingParameter = "missing_required_parameter"
    case unknownParameter = "unknown_parameter"
    case unsupportedParameter = "unsupported_parameter"
    case unsupportedValue = "unsupported_value"
    case contextLength = "context_length_exceeded"
    case bodyTooLarge = "body_too_large"
    case modelNotFound = "model_not_found"
    case routeNotFound = "route_not_found"
    case methodNotAllowed = "method_not_allowed"
    case receiptNotFound = "receipt_not_found"
    case jobMismatch = "job_mismatch"
    case tooManyRequests = "too_many_requests"
    case paymentRequired = "payment_required"
    case ledgerUnreachable = "ledger_unreachable"
    case noProvider = "no_provider"
    case providerFailed = "provider_failed"
    case internalError = "internal_error"
  }

  package let status: Int
  package let kind: Kind
  /// Where in the body: `temperature`, `messages[2].content`, `razao.date`; `nil` when no member is to blame.
  package let parameter: String?
  package let code: Code
  package let message: String

  package init(status: Int, kind: Kind, parameter: String? = nil, code: Code, message: String) {
    self.status = status
    self.kind = kind
    self.parameter = parameter
    self.code = code
    self.message = message
  }

  package var description: String { message }

  /// `{"error":{"message","type","param","code"}}`.
  package var json: JSON {
    [
      "error": [
        "message": .string(message), "type": .string(kind.rawValue),
        "param": parameter.map { .string($0) } ?? .null, "code": .string(code.rawValue),
      ]
    ]
  }

  /// The status that a code goes with wherever we make the error ourselves.
  private static func placed(_ code: Code) -> (status: Int, kind: Kind) {
    switch code {
    case .modelNotFound, .routeNotFound, .receiptNotFound: (404, .notFound)
    case .methodNotAllowed: (405, .invalidRequest)
    case .bodyTooLarge: (413, .invalidRequest)
    case .tooManyRequests: (429, .rateLimit)
    case .internalError: (500, .server)
    case .providerFailed: (502, .server)
    case .noProvider, .ledgerUnreachable: (503, .server)
    case .paymentRequired: (402, .invalidRequest)
    default: (400, .invalidRequest)
    }
  }

  /// An error whose status and type follow from its code.
  package init(_ code: Code, _ parameter: String? = nil, _ message: String) {
    let place = Self.placed(code)
    self.init(status: place.status, kind: place.kind, parameter: parameter, code: code, message: message)
  }

  static func wrongType(_ parameter: String, expected: String) -> RequestError {
    RequestError(.invalidType, parameter, "`\(parameter)` must be \(expected).")
  }

  static func invalid(_ parameter: String, _ requirement: String) -> RequestError {
    RequestError(.invalidValue, parameter, "`\(parameter)` \(requirement).")
  }

  static func missing(_ parameter: String) -> RequestError {
    RequestError(.missingParameter, parameter, "`\(parameter)` is required; add it to the request.")
  }

  static func unsupported(_ parameter: String, accepted: String) -> RequestError {
    RequestError(
      .unsupportedParameter, parameter,
      "`\(parameter)` would change the answer and is not supported here; \(accepted).")
  }

  /// Repeats at most 64 bytes of a foreign name, control characters left out, so that the line stays one line.
  static func quoted(_ name: String) -> String {
    let scalars = name.unicodeScalars.prefix(65).filter { $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) }
    var text = String.UnicodeScalarView()
    text.append(contentsOf: scalars.prefix(64))
    return scalars.count > 64 ? String(text) + "…" : String(text)
  }
}

extension String {
  /// Equality byte for byte; `==` would also accept canonically equivalent text.
  func isExactly(_ other: String) -> Bool { utf8.elementsEqual(other.utf8) }
}
