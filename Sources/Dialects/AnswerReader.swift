import StrictJSON

/// What one object of an answer says, whole or a chunk; a client's view of either endpoint.
package struct AnswerPart: Equatable, Sendable {
  package var id: String?
  package var model: String?
  /// The text of the first choice: a delta in a stream, all of it otherwise.
  package var text: String
  package var end: AnswerEnd?
  package var usage: TokenUsage?
  package var razao: JSON?
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
  /// A member that has another type than OpenAI's.
  case unexpected(member: String)

  package var description: String {
    switch self {
    case .invalidJSON(let error): "the answer is not valid JSON: \(error.description)"
    case .unexpected(let member): "the answer's `\(member)` is missing or of the wrong type"
    }
  }
}

extension AnswerEvent {
  private static let limits = JSONLimits(byteCount: 64 << 20, depth: RequestLimits.depth)

  /// Reads the data of one event.
  package init(_ event: StreamEvent) throws(AnswerError) {
    if event.isDone {
      self = .done
    } else {
      try self.init(json: Self.parse(event.data))
    }
  }

  /// Reads the body of an answer that is not streamed, or of a refusal.
  package init(body: [UInt8]) throws(AnswerError) {
    try self.init(json: Self.parse(body))
  }

  private static func parse(_ bytes: [UInt8]) throws(AnswerError) -> JSON {
    do { return try JSON.parse(bytes, limits: limits) } catch { throw .invalidJSON(error) }
  }

  private init(json: JSON) throws(AnswerError) {
    if let error = json["error"], !error.isNull {
      self = .failure(Self.failure(error))
    } else {
      self = .part(try AnswerPart(json))
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
  init(_ json: JSON) throws(AnswerError) {
    guard let choices = json["choices"]?.array else { throw .unexpected(member: "choices") }
    id = json["id"]?.string
    model = json["model"]?.string
    razao = json["razao"]
    usage = try Self.usage(json["usage"])
    text = ""
    guard let choice = choices.first else { return }
    guard choice.object != nil else { throw .unexpected(member: "choices[0]") }
    text = try Self.text(choice)
    end = try Self.end(choice["finish_reason"])
  }

  private static func text(_ choice: JSON) throws(AnswerError) -> String {
    let place = choice["delta"] ?? choice["message"]
    guard let value = place == nil ? choice["text"] : place?["content"], !value.isNull else { return "" }
    guard let text = value.string else { throw .unexpected(member: "choices[0].content") }
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
