import StrictJSON

/// Answers in Ollama's dialect: lines of JSON, the last of which is `done`.
package struct OllamaAnswer: Equatable, Sendable {
  package var form: OllamaRequest.Form
  package var model: String
  /// RFC 3339, as Ollama writes it; nobody's word but the proxy's.
  package var createdAt: String

  package init(form: OllamaRequest.Form, model: String, createdAt: String) {
    self.form = form
    self.model = model
    self.createdAt = createdAt
  }

  /// A line with a part of the text.
  package func part(_ text: String) -> JSON {
    var line = opening
    add(text, to: &line)
    line["done"] = false
    return .object(line)
  }

  /// The last line, or with the whole text the only one.
  /// - Parameters:
  ///   - nanoseconds: from request to end.
  ///   - razao: the receipt's view, which Ollama's own clients leave alone.
  package func end(
    text: String = "", reason: AnswerEnd, usage: TokenUsage, nanoseconds: Int64, razao: JSON
  ) -> JSON {
    var line = opening
    add(text, to: &line)
    line["done"] = true
    line["done_reason"] = .string(reason == .length ? "length" : "stop")
    line["total_duration"] = JSON(nanoseconds)
    line["load_duration"] = 0
    line["prompt_eval_count"] = JSON(usage.promptTokens)
    line["prompt_eval_duration"] = 0
    line["eval_count"] = JSON(usage.completionTokens)
    line["eval_duration"] = JSON(nanoseconds)
    line["razao"] = razao
    return .object(line)
  }

  /// Vectors, in the form that was asked for.
  package func vectors(_ vectors: [JSON], promptTokens: Int, nanoseconds: Int64, razao: JSON) -> JSON {
    if form == .embeddings { return ["embedding": vectors.first ?? [], "razao": razao] }
    return [
      "model": .string(model), "embeddings": .array(vectors), "total_duration": JSON(nanoseconds), "load_duration": 0,
      "prompt_eval_count": JSON(promptTokens), "razao": razao,
    ]
  }

  /// An error as Ollama's clients read it.
  package static func error(_ message: String) -> JSON { ["error": .string(message)] }

  private var opening: JSONObject { ["model": .string(model), "created_at": .string(createdAt)] }

  private func add(_ text: String, to line: inout JSONObject) {
    if form == .chat {
      line["message"] = ["role": "assistant", "content": .string(text)]
    } else {
      line["response"] = .string(text)
    }
  }
}

/// The list of models in Ollama's dialect.
package enum OllamaModels {
  /// One model: its name, its root as digest.
  package static func entry(name: String, root: String, kind: String) -> JSON {
    [
      "name": .string("\(name):latest"), "model": .string("\(name):latest"), "modified_at": "1970-01-01T00:00:00Z",
      "size": 0, "digest": .string(root),
      "details": [
        "format": "razao", "family": .string(kind), "families": [.string(kind)], "parameter_size": "",
        "quantization_level": "",
      ],
    ]
  }

  package static func list(_ entries: [JSON]) -> JSON { ["models": .array(entries)] }
}
