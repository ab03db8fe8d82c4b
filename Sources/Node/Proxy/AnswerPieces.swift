import Dialects
import Receipts
import StrictJSON

/// How a verified answer is written to a client that reads it in pieces.
protocol AnswerPieces: Sendable {
  var contentType: String { get }
  /// Keeps a connection alive while nothing can be said yet.
  var waiting: [UInt8] { get }
  /// The whole answer, piece by piece.
  func pieces(_ answer: VerifiedAnswer) -> [[UInt8]]
  /// Ends an answer that will not come.
  func failure(_ error: RequestError) -> [UInt8]
}

/// OpenAI's event stream.
struct OpenAIPieces: AnswerPieces {
  let request: InferenceRequest
  let level: ProxyLevel
  /// Seconds since 1970.
  let created: Int

  var contentType: String { "text/event-stream" }
  var waiting: [UInt8] { Array(": waiting\n\n".utf8) }

  func writer(_ answer: VerifiedAnswer) -> AnswerWriter {
    AnswerWriter(
      endpoint: request.endpoint, requestID: answer.bundle.receipt.body.requestID.description, created: created,
      model: request.model, includesUsage: request.includesUsage)
  }

  func pieces(_ answer: VerifiedAnswer) -> [[UInt8]] {
    let (writer, receipt) = (writer(answer), answer.bundle.receipt.body)
    var events: [JSON] = []
    if let opening = writer.openingEvent() { events.append(opening) }
    if !answer.text.isEmpty { events.append(writer.textEvent(answer.shownText)) }
    events += writer.closingEvents(
      end: AnswerEnd(receipt.answer.finishReason), usage: TokenUsage(receipt), razao: answer.razao(level))
    return events.map(StreamEvent.framed) + [StreamEvent.doneFrame]
  }

  func failure(_ error: RequestError) -> [UInt8] { StreamEvent.framed(error.json) }

  /// The answer as one object.
  /// - Throws: `AnswerError` for a value that is none of this request.
  func whole(_ answer: VerifiedAnswer) throws -> JSON {
    let receipt = answer.bundle.receipt.body
    guard request.endpoint.generates else {
      return try ValueAnswer(endpoint: request.endpoint, model: request.model).body(
        value: answer.text, input: request.input, requestID: receipt.requestID.description, created: created,
        promptCount: Int(receipt.promptCount), razao: answer.razao(level))
    }
    return writer(answer).answer(
      text: answer.shownText, end: AnswerEnd(receipt.answer.finishReason), usage: TokenUsage(receipt),
      razao: answer.razao(level))
  }
}

/// Ollama's lines of JSON.
struct OllamaPieces: AnswerPieces {
  let request: OllamaRequest
  let level: ProxyLevel
  /// RFC 3339.
  let createdAt: String
  let start = ContinuousClock.now

  var contentType: String { "application/x-ndjson" }
  /// The dialect has no comments; a part without text says as little.
  var waiting: [UInt8] { Self.line(writer.part("")) }

  private var writer: OllamaAnswer {
    OllamaAnswer(form: request.form, model: request.model, createdAt: createdAt)
  }

  private var nanoseconds: Int64 {
    let (seconds, attoseconds) = (ContinuousClock.now - start).components
    return seconds * 1_000_000_000 + attoseconds / 1_000_000_000
  }

  private static func line(_ json: JSON) -> [UInt8] { json.encoded() + [0x0A] }

  func pieces(_ answer: VerifiedAnswer) -> [[UInt8]] {
    let text = answer.text.isEmpty ? [] : [Self.line(writer.part(answer.shownText))]
    return text + [Self.line(end(answer, text: ""))]
  }

  func failure(_ error: RequestError) -> [UInt8] { Self.line(OllamaAnswer.error(error.message)) }

  /// The answer as one object.
  /// - Throws: `AnswerError` for a value that is none of this request.
  func whole(_ answer: VerifiedAnswer, input: RequestInput) throws -> JSON {
    guard request.endpoint == .embeddings else { return end(answer, text: answer.shownText) }
    let count = Int(answer.bundle.receipt.body.promptCount)
    let body = try ValueAnswer(endpoint: .embeddings, model: request.model).body(
      value: answer.text, input: input, requestID: "", created: 0, promptCount: count, razao: nil)
    let vectors = (body["data"]?.array ?? []).compactMap { $0["embedding"] }
    return writer.vectors(vectors, promptTokens: count, nanoseconds: nanoseconds, razao: answer.razao(level))
  }

  private func end(_ answer: VerifiedAnswer, text: String) -> JSON {
    let receipt = answer.bundle.receipt.body
    return writer.end(
      text: text, reason: AnswerEnd(receipt.answer.finishReason), usage: TokenUsage(receipt), nanoseconds: nanoseconds,
      razao: answer.razao(level))
  }
}

extension VerifiedAnswer {
  var shownText: String { String(decoding: text, as: UTF8.self) }

  /// The `razao` member: the receipt, its bundle without cell hashes, and the level that was verified.
  func razao(_ level: ProxyLevel) -> JSON {
    var sent = bundle
    sent.trace = nil
    var member = RazaoMember.final(sent).object ?? JSONObject()
    member["level"] = .string(level.rawValue)
    return .object(member)
  }
}
