import Dialects
import Hashing
import Hummingbird
import Logging
import NIOCore
import Receipts
import StrictJSON

/// The provider's addresses; each handler reads the request, asks the desk or the runner, and writes the answer.
struct ProviderRoutes: Sendable {
  let desk: ProviderDesk
  let runner: AnswerRunner
  let clock: WallClock
  let logger: Logger
  /// Vouchers and inclusions; `nil` where nobody is paid.
  var payments: PaymentRoutes?

  func router() -> Router<NodeContext> {
    let router = Router(context: NodeContext.self)
    router.add(middleware: ErrorRendering())
    router.get("/healthz") { _, _ in Response(["status": "ok"]) }
    router.get("/razao/v1/identity") { _, _ in Response(desk.document.json) }
    router.post("/razao/v1/accept") { request, _ in try await accept(request) }
    router.get("/v1/models") { _, _ in Response(models) }
    router.get("/v1/receipts/:id") { request, context in try receipt(request, context) }
    payments?.add(to: router)
    for endpoint in Endpoint.allCases {
      router.post(RouterPath(endpoint.path)) { request, context in
        try await answer(request, context, form: endpoint.form)
      }
    }
    return router
  }

  private var models: JSON {
    ModelEntry.list(
      desk.document.programs.map { program in
        ModelEntry(
          id: program.name, created: 0, owner: desk.identity.id.short,
          razao: [
            "root": .string(program.root.hex), "kind": .string(program.kind.rawValue), "context": JSON(program.context),
            "prompt_price": JSON(program.price.prompt), "answer_price": JSON(program.price.answer),
          ])
      })
  }

  private func accept(_ request: Request) async throws -> Response {
    if let text = request.headers[.razaoAccept] { return try await acceptEntrusted(request, asked: text) }
    var request = request
    let body = try await request.collectBytes(limit: 4_096)
    guard await !runner.gate.isFull else { throw RequestError(gate: .full) }
    let asked = try Self.acceptRequest(body)
    return try await signed(asked, entrusted: nil)
  }

  /// An accept with a joint seed: the accept request in one header, the job without its secret in the other, the request
  /// itself as the body, of which nothing is read before there is room for it.
  private func acceptEntrusted(_ request: Request, asked text: String) async throws -> Response {
    guard let json = [UInt8](base64URL: text), let header = request.headers[.razaoJob].flatMap({ JobHeader($0) }) else {
      throw RequestError(.jobMismatch, nil, "The headers razao-accept and razao-job are not both base64url.")
    }
    let asked = try Self.acceptRequest(json)
    guard asked.seedKind == .joint, header.requestID == asked.requestID, header.seedReveal == .zero else {
      throw RequestError(
        .jobMismatch, nil, "Only joint seeds come with their request, of one id and without its secret.")
    }
    try desk.checkRoom(for: asked)
    guard await !runner.gate.isFull else { throw RequestError(gate: .full) }
    var request = request
    let body = try await request.collectBytes(limit: Int(clamping: asked.requestByteCount))
    return try await signed(asked, entrusted: EntrustedRequest(blinds: header.blinds, body: body))
  }

  /// The accept of a job that can be paid.
  private func signed(_ asked: AcceptRequest, entrusted: EntrustedRequest?) async throws -> Response {
    try await payments?.admit(asked, desk: desk)
    do {
      return Response(
        bytes: try desk.accept(asked, entrusting: entrusted).encoded(), type: "application/octet-stream")
    } catch {
      payments?.release(asked.requestID)
      throw error
    }
  }

  private static func acceptRequest(_ body: [UInt8]) throws -> AcceptRequest {
    do {
      return try AcceptRequest(json: try JSON.parse(body, limits: JSONLimits(byteCount: 4_096, depth: 4)))
    } catch let error as MemberError {
      throw RequestError(.invalidValue, error.member, "The accept request's \(error).")
    } catch {
      throw RequestError(.invalidJSON, nil, "The accept request is not JSON: \(error).")
    }
  }

  private func receipt(_ request: Request, _ context: NodeContext) throws -> Response {
    guard let id = context.parameters.get("id").flatMap({ Receipts.RequestID(hex: $0) }),
      let bytes = try runner.shelf.bundle(id)
    else { throw RequestError(.receiptNotFound, nil, "No receipt of this id is stored here.") }
    return try BundleMedia.response(payments?.withInclusion(bytes, of: id) ?? bytes, for: request)
  }

  private func answer(_ request: Request, _ context: NodeContext, form: RequestForm) async throws -> Response {
    guard let text = request.headers[.razaoJob] else {
      throw RequestError(
        .jobMismatch, nil,
        "This is a provider: it answers jobs that it has accepted. Use a gateway, or `razao ask --provider`.")
    }
    guard let header = JobHeader(text) else {
      throw RequestError(.jobMismatch, nil, "The header razao-job is not 80 bytes of base64url.")
    }
    let body = try await self.body(of: header, request)
    guard await !runner.gate.isFull else { throw RequestError(gate: .full) }
    let job = try desk.open(header, form: form, body: body)
    guard form.generates else { return try await value(job, context) }
    let writer = AnswerWriter(
      endpoint: job.request.endpoint, requestID: header.requestID.description, created: Int(clock.now() / 1_000),
      model: job.request.model, includesUsage: job.request.includesUsage)
    if job.request.isStreamed { return stream(job, writer: writer, context) }
    let finished = try await context.whilePeerStays { try await runner.run(job) { _ in } }
    return Response(whole(finished, writer: writer))
  }

