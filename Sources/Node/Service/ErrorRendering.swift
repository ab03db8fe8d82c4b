import Dialects
import HTTPTypes
import Hummingbird
import NIOCore
import Receipts
import StrictJSON

/// Gives every response an `x-request-id`, and every error, thrown or unrouted, the shape that OpenAI's clients know.
package struct ErrorRendering<Context: RequestContext>: RouterMiddleware {
  package init() {}

  package func handle(
    _ request: Request, context: Context, next: (Request, Context) async throws -> Response
  ) async throws -> Response {
    let id = RequestID.random()
    var response: Response
    do {
      response = try await next(request, context)
    } catch {
      let shown = Self.requestError(error, path: request.uri.path)
      if shown.status >= 500 { context.logger.error("\(request.method) \(request.uri.path): \(error)") }
      response = Response(shown)
    }
    if response.headers[.requestID] == nil { response.headers[.requestID] = id.description }
    return response
  }

  static func requestError(_ error: any Error, path: String) -> RequestError {
    switch error {
    case let error as RequestError: error
    case let error as any RequestErrorConvertible: error.requestError
    case let error as HTTPError: requestError(error, path: path)
    default: RequestError(.internalError, nil, "The node failed; its log says why.")
    }
  }

  private static func requestError(_ error: HTTPError, path: String) -> RequestError {
    switch error.status {
    case .notFound: RequestError(.routeNotFound, nil, "There is nothing at \(path).")
    case .methodNotAllowed: RequestError(.methodNotAllowed, nil, "\(path) does not take this method.")
    case .contentTooLarge:
      RequestError(.bodyTooLarge, nil, "The body is longer than \(RequestLimits.byteCount) bytes. Send less.")
    default:
      RequestError(
        status: error.status.code, kind: error.status.code < 500 ? .invalidRequest : .server,
        code: error.status.code < 500 ? .invalidValue : .internalError, message: error.body ?? "The request failed.")
    }
  }
}

/// An error that knows what a client over HTTP is told.
protocol RequestErrorConvertible: Error {
  var requestError: RequestError { get }
}

extension HTTPField.Name {
  package static let requestID = HTTPField.Name("x-request-id") ?? .ifMatch
  /// Carries id, blind and seed of a job from requester to provider.
  package static let razaoJob = HTTPField.Name("razao-job") ?? .ifMatch
  /// Carries an accept request in base64url where the body is the request that it is about.
  package static let razaoAccept = HTTPField.Name("razao-accept") ?? .ifMatch
}

extension Response {
  /// JSON with a status.
  package init(_ json: JSON, status: HTTPResponse.Status = .ok) {
    self.init(
      status: status, headers: [.contentType: "application/json"],
      body: ResponseBody(byteBuffer: ByteBuffer(bytes: json.encoded())))
  }

  /// An error in OpenAI's shape.
  package init(_ error: RequestError) {
    self.init(error.json, status: HTTPResponse.Status(code: error.status))
    if error.status == 429 { headers[.retryAfter] = "1" }
  }

  /// Bytes of a kind.
  package init(bytes: [UInt8], type: String) {
    self.init(
      status: .ok, headers: [.contentType: type], body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
  }
}
