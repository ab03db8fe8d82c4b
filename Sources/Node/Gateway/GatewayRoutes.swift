import Dialects
import Hashing
import Hummingbird
import Logging
import NIOCore
import Receipts
import StrictJSON

/// The gateway's addresses: OpenAI's dialect for clients, `/razao/v1` for providers, auditors and people.
struct GatewayRoutes: Sendable {
  let registry: GatewayRegistry
  let relay: AnswerRelay
  let store: ReceiptStore
  let reports: ReportDesk
  let logger: Logger

  func router() -> Router<NodeContext> {
    let router = Router(context: NodeContext.self)
    router.add(middleware: ErrorRendering())
    router.get("/healthz") { _, _ in Response(["status": "ok"]) }
    router.get("/v1/models") { _, _ in Response(await models()) }
    router.get("/v1/receipts/:id") { request, context in try receipt(request, context) }
    for endpoint in Endpoint.allCases {
      router.post(RouterPath(endpoint.path)) { request, context in
        try await answer(request, context, form: endpoint.form)
      }
    }
    router.get("/razao/v1/status") { _, _ in Response(try await status()) }
    router.get("/razao/v1/receipts") { request, _ in try list(request) }
    router.post("/razao/v1/providers") { request, _ in try await register(request) }
    let tunnel = ProviderTunnel(registry: registry)
    router.get("/razao/v1/providers") { _, _ in Response(await tunnel.providers()) }
    router.get("/razao/v1/relay/:id/**") { request, context in try await tunnel.pass(request, context) }
    router.post("/razao/v1/relay/:id/**") { request, context in try await tunnel.pass(request, context) }
    router.post("/razao/v1/reports") { request, _ in try await takeReport(request) }
    return router
  }

  private func answer(_ request: Request, _ context: NodeContext, form: RequestForm) async throws -> Response {
    var request = request
    let body = try await request.collectBytes()
    let running = RunningRelay { pass in try await relay.relay(form: form, body: body, pass: pass) }
    let first = try await context.whilePeerStays { try await running.next() }
    switch first {
    case .whole(let body): return Response(bytes: body, type: "application/json")
    case .event(let event): return stream(running, first: event, context)
    case nil: throw RequestError(.providerFailed, nil, "The provider's answer was empty.")
    }
  }

  private func stream(_ running: RunningRelay, first: StreamEvent, _ context: NodeContext) -> Response {
    let body = ResponseBody { output in
      do {
        try await context.whilePeerStays { try await Self.write(running, first: first, to: &output) }
      } catch let error as BrokenAnswer {
        logger.warning("\(error)")
        try await output.write(.event(Self.errorEvent(error)))
      }
      try await output.finish(nil)
    }
    return Response(
      status: .ok, headers: [.contentType: "text/event-stream", .cacheControl: "no-store"], body: body)
  }

  private static func write(
    _ running: RunningRelay, first: StreamEvent, to output: inout any ResponseBodyWriter
  ) async throws {
    var event = first
    while true {
      try await output.write(ByteBuffer(bytes: Array("data: ".utf8) + event.data + Array("\n\n".utf8)))
      guard case .event(let next)? = try await running.next() else { break }
      event = next
    }
    try await output.write(ByteBuffer(bytes: StreamEvent.doneFrame))
  }

  /// The error event of an answer that broke off, with what is left of a receipt.
  private static func errorEvent(_ broken: BrokenAnswer) -> JSON {
    var event =
      RequestError(.providerFailed, nil, "The answer broke off: \(broken.reason).").json.object ?? JSONObject()
    if let checkpoint = broken.checkpoint {
      event["razao"] = [
        "request_id": .string(broken.accept.body.requestID.description), "level": "partial",
        "accept": .string(broken.accept.encoded().base64), "checkpoint": .string(checkpoint.encoded().base64),
      ]
    }
    return .object(event)
  }

