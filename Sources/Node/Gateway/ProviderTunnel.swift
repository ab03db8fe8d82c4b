import AsyncHTTPClient
import Dialects
import HTTPTypes
import Hashing
import Hummingbird
import NIOCore
import Receipts
import StrictJSON
import Synchronization

/// Carries a client's own conversation with a provider, byte for byte: the client draws blinds and seeds, verifies and
/// pays; the gateway knows the way and nothing else that the protocol does not show it.
///
/// Only the protocol's own addresses are carried.
struct ProviderTunnel: Sendable {
  let registry: GatewayRegistry
  private let slots = TunnelSlots(limit: 256)

  init(registry: GatewayRegistry) {
    self.registry = registry
  }

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
    guard let slot = slots.take() else {
      throw RequestError(.tooManyRequests, nil, "Too many conversations are carried; try again later.")
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
    return Self.answer(response, slot)
  }

  /// The answer as it comes; the slot is free when its body is.
  private static func answer(_ response: HTTPClientResponse, _ slot: TunnelSlots.Slot) -> Response {
    var headers = HTTPFields()
    if let type = response.headers.first(name: "content-type") { headers[.contentType] = type }
    return Response(
      status: HTTPTypes.HTTPResponse.Status(code: Int(response.status.code)), headers: headers,
      body: ResponseBody { output in
        defer { withExtendedLifetime(slot) {} }
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

/// How many conversations are carried at once.
private final class TunnelSlots: Sendable {
  private let limit: Int
  private let taken = Mutex(0)

  init(limit: Int) {
    self.limit = limit
  }

  /// A place among those that are carried; given back when it is forgotten.
  final class Slot: Sendable {
    private let owner: TunnelSlots

    fileprivate init(_ owner: TunnelSlots) {
      self.owner = owner
    }

    deinit {
      owner.taken.withLock { $0 -= 1 }
    }
  }

  /// - Returns: `nil` when all are taken.
  func take() -> Slot? {
    let isFree = taken.withLock { taken in
      guard taken < limit else { return false }
      taken += 1
      return true
    }
    return isFree ? Slot(self) : nil
  }
}