  /// The body of a job that was accepted; of any other, nothing is read.
  private func body(of header: JobHeader, _ request: Request) async throws -> [UInt8] {
    var request = request
    let limit = try desk.byteCount(of: header)
    do { return try await request.collectBytes(limit: limit) } catch let error as RequestError
      where error.code == .bodyTooLarge
    {
      throw RequestError(.jobMismatch, nil, "The body is longer than the accepted job's \(limit) bytes.")
    }
  }

  /// An answer that is a value: it comes at once, with its receipt.
  private func value(_ job: OpenedJob, _ context: NodeContext) async throws -> Response {
    let finished = try await context.whilePeerStays { try await runner.run(job) { _ in } }
    let receipt = finished.bundle.receipt.body
    return Response(
      try ValueAnswer(endpoint: job.request.endpoint, model: job.request.model).body(
        value: finished.bundle.text, input: job.request.input, requestID: receipt.requestID.description,
        created: Int(clock.now() / 1_000), promptCount: Int(receipt.promptCount),
        razao: RazaoMember.final(finished.sentBundle)))
  }

  private func whole(_ finished: FinishedAnswer, writer: AnswerWriter) -> JSON {
    let receipt = finished.bundle.receipt.body
    return writer.answer(
      text: String(decoding: finished.bundle.text, as: UTF8.self), end: AnswerEnd(receipt.answer.finishReason),
      usage: TokenUsage(receipt), razao: RazaoMember.final(finished.sentBundle))
  }

  /// The answer as an event stream. A write waits until the peer has taken it; what is computed meanwhile waits too. A
  /// peer that goes away cancels it.
  private func stream(_ job: OpenedJob, writer: AnswerWriter, _ context: NodeContext) -> Response {
    let body = ResponseBody { output in
      do {
        try await context.whilePeerStays { try await write(job, writer: writer, to: &output) }
      } catch is CancellationError {
        throw CancellationError()
      } catch {
        logger.info("request \(job.accept.body.requestID) ended early: \(error)")
        try await output.write(.event(ErrorRendering<NodeContext>.requestError(error, path: "").json))
      }
      try await output.finish(nil)
    }
    return Response(
      status: .ok, headers: [.contentType: "text/event-stream", .cacheControl: "no-store"], body: body)
  }

  private func write(
    _ job: OpenedJob, writer: AnswerWriter, to output: inout any ResponseBodyWriter
  ) async throws {
    let pieces = Handover<AnswerPiece>()
    try await withThrowingTaskGroup(of: FinishedAnswer.self) { group in
      group.addTask {
        defer { pieces.end() }
        return try await runner.run(job) { try await pieces.send($0) }
      }
      var hasBegun = false
      while let piece = await pieces.next() {
        for event in events(piece, writer: writer, isFirst: !hasBegun) { try await output.write(.event(event)) }
        hasBegun = true
      }
      guard let finished = try await group.next() else { return }
      for event in closing(finished, writer: writer, hasBegun: hasBegun) { try await output.write(.event(event)) }
      try await output.write(ByteBuffer(bytes: StreamEvent.doneFrame))
    }
  }

  private func events(_ piece: AnswerPiece, writer: AnswerWriter, isFirst: Bool) -> [JSON] {
    let text = writer.textEvent(
      String(decoding: piece.text, as: UTF8.self), razao: piece.checkpoint.map(RazaoMember.checkpoint))
    guard isFirst, let opening = writer.openingEvent() else { return [text] }
    return [opening, text]
  }

  private func closing(_ finished: FinishedAnswer, writer: AnswerWriter, hasBegun: Bool) -> [JSON] {
    let receipt = finished.bundle.receipt.body
    var events: [JSON] = []
    if !hasBegun, let opening = writer.openingEvent() { events.append(opening) }
    if !finished.rest.isEmpty { events.append(writer.textEvent(String(decoding: finished.rest, as: UTF8.self))) }
    return events
      + writer.closingEvents(
        end: AnswerEnd(receipt.answer.finishReason), usage: TokenUsage(receipt),
        razao: RazaoMember.final(finished.sentBundle))
  }
}

extension ByteBuffer {
  /// One framed stream event.
  static func event(_ json: JSON) -> ByteBuffer { ByteBuffer(bytes: StreamEvent.framed(json)) }
}

extension GateError: RequestErrorConvertible {
  var requestError: RequestError { RequestError(gate: self) }
}

extension RequestError {
  init(gate error: GateError) {
    self.init(.tooManyRequests, nil, "\(error).")
  }
}
