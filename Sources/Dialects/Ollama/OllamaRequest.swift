import StrictJSON

/// A request in Ollama's dialect, turned into the request of OpenAI's that means the same: that one is sent, committed
/// to and receipted, so a bundle never holds Ollama's words.
package struct OllamaRequest: Equatable, Sendable {
  /// Ollama's addresses that generate or embed.
  package enum Form: String, Sendable, CaseIterable {
    case chat = "/api/chat"
    case generate = "/api/generate"
    case embed = "/api/embed"
    /// The older form of `embed`: one prompt, one vector.
    case embeddings = "/api/embeddings"
  }

  package var form: Form
  /// As the client wrote it; `name:latest` means `name`.
  package var model: String
  /// Ollama streams unless told otherwise.
  package var isStreamed: Bool
  /// Where the equivalent is sent.
  package var endpoint: Endpoint
  /// The equivalent request.
  package var body: [UInt8]

  /// - Throws: `RequestError` naming the member that cannot be kept to.
  package init(_ form: Form, body bytes: [UInt8]) throws(RequestError) {
    let object = try RequestBody.object(bytes)
    let reader = MemberReader(object)
    self.form = form
    model = Self.plainName(try RequestBody.model(reader))
    isStreamed = try reader.bool("stream") ?? true
    var request: JSONObject = ["model": .string(model)]
    switch form {
    case .chat:
      endpoint = .chat
      request["messages"] = .array(try Self.messages(object))
      try Self.refuse(["tools", "format"], in: object)
    case .generate:
      endpoint = try Self.addPrompt(object, reader, to: &request)
      try Self.refuse(["format", "images", "suffix", "context", "template"], in: object)
    case .embed, .embeddings:
      endpoint = .embeddings
      isStreamed = false
      guard let input = object[form == .embed ? "input" : "prompt"] else {
        throw RequestError(.missingParameter, form == .embed ? "input" : "prompt", "There is nothing to embed.")
      }
      request["input"] = input
      self.body = JSON.object(request).encoded()
      return
    }
    try Self.addOptions(object["options"], to: &request)
    request["stream"] = true
    self.body = JSON.object(request).encoded()
  }

  /// Ollama's clients write `name:latest` for `name`.
  private static func plainName(_ name: String) -> String {
    name.hasSuffix(":latest") ? String(name.dropLast(7)) : name
  }

  private static func messages(_ object: JSONObject) throws(RequestError) -> [JSON] {
    guard let messages = object["messages"]?.array, !messages.isEmpty else {
      throw RequestError(.missingParameter, "messages", "A conversation needs at least one message.")
    }
    var kept: [JSON] = []
    for (index, message) in messages.enumerated() {
      guard let role = message["role"], let content = message["content"] else {
        throw RequestError(.invalidValue, "messages[\(index)]", "A message needs `role` and `content`.")
      }
      if let images = message["images"]?.array, !images.isEmpty {
        throw RequestError(.unsupportedParameter, "messages[\(index)].images", "Pictures in a chat are not read.")
      }
      kept.append(["role": role, "content": content])
    }
    return kept
  }

  /// A prompt is a conversation of one message, or with `raw` a text to go on from.
  private static func addPrompt(
    _ object: JSONObject, _ reader: MemberReader, to request: inout JSONObject
  ) throws(RequestError) -> Endpoint {
    guard let prompt = object["prompt"]?.string else {
      throw RequestError(.missingParameter, "prompt", "There is no prompt.")
    }
    if try reader.bool("raw") ?? false {
      request["prompt"] = .string(prompt)
      return .completions
    }
    var messages: [JSON] = []
    if let system = object["system"]?.string, !system.isEmpty {
      messages.append(["role": "system", "content": .string(system)])
    }
    messages.append(["role": "user", "content": .string(prompt)])
    request["messages"] = .array(messages)
    return .chat
  }

  /// Members that would change the answer and cannot be kept to.
  private static func refuse(_ names: [String], in object: JSONObject) throws(RequestError) {
    for name in names {
      guard let value = object[name], !value.isNull, value != .array([]), value != .string("") else { continue }
      throw RequestError(.unsupportedParameter, name, "`\(name)` is not supported; leave it out.")
    }
  }
}

extension OllamaRequest {
  /// Options that say how a machine should work and not what it should answer.
  private static let harmless: Set<String> = [
    "num_ctx", "num_batch", "num_gpu", "main_gpu", "num_thread", "use_mmap", "use_mlock", "numa", "low_vram",
    "num_keep",
  ]
  /// Options that OpenAI's dialect, as served here, has under these names.
  private static let renamed: [String: String] = [
    "temperature": "temperature", "top_p": "top_p", "top_k": "top_k", "seed": "seed", "stop": "stop",
    "repeat_penalty": "repetition_penalty", "presence_penalty": "presence_penalty",
    "frequency_penalty": "frequency_penalty",
  ]

  private static func addOptions(_ options: JSON?, to request: inout JSONObject) throws(RequestError) {
    guard let options, !options.isNull else { return }
    guard let object = options.object else { throw RequestError(.invalidType, "options", "`options` is no object.") }
    for member in object.members where !harmless.contains(member.name) {
      if member.name == "num_predict" {
        guard let count = member.value.integer else {
          throw RequestError(.invalidType, "options.num_predict", "`num_predict` is no whole number.")
        }
        if count >= 0 { request["max_tokens"] = JSON(count) }
      } else if let name = renamed[member.name] {
        request[name] = member.value
      } else {
        throw RequestError(
          .unsupportedParameter, "options.\(member.name)", "`\(member.name)` is not supported; leave it out.")
      }
    }
  }
}
