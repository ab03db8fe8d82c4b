import AsyncHTTPClient
import Dialects
import HTTPTypes
import Hashing
import Hummingbird
import NIOCore
import Receipts
import StrictJSON

/// Carries a client's own conversation with a provider, byte for byte: the client draws blinds and seeds, verifies and
/// pays; the gateway knows the way and nothing else that the protocol does not show it.
///
/// Only the protocol's own addresses are carried.
struct ProviderTunnel: Sendable {
  let registry: GatewayRegistry

  /// The providers that clients can choose from, with what each says of itself; clients verify it.
  func providers() async -> JSON {
    let entries = await registry.providers.map { provider -> JSON in
      [
        "id": .string(provider.id.hex), "identity": provider.document.json, "endpoint": .string(provider.endpoint),
        "up": .bool(provider.isUp), "excluded": provider.exclusion.map { .string($0) } ?? .null,
        "running": JSON(provider.runningCount),
      ]
    }
    return ["network": .string(registry.network.hex), "providers": .array(entries)]
  }

  /// Passes one request on and its answer back.
  func pass(_ request: Request, _ context: NodeContext) async throws -> Response {
    guard let id = context.parameters.get("id").flatMap({ Digest(hex: $0) }),
      let (endpoint, http) = await registry.connection(to: id)
    else { throw RequestError(.noProvider, nil, "No provider of this id is registered here, or it is excluded.") }
    let path = "/" + context.parameters.getCatchAll().joined(separator: "/")
    guard Self.isCarried(request.method, path) else {
      throw RequestError(.routeNotFound, nil, "The gateway carries the protocol's own addresses only.")
    }
    var request = request
    let body = request.method == .get ? [] : try await request.collectBytes()
    var headers: [(String, String)] = []
    if let job = request.headers[.razaoJob] { headers.append(("razao-job", job)) }
    if let asked = request.headers[.razaoAccept] { headers.append(("razao-accept", asked)) }
    if let accept = request.headers[.accept] { headers.append(("accept", accept)) }
    let response = try await http.open(
      request.method, endpoint + path, headers: headers, body: body, type: request.headers[.contentType],
      timeout: .seconds(3_600))
    return Self.answer(response)
  }

  private static func answer(_ response: HTTPClientResponse) -> Response {
    var headers = HTTPFields()
    if let type = response.headers.first(name: "content-type") { headers[.contentType] = type }
    return Response(
      status: HTTPTypes.HTTPResponse.Status(code: Int(response.status.code)), headers: headers,
      body: ResponseBody { output in
        for try await chunk in response.body { try await output.write(chunk) }
        try await output.finish(nil)
      })
  }

  private static func isCarried(_ method: HTTPRequest.Method, _ path: String) -> Bool {
    let gets = ["/razao/v1/identity", "/v1/receipts/", "/razao/v1/inclusions/", "/razao/v1/programs/"]
    switch method {
    case .get: return gets.contains { path.hasPrefix($0) }
    case .post:
      return ["/razao/v1/accept", "/razao/v1/vouchers"].contains(path)
        || Endpoint.allCases.contains { $0.path == path }
    default: return false
    }
  }
}
