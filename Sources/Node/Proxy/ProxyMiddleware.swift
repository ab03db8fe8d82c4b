import Dialects
import Hummingbird
import StrictJSON

/// Gives errors below `/api` the shape that Ollama's clients know.
struct OllamaErrorRendering: RouterMiddleware {
  func handle(
    _ request: Request, context: NodeContext, next: (Request, NodeContext) async throws -> Response
  ) async throws -> Response {
    guard request.uri.path.utf8.starts(with: "/api/".utf8) else { return try await next(request, context) }
    do { return try await next(request, context) } catch let error where !(error is CancellationError) {
      let shown = ErrorRendering<NodeContext>.requestError(error, path: request.uri.path)
      if shown.status >= 500 { context.logger.error("\(request.method) \(request.uri.path): \(error)") }
      return Response(OllamaAnswer.error(shown.message), status: .init(code: shown.status))
    }
  }
}

/// Refuses what a web page from elsewhere sends through a browser of this machine: the proxy asks for no password, and
/// answers cost money.
struct LocalClients: RouterMiddleware {
  private static let hosts = ["127.0.0.1", "localhost", "[::1]"]

  func handle(
    _ request: Request, context: NodeContext, next: (Request, NodeContext) async throws -> Response
  ) async throws -> Response {
    let origin = request.headers[.origin].flatMap { Self.host(ofOrigin: $0) }
    // A page may have its own name point here, so the name that the request was sent to counts too.
    for host in [origin, request.head.authority.map { Self.withoutPort($0) }] {
      guard let host, !host.isEmpty, !Self.hosts.contains(host) else { continue }
      throw RequestError(
        status: 403, kind: .invalidRequest, code: .invalidValue, message: "The proxy is for programs of this machine.")
    }
    return try await next(request, context)
  }

  /// The host of a web page; `nil` for what is no web page, as the origins of installed applications.
  private static func host(ofOrigin origin: String) -> String? {
    // Pages that a browser keeps apart from all others say so; whose they are nobody knows.
    if origin == "null" { return origin }
    for scheme in ["http://", "https://"] where origin.hasPrefix(scheme) {
      return withoutPort(String(origin.dropFirst(scheme.count)))
    }
    return nil
  }

  private static func withoutPort(_ authority: String) -> String {
    guard let colon = authority.lastIndex(of: ":"), authority[colon...].dropFirst().allSatisfy(\.isNumber) else {
      return authority
    }
    return String(authority[..<colon])
  }
}
