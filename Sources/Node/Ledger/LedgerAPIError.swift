import Dialects
import HTTPTypes
import Hummingbird
import Ledger
import NIOCore
import StrictJSON

/// An error of the ledger's HTTP interface, always in one shape:
/// `{"error":{"code","message","parameter","refusal"}}`.
package struct LedgerAPIError: Error, Equatable, Sendable, CustomStringConvertible {
  /// What a program may react to.
  package enum Code: String, Sendable, CaseIterable {
    case invalidParameter = "invalid_parameter"
    case unknownParameter = "unknown_parameter"
    case notFound = "not_found"
    case methodNotAllowed = "method_not_allowed"
    case bodyTooLarge = "body_too_large"
    case refused = "refused"
    case busy = "busy"
    case unavailable = "unavailable"
    case internalError = "internal_error"

    var status: Int {
      switch self {
      case .invalidParameter, .unknownParameter: 400
      case .notFound: 404
      case .methodNotAllowed: 405
      case .bodyTooLarge: 413
      case .refused: 422
      case .busy: 429
      case .internalError: 500
      case .unavailable: 503
      }
    }
  }

  package let code: Code
  package let message: String
  /// The parameter that is wrong.
  package let parameter: String?
  /// The refusal's stable number, where the ledger refused a transaction.
  package let refusal: UInt32?

  package init(_ code: Code, _ message: String, parameter: String? = nil, refusal: UInt32? = nil) {
    self.code = code
    self.message = message
    self.parameter = parameter
    self.refusal = refusal
  }

  package var description: String { message }

  var json: JSON {
    [
      "error": [
        "code": .string(code.rawValue), "message": .string(message),
        "parameter": parameter.map { .string($0) } ?? .null, "refusal": refusal.map { JSON($0) } ?? .null,
      ]
    ]
  }

  /// Reads an error from an answer's body.
  /// - Returns: `nil` for anything else.
  init?(json: JSON) {
    guard let error = json["error"], let code = error["code"]?.string.flatMap({ Code(rawValue: $0) }),
      let message = error["message"]?.string
    else { return nil }
    let refusal = error["refusal"]?.integer.flatMap { UInt32(exactly: $0) }
    self.init(code, message, parameter: error["parameter"]?.string, refusal: refusal)
  }

  init(_ error: LedgerClientError) {
    switch error {
    case .refused(let code, let detail):
      let isFull = code == RefusalCode.fullMempool.number
      self.init(isFull ? .busy : .refused, detail.isEmpty ? "refused with code \(code)" : detail, refusal: code)
    case .unreachable, .timeout: self.init(.unavailable, "\(error)")
    case .unverified: self.init(.internalError, "The ledger failed; its log says why.")
    }
  }
}

/// Gives every answer an `x-request-id`, and every error the interface's one shape.
struct LedgerErrorRendering: RouterMiddleware {
  typealias Context = NodeContext

  func handle(
    _ request: Request, context: NodeContext, next: (Request, NodeContext) async throws -> Response
  ) async throws -> Response {
    var response: Response
    do {
      response = try await next(request, context)
    } catch {
      let shown = Self.shown(error, path: request.uri.path)
      if shown.code == .internalError { context.logger.error("\(request.method) \(request.uri.path): \(error)") }
      response = Response(shown.json, status: HTTPResponse.Status(code: shown.code.status))
      if shown.code == .busy { response.headers[.retryAfter] = "1" }
    }
    response.headers[.requestID] = context.id
    return response
  }

  private static func shown(_ error: any Error, path: String) -> LedgerAPIError {
    switch error {
    case let error as LedgerAPIError: return error
    case let error as LedgerClientError: return LedgerAPIError(error)
    case let error as RequestError where error.code == .bodyTooLarge:
      return LedgerAPIError(.bodyTooLarge, error.message)
    case let error as HTTPError:
      switch error.status {
      case .notFound: return LedgerAPIError(.notFound, "There is nothing at \(path).")
      case .methodNotAllowed: return LedgerAPIError(.methodNotAllowed, "\(path) does not take this method.")
      case .contentTooLarge: return LedgerAPIError(.bodyTooLarge, "The body is too long.")
      default: return LedgerAPIError(.invalidParameter, error.body ?? "The request cannot be read.")
      }
    default: return LedgerAPIError(.internalError, "The ledger failed; its log says why.")
    }
  }
}
