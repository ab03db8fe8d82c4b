import Dialects
import Hashing
import Hummingbird
import NIOCore
import Receipts
import StrictJSON

/// The proxy's addresses: OpenAI's dialect and Ollama's, both answered with verified answers only.
struct ProxyRoutes: Sendable {
  let desk: ProxyDesk
  let models: @Sendable () async throws -> [ProxyModel]
  let store: ReceiptStore
  let clock: WallClock
  /// The time between two signs of life in a stream that has nothing to say yet.
  let interval: Duration

  func router() -> Router<NodeContext> {
    let router = Router(context: NodeContext.self, options: .autoGenerateHeadEndpoints)
    router.add(middleware: ErrorRendering())
    router.add(middleware: OllamaErrorRendering())
    router.add(middleware: LocalClients())
    router.get("/") { _, _ in Response(bytes: Array(greeting.utf8), type: "text/plain; charset=utf-8") }
    router.get("/healthz") { _, _ in Response(["status": "ok"]) }
    router.get("/v1/models") { _, _ in Response(ModelEntry.list(try await listed().map(\.entry))) }
    router.get("/v1/receipts/:id") { request, context in try receipt(request, context) }
    for endpoint in Endpoint.allCases {
      router.post(RouterPath(endpoint.path)) { request, context in try await answer(request, context, endpoint) }
    }
    router.get("/api/version") { _, _ in Response(["version": "0.1.0"]) }
    router.get("/api/tags") { _, _ in Response(OllamaModels.list(try await listed().map(\.ollamaEntry))) }
    router.post("/api/show") { request, _ in try await show(request) }
    for form in OllamaRequest.Form.allCases {
      router.post(RouterPath(form.rawValue)) { request, context in try await answer(request, context, form) }
    }
    return router
  }

  private var greeting: String {
    "razao proxy is running: it speaks OpenAI's dialect at /v1 and Ollama's at /api, and hands on nothing but answers "
      + "that it has verified at level \(desk.level.rawValue).\n"
  }

  private func receipt(_ request: Request, _ context: NodeContext) throws -> Response {
    guard let id = context.parameters.get("id").flatMap({ Receipts.RequestID(hex: $0) }),
      let bytes = try store.bundle(id)
    else { throw RequestError(.receiptNotFound, nil, "No receipt of this id is stored here.") }
    return try BundleMedia.response(bytes, for: request)
  }

  private func listed() async throws -> [ProxyModel] {
    do { return try await models() } catch let error where !(error is CancellationError || error is RequestError) {
      throw RequestError(.noProvider, nil, "The models on offer are not known: \(error).".withoutControls)
    }
  }

  /// One model, in Ollama's dialect; the older form of the request says `name`.
  private func show(_ request: Request) async throws -> Response {
    var request = request
    let bytes = try await request.collectBytes(limit: 1 << 16)
    guard let json = try? JSON.parse(bytes, limits: JSONLimits(byteCount: 1 << 16, depth: 16)),
      let named = (json["model"] ?? json["name"])?.string
    else { throw RequestError(.missingParameter, "model", "Say which `model`.") }
    let name = named.hasSuffix(":latest") ? String(named.dropLast(7)) : named
    guard let model = try await listed().first(where: { $0.name.utf8.elementsEqual(name.utf8) }) else {
      throw RequestError(.modelNotFound, "model", "There is no such model; GET /api/tags lists them.")
    }
    return Response(model.ollamaDescription)
  }
}

extension ProxyRoutes {
  private func answer(_ request: Request, _ context: NodeContext, _ endpoint: Endpoint) async throws -> Response {
    var request = request
    let body = try await request.collectBytes()
    // Read here as the provider will read it: what nobody can answer is refused before it is asked and paid for.
    let asked = try InferenceRequest(endpoint: endpoint, body: body)
    let pieces = OpenAIPieces(request: asked, level: desk.level, created: Int(clock.now() / 1_000))
    if asked.isStreamed { return try await stream(endpoint.form, body, as: pieces, context) }
    return Response(try pieces.whole(try await whole(endpoint.form, body, context)))
  }

  private func answer(
    _ request: Request, _ context: NodeContext, _ form: OllamaRequest.Form
  ) async throws -> Response {
    var request = request
    let asked = try OllamaRequest(form, body: try await request.collectBytes())
    let equivalent = try InferenceRequest(endpoint: asked.endpoint, body: asked.body)
    let pieces = OllamaPieces(request: asked, level: desk.level, createdAt: UTCTime.text(milliseconds: clock.now()))
    if asked.isStreamed { return try await stream(asked.endpoint.form, asked.body, as: pieces, context) }
    let answer = try await whole(asked.endpoint.form, asked.body, context)
    return Response(try pieces.whole(answer, input: equivalent.input))
  }

  private func whole(_ form: RequestForm, _ body: [UInt8], _ context: NodeContext) async throws -> VerifiedAnswer {
    try await context.whilePeerStays { try await desk.answer(form, body: body) }
  }

  /// An answer in pieces. What fails before the first beat is an error with its status; later it is the last piece.
  private func stream(
    _ form: RequestForm, _ body: [UInt8], as pieces: some AnswerPieces, _ context: NodeContext
  ) async throws -> Response {
    let pending = PendingAnswer(interval: interval) { try await desk.answer(form, body: body) }
    let first = try await context.whilePeerStays { try await pending.next() }
    let body = ResponseBody { output in
      do {
        try await context.whilePeerStays { try await Self.write(pending, first: first, as: pieces, to: &output) }
      } catch is CancellationError {
        throw CancellationError()
      } catch {
        let shown = ErrorRendering<NodeContext>.requestError(error, path: "")
        if shown.status >= 500 { desk.logger.error("a stream ended early: \(error)") }
        try await output.write(ByteBuffer(bytes: pieces.failure(shown)))
      }
      try await output.finish(nil)
    }
    return Response(status: .ok, headers: [.contentType: pieces.contentType, .cacheControl: "no-store"], body: body)
  }

  private static func write(
    _ pending: PendingAnswer, first: VerifiedAnswer?, as pieces: some AnswerPieces,
    to output: inout any ResponseBodyWriter
  ) async throws {
    var answer = first
    while answer == nil {
      try await output.write(ByteBuffer(bytes: pieces.waiting))
      answer = try await pending.next()
    }
    guard let answer else { return }
    for piece in pieces.pieces(answer) { try await output.write(ByteBuffer(bytes: piece)) }
  }
}
