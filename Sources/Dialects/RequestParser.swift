import StrictJSON

extension InferenceRequest {
  /// Reads a request from its exact bytes.
  ///
  /// Decimals are taken exactly, times 10⁴; a parameter that would change the answer and is not implemented is
  /// refused by name, and so is one that nobody knows: silence about either would be a different answer than asked for.
  /// - Throws: `RequestError` with status 400 (413 for a body over `RequestLimits.byteCount`); never traps.
  /// - Complexity: O(bytes).
  package init(endpoint: Endpoint, body: [UInt8]) throws(RequestError) {
    let object = try RequestBody.object(body)
    try ParameterTable.check(object, at: endpoint)
    let reader = MemberReader(object)
    self =
      try endpoint.generates
      ? InferenceRequest(generating: reader, endpoint)
      : InferenceRequest(
        model: RequestBody.model(reader), endpoint: endpoint, value: ValueInput.read(reader, endpoint))
  }

  /// A request for a text.
  private init(generating reader: MemberReader, _ endpoint: Endpoint) throws(RequestError) {
    self.endpoint = endpoint
    model = try RequestBody.model(reader)
    isStreamed = try reader.bool("stream") ?? false
    includesUsage = try RequestBody.includesUsage(reader, isStreamed: isStreamed)
    seed = try RequestBody.seed(reader)
    sampling = try SamplingParameters(reader)
    date = try RequestBody.date(reader)
    templateVariables = try RequestBody.templateVariables(reader)
    promptCacheKey = try RequestBody.promptCacheKey(reader)
    input = try endpoint == .chat ? ChatInput.read(reader) : CompletionInput.read(reader)
  }

  /// A request for a value: nothing is sampled, so nothing but model and input decides it.
  private init(model: String, endpoint: Endpoint, value: RequestInput) {
    self.init(
      endpoint: endpoint, model: model, input: value, sampling: SamplingParameters(), seed: nil, isStreamed: false,
      includesUsage: false, date: nil, templateVariables: JSONObject())
  }
}

/// What the gateway needs of a body that it forwards byte for byte.
package struct RoutingFields: Equatable, Sendable {
  package var model: String
  package var isStreamed: Bool
  package var seed: Int64?

  /// - Throws: `RequestError`, as `InferenceRequest` would for these members; all others are left to the provider.
  package init(body: [UInt8]) throws(RequestError) {
    let reader = MemberReader(try RequestBody.object(body))
    model = try RequestBody.model(reader)
    isStreamed = try reader.bool("stream") ?? false
    seed = try RequestBody.seed(reader)
  }
}

/// The members that both endpoints share, apart from sampling.
enum RequestBody {
  static func object(_ body: [UInt8]) throws(RequestError) -> JSONObject {
    guard body.count <= RequestLimits.byteCount else {
      throw RequestError(
        .bodyTooLarge, nil, "The body has \(body.count) bytes; the limit is \(RequestLimits.byteCount). Send less.")
    }
    let json: JSON
    do {
      json = try JSON.parse(body, limits: JSONLimits(byteCount: RequestLimits.byteCount, depth: RequestLimits.depth))
    } catch {
      throw RequestError(
        .invalidJSON, nil, "The body is not valid JSON: \(error.description). Correct it and send again.")
    }
    guard let object = json.object else {
      throw RequestError(.invalidJSON, nil, "The body must be a JSON object.")
    }
    return object
  }

  static func model(_ reader: MemberReader) throws(RequestError) -> String {
    guard let model = try reader.string("model") else { throw .missing("model") }
    guard (1...RequestLimits.modelByteCount).contains(model.utf8.count) else {
      throw .invalid("model", "must have 1 to \(RequestLimits.modelByteCount) bytes")
    }
    return model
  }

  static func promptCacheKey(_ reader: MemberReader) throws(RequestError) -> String? {
    guard let key = try reader.string("prompt_cache_key") else { return nil }
    guard (1...RequestLimits.modelByteCount).contains(key.utf8.count) else {
      throw .invalid("prompt_cache_key", "must have 1 to \(RequestLimits.modelByteCount) bytes")
    }
    return key
  }

  static func seed(_ reader: MemberReader) throws(RequestError) -> Int64? {
    try reader.integer("seed", in: .min ... .max).map { Int64($0) }
  }

  static func includesUsage(_ reader: MemberReader, isStreamed: Bool) throws(RequestError) -> Bool {
    guard let options = try reader.object("stream_options") else { return false }
    guard isStreamed else { throw .invalid("stream_options", "is only allowed when `stream` is true") }
    let inner = MemberReader(options, prefix: "stream_options.")
    try inner.requireNames(["include_usage", "include_obfuscation"])
    return try inner.bool("include_usage") ?? false
  }

  static func date(_ reader: MemberReader) throws(RequestError) -> RequestDate? {
    guard let own = try reader.object("razao") else { return nil }
    let inner = MemberReader(own, prefix: "razao.")
    try inner.requireNames(["date"])
    guard let text = try inner.string("date") else { return nil }
    guard let date = RequestDate(text) else { throw .invalid("razao.date", "must be an existing day as YYYY-MM-DD") }
    return date
  }

  /// Names that the conversation itself fills in a template's scope.
  private static let reservedVariables = [
    "messages", "tools", "documents", "add_generation_prompt", "bos_token", "eos_token", "strftime_now",
    "raise_exception",
  ]

  static func templateVariables(_ reader: MemberReader) throws(RequestError) -> JSONObject {
    guard let variables = try reader.object("chat_template_kwargs") else { return JSONObject() }
    for member in variables.members where reservedVariables.contains(where: { $0.isExactly(member.name) }) {
      throw .invalid("chat_template_kwargs.\(member.name)", "cannot be set; it comes from the conversation")
    }
    return variables
  }
}
