import StrictJSON

/// Why an answer ended, in OpenAI's words.
package enum AnswerEnd: String, Sendable, CaseIterable {
  case stop
  case length
  case toolCalls = "tool_calls"
}

/// Token counts of one answer.
package struct TokenUsage: Equatable, Sendable {
  package var promptTokens: Int
  package var completionTokens: Int
  package var cachedTokens: Int

  package init(promptTokens: Int, completionTokens: Int, cachedTokens: Int = 0) {
    self.promptTokens = promptTokens
    self.completionTokens = completionTokens
    self.cachedTokens = cachedTokens
  }

  package var json: JSON {
    [
      "prompt_tokens": JSON(promptTokens), "completion_tokens": JSON(completionTokens),
      "total_tokens": JSON(promptTokens + completionTokens),
      "prompt_tokens_details": ["cached_tokens": JSON(cachedTokens)],
    ]
  }
}

/// Writes the answers to one request, whole or in events. The clock is the caller's.
///
/// A `razao` member stands beside OpenAI's: the receipt in the last object, checkpoints on the way.
package struct AnswerWriter: Sendable {
  package let endpoint: Endpoint
  package let id: String
  /// Seconds since 1970.
  package let created: Int
  package let model: String
  /// Whether the stream ends with a usage event; then all other events have `"usage":null`.
  package let includesUsage: Bool

  /// - Parameter requestID: what the answer's id is made of, after `chatcmpl-` or `cmpl-`.
  package init(endpoint: Endpoint, requestID: String, created: Int, model: String, includesUsage: Bool = false) {
    self.endpoint = endpoint
    id = (endpoint == .chat ? "chatcmpl-" : "cmpl-") + requestID
    self.created = created
    self.model = model
    self.includesUsage = includesUsage
  }

  private func envelope(_ object: String, choices: [JSON]) -> JSONObject {
    [
      "id": .string(id), "object": .string(object), "created": JSON(created), "model": .string(model),
      "choices": .array(choices),
    ]
  }

  /// A whole answer: `chat.completion` or `text_completion`.
  package func answer(text: String, end: AnswerEnd, usage: TokenUsage, razao: JSON? = nil) -> JSON {
    let choice: JSON =
      endpoint == .chat
      ? [
        "index": 0, "message": ["role": "assistant", "content": .string(text), "refusal": nil],
        "logprobs": nil, "finish_reason": .string(end.rawValue),
      ] : ["text": .string(text), "index": 0, "logprobs": nil, "finish_reason": .string(end.rawValue)]
    var answer = envelope(endpoint == .chat ? "chat.completion" : "text_completion", choices: [choice])
    answer["usage"] = usage.json
    answer["razao"] = razao
    return .object(answer)
  }

  private func event(choices: [JSON], usage: TokenUsage? = nil, razao: JSON? = nil) -> JSON {
    var event = envelope(endpoint == .chat ? "chat.completion.chunk" : "text_completion", choices: choices)
    if includesUsage { event["usage"] = usage?.json ?? .null }
    event["razao"] = razao
    return .object(event)
  }

  private func choice(text: String, delta: JSON, end: AnswerEnd?) -> JSON {
    let reason: JSON = end.map { .string($0.rawValue) } ?? .null
    return endpoint == .chat
      ? ["index": 0, "delta": delta, "logprobs": nil, "finish_reason": reason]
      : ["text": .string(text), "index": 0, "logprobs": nil, "finish_reason": reason]
  }

  /// The first event of a chat, which names the role; a completion has none.
  package func openingEvent() -> JSON? {
    guard endpoint == .chat else { return nil }
    return event(choices: [choice(text: "", delta: ["role": "assistant", "content": ""], end: nil)])
  }

  /// A piece of text; `razao` may carry a checkpoint.
  package func textEvent(_ text: String, razao: JSON? = nil) -> JSON {
    event(choices: [choice(text: text, delta: ["content": .string(text)], end: nil)], razao: razao)
  }

  /// The last events before `[DONE]`: the finish reason, then the usage if it was asked for.
  /// `razao` is in the very last, and no event has empty `choices` unless the client asked for usage.
  package func closingEvents(end: AnswerEnd, usage: TokenUsage, razao: JSON? = nil) -> [JSON] {
    let last = choice(text: "", delta: .object(JSONObject()), end: end)
    guard includesUsage else { return [event(choices: [last], razao: razao)] }
    return [event(choices: [last]), event(choices: [], usage: usage, razao: razao)]
  }
}

/// One entry of the models list.
package struct ModelEntry: Equatable, Sendable {
  package var id: String
  package var created: Int
  package var owner: String
  /// What we say about it beside OpenAI's members: program root, context, prices.
  package var razao: JSON?

  package init(id: String, created: Int, owner: String, razao: JSON? = nil) {
    self.id = id
    self.created = created
    self.owner = owner
    self.razao = razao
  }

  package var json: JSON {
    var entry: JSONObject = [
      "id": .string(id), "object": "model", "created": JSON(created), "owned_by": .string(owner),
    ]
    entry["razao"] = razao
    return .object(entry)
  }

  /// The answer to `GET /v1/models`.
  package static func list(_ entries: [ModelEntry]) -> JSON {
    ["object": "list", "data": .array(entries.map(\.json))]
  }
}
