import StrictJSON

/// What one object of an answer says, whole or a chunk; a client's view of either endpoint.
///
/// What is read here is what every client shows: an object that has another place for text, or that shows its text to
/// some clients only, is refused.
package struct AnswerPart: Equatable, Sendable {
  package var id: String?
  package var model: String?
  /// The text of the first choice: a delta in a stream, all of it otherwise.
  package var text: String
  package var end: AnswerEnd?
  package var usage: TokenUsage?
  package var razao: JSON?
  /// The value that an answer which is no text shows; see `ValueAnswer`.
  package var value: [UInt8]?
  /// How its vectors are written, if it has any.
  package var vectors: VectorForm?

  /// What a receipt commits to of this part: the value, or the text.
  package var shown: [UInt8] { value ?? Array(text.utf8) }
}

/// One event of an answer's stream.
package enum AnswerEvent: Equatable, Sendable {
  case part(AnswerPart)
  case failure(RequestError)
  case done
}

/// Why a peer's answer cannot be read.
package enum AnswerError: Error, Equatable, Sendable, CustomStringConvertible {
  case invalidJSON(JSONError)
  /// A member that has another type than OpenAI's, that is not of this endpoint and form, or that is unknown.
  case unexpected(member: String)

  package var description: String {
    switch self {
    case .invalidJSON(let error): "the answer is not valid JSON: \(error.description)"
    case .unexpected(let member): "the answer's `\(member)` is missing, of the wrong type or out of place"
    }
  }
}

extension AnswerEvent {
  private static let limits = JSONLimits(byteCount: 64 << 20, depth: RequestLimits.depth)

  /// Reads one event of a stream. It has no name, which some clients skip, and its data is one line, as it was written.
  /// - Parameter endpoint: where the question was asked; `nil` where that is not known.
  package init(_ event: StreamEvent, endpoint: Endpoint? = nil) throws(AnswerError) {
    guard event.name.isEmpty else { throw .unexpected(member: "event") }
    guard !event.data.contains(0x0A) else { throw .unexpected(member: "data") }
    if event.isDone {
      self = .done
    } else {
      try self.init(json: Self.parse(event.data), AnswerShape(endpoint: endpoint, isStreamed: true))
    }
  }

  /// Reads the body of an answer that is not streamed, or of a refusal.
  /// - Parameter endpoint: where the question was asked; `nil` where that is not known.
  package init(body: [UInt8], endpoint: Endpoint? = nil) throws(AnswerError) {
    try self.init(json: Self.parse(body), AnswerShape(endpoint: endpoint, isStreamed: false))
  }

  private static func parse(_ bytes: [UInt8]) throws(AnswerError) -> JSON {
    do { return try JSON.parse(bytes, limits: limits) } catch { throw .invalidJSON(error) }
  }

  private init(json: JSON, _ shape: AnswerShape) throws(AnswerError) {
    if let error = json["error"], !error.isNull {
      self = .failure(Self.failure(error))
    } else {
      let endpoint = shape.endpoint ?? .chat
      self = .part(endpoint.generates ? try AnswerPart(json, shape) : try AnswerPart(value: json, endpoint))
    }
  }

  /// A foreign refusal; an unknown code stays in the message only.
  private static func failure(_ error: JSON) -> RequestError {
    let code = error["code"]?.string.flatMap { text in RequestError.Code.allCases.first { $0.rawValue.isExactly(text) }
    }
    let message = error["message"]?.string ?? error.string ?? "the peer refused without saying why"
    return RequestError(code ?? .providerFailed, error["param"]?.string, message)
  }
}

extension AnswerPart {
  init(_ json: JSON, _ shape: AnswerShape) throws(AnswerError) {
    let place = try shape.textPlace(json)
    guard let choices = json["choices"]?.array else { throw .unexpected(member: "choices") }
    id = json["id"]?.string
    model = json["model"]?.string
    razao = json["razao"]
    usage = try Self.usage(json["usage"])
    text = ""
    guard let choice = choices.first else { return }
    guard choices.count == 1 else { throw .unexpected(member: "choices[1]") }
    text = try Self.text(choice, at: place)
    end = try Self.end(choice["finish_reason"])
  }

  /// The one choice's text; any member that could show another to some client is refused.
  private static func text(_ choice: JSON, at place: AnswerShape.TextPlace) throws(AnswerError) -> String {
    guard let object = choice.object else { throw .unexpected(member: "choices[0]") }
    try object.requireNull(except: ["index", "finish_reason", place.name], in: "choices[0].")
    for other in AnswerShape.TextPlace.allCases where other != place && object[other.name] != nil {
      throw .unexpected(member: "choices[0].\(other.name)")
    }
    guard (choice["index"] ?? 0).integer == 0 else { throw .unexpected(member: "choices[0].index") }
    guard let value = object[place.name] else { return "" }
    if place == .text { return try string(value, "choices[0].text") }
    guard let message = value.object else { throw .unexpected(member: "choices[0].\(place.name)") }
    try message.requireNull(except: ["role", "content"], in: "choices[0].\(place.name).")
    let role = message["role"] ?? .null
    guard role.isNull || role.string?.isExactly("assistant") == true
    else { throw .unexpected(member: "choices[0].\(place.name).role") }
    return try string(message["content"] ?? .null, "choices[0].\(place.name).content")
  }

  private static func string(_ value: JSON, _ member: String) throws(AnswerError) -> String {
    if value.isNull { return "" }
    guard let text = value.string else { throw .unexpected(member: member) }
    return text
  }

  private static func end(_ value: JSON?) throws(AnswerError) -> AnswerEnd? {
    guard let value, !value.isNull else { return nil }
    guard let text = value.string, let end = AnswerEnd.allCases.first(where: { $0.rawValue.isExactly(text) })
    else { throw .unexpected(member: "choices[0].finish_reason") }
    return end
  }

  private static func usage(_ value: JSON?) throws(AnswerError) -> TokenUsage? {
    guard let value, !value.isNull else { return nil }
    guard let prompt = value["prompt_tokens"]?.integer, let completion = value["completion_tokens"]?.integer,
      let cached = (value["prompt_tokens_details"]?["cached_tokens"] ?? 0).integer,
      [prompt, completion, cached].allSatisfy({ (0...Int(UInt32.max)).contains($0) })
    else { throw .unexpected(member: "usage") }
    return TokenUsage(promptTokens: prompt, completionTokens: completion, cachedTokens: cached)
  }
}