  private func models() async -> JSON {
    ModelEntry.list(
      await registry.models.map { name, program in
        ModelEntry(
          id: name, created: 0, owner: "razao",
          razao: [
            "root": .string(program.root.hex), "kind": .string(program.kind.rawValue), "context": JSON(program.context),
            "endpoints": .array(program.kind.endpoints.map { .string($0.path) }),
          ])
      })
  }

  private func receipt(_ request: Request, _ context: NodeContext) throws -> Response {
    guard let id = context.parameters.get("id").flatMap({ Receipts.RequestID(hex: $0) }),
      let bytes = try store.bundle(id)
    else { throw RequestError(.receiptNotFound, nil, "No receipt of this id is stored here.") }
    return try BundleMedia.response(bytes, for: request)
  }

  /// Bundles after a sequence number, for auditors: at most 100.
  private func list(_ request: Request) throws -> Response {
    let after = request.uri.queryParameters["after"].flatMap { Int64($0) } ?? 0
    let bundles = try store.bundles(after: after, limit: 100)
    return Response(["receipts": .array(bundles.map(\.json)), "next": JSON(bundles.last?.sequence ?? after)])
  }

  private func status() async throws -> JSON {
    [
      "providers": .array(await registry.providers.map(\.json)),
      "reports": .array(reports.all().map(\.json)),
      "store": [
        "bundles": JSON((try? store.bundleCount()) ?? 0),
        "failure": relay.shelf.failure.map { .string($0) } ?? .null,
      ],
    ]
  }

  private func register(_ request: Request) async throws -> Response {
    var request = request
    let json = try Self.json(try await request.collectBytes(limit: 1 << 20))
    guard let endpoint = json["endpoint"]?.string, Self.isEndpoint(endpoint), let identity = json["identity"]
    else { throw RequestError(.invalidValue, "endpoint", "A registration needs `identity` and an https `endpoint`.") }
    do {
      try await registry.register(try IdentityDocument(json: identity), endpoint: endpoint)
    } catch {
      throw RequestError(.invalidValue, "identity", "The provider cannot be registered: \(error).")
    }
    return Response(["status": "registered"])
  }

  /// Whether a provider's address is one: logs and terminals show it, so nothing but printable ASCII is in it.
  private static func isEndpoint(_ text: String) -> Bool {
    text.utf8.starts(with: "https://".utf8) && text.utf8.count <= 512 && text.utf8.allSatisfy { (0x21...0x7E) ~= $0 }
  }

  private func takeReport(_ request: Request) async throws -> Response {
    var request = request
    let json = try Self.json(try await request.collectBytes(limit: 128 << 20))
    let document: ReportDocument
    do { document = try ReportDocument(json: json) } catch {
      throw RequestError(.invalidValue, "report", "The report is malformed: \(error).")
    }
    do { try await reports.take(document) } catch let error as ReportRefusal {
      throw RequestError(.invalidValue, "report", "The report is not believed: \(error).")
    }
    return Response(["status": "taken"])
  }

  private static func json(_ bytes: [UInt8]) throws(RequestError) -> JSON {
    do { return try JSON.parse(bytes, limits: JSONLimits(depth: 16)) } catch {
      throw RequestError(.invalidJSON, nil, "The body is not valid JSON: \(error).")
    }
  }
}

extension RoutingTable.Provider {
  fileprivate var json: JSON {
    [
      "id": .string(id.hex), "endpoint": .string(endpoint), "up": .bool(isUp),
      "excluded": exclusion.map { .string($0) } ?? .null, "running": JSON(runningCount), "served": JSON(servedCount),
      "programs": .array(document.programs.map(\.json)),
    ]
  }
}

extension StoredBundle {
  /// An entry of the auditors' list.
  package var json: JSON {
    [
      "sequence": JSON(sequence), "request_id": .string(requestID.description), "provider": .string(provider.hex),
      "program": .string(program.hex), "stored_at_ms": JSON(storedAt), "partial": .bool(isPartial),
    ]
  }
}
