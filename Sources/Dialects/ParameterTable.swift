import StrictJSON

/// What this dialect does with a member of the request.
enum ParameterRule {
  /// Read by the parser.
  case read
  /// Has no influence on the answer.
  case ignored
  /// Would change the answer: only null, or the value that means "off", is accepted.
  case off(OffValue)
}

/// The value of an unsupported parameter that asks for nothing.
enum OffValue {
  case null
  case bool(Bool)
  case integer(Int)
  case text(String)
  case typeText
  case onlyText

  func matches(_ value: JSON) -> Bool {
    switch self {
    case _ where value.isNull: true
    case .null: false
    case .bool(let bool): value.bool == bool
    case .integer(let integer): value.integer == integer
    case .text(let text): value.string?.isExactly(text) ?? false
    case .typeText: value.object?.members.count == 1 && value["type"]?.string?.isExactly("text") ?? false
    case .onlyText: value.array?.count == 1 && value.array?.first?.string?.isExactly("text") ?? false
    }
  }

  var advice: String {
    switch self {
    case .null: "leave it out"
    case .bool(let bool): "leave it out or send \(bool)"
    case .integer(let integer): "leave it out or send \(integer)"
    case .text(let text): "leave it out or send \"\(text)\""
    case .typeText: "leave it out or send {\"type\":\"text\"}"
    case .onlyText: "leave it out or send [\"text\"]"
    }
  }
}

/// Every member name of a request, and what happens to it; any other name is refused.
enum ParameterTable {
  private static let common: [(String, ParameterRule)] = [
    ("model", .read), ("temperature", .read), ("top_p", .read), ("top_k", .read), ("repetition_penalty", .read),
    ("presence_penalty", .read), ("frequency_penalty", .read), ("max_tokens", .read), ("stop", .read),
    ("logit_bias", .read), ("seed", .read), ("stream", .read), ("stream_options", .read), ("razao", .read),
    ("user", .ignored), ("metadata", .ignored), ("store", .ignored), ("service_tier", .ignored),
    ("safety_identifier", .ignored), ("prompt_cache_key", .read), ("prompt_cache_retention", .ignored),
    ("n", .off(.integer(1))), ("best_of", .off(.integer(1))), ("min_p", .off(.integer(0))),
    ("typical_p", .off(.integer(1))), ("min_tokens", .off(.integer(0))), ("ignore_eos", .off(.bool(false))),
    ("use_beam_search", .off(.bool(false))), ("length_penalty", .off(.integer(1))), ("bad_words", .off(.null)),
    ("stop_token_ids", .off(.null)), ("grammar", .off(.null)), ("json_schema", .off(.null)),
    ("guided_json", .off(.null)), ("guided_regex", .off(.null)), ("guided_choice", .off(.null)),
    ("guided_grammar", .off(.null)), ("response_format", .off(.typeText)),
  ]

  private static let chat: [(String, ParameterRule)] = [
    ("messages", .read), ("max_completion_tokens", .read), ("tools", .read), ("tool_choice", .read),
    ("chat_template_kwargs", .read), ("parallel_tool_calls", .ignored), ("prediction", .ignored),
    ("logprobs", .off(.bool(false))), ("top_logprobs", .off(.integer(0))), ("modalities", .off(.onlyText)),
    ("audio", .off(.null)), ("functions", .off(.null)), ("function_call", .off(.text("none"))),
    ("reasoning_effort", .off(.null)), ("verbosity", .off(.null)), ("web_search_options", .off(.null)),
    ("documents", .off(.null)), ("chat_template", .off(.null)), ("add_generation_prompt", .off(.bool(true))),
    ("continue_final_message", .off(.bool(false))), ("add_special_tokens", .off(.bool(false))),
  ]

  private static let completions: [(String, ParameterRule)] = [
    ("prompt", .read), ("echo", .off(.bool(false))), ("suffix", .off(.null)), ("logprobs", .off(.null)),
    ("add_special_tokens", .off(.bool(true))),
  ]

  private static let embeddings: [(String, ParameterRule)] = [
    ("model", .read), ("input", .read), ("encoding_format", .read), ("dimensions", .read), ("user", .ignored),
    ("input_type", .off(.null)), ("truncate", .off(.null)),
  ]

  private static let images: [(String, ParameterRule)] = [("model", .read), ("image", .read), ("user", .ignored)]

  private static let sequences: [(String, ParameterRule)] = [
    ("model", .read), ("sequence", .read), ("user", .ignored),
  ]

  private static func table(of endpoint: Endpoint) -> [(String, ParameterRule)] {
    switch endpoint {
    case .chat: chat + common
    case .completions: completions + common
    case .embeddings: embeddings
    case .images: images
    case .sequences: sequences
    }
  }

  /// The rule of a name at an endpoint; `nil` when the name is unknown.
  static func rule(for name: String, at endpoint: Endpoint) -> ParameterRule? {
    table(of: endpoint).first { $0.0.isExactly(name) }?.1
  }

  /// Refuses the first member that is unknown, or that asks for what is not supported.
  static func check(_ object: JSONObject, at endpoint: Endpoint) throws(RequestError) {
    for member in object.members {
      let name = RequestError.quoted(member.name)
      switch rule(for: member.name, at: endpoint) {
      case .read, .ignored: continue
      case .off(let off):
        guard off.matches(member.value) else { throw .unsupported(name, accepted: off.advice) }
      case nil:
        throw RequestError(
          .unknownParameter, name, "`\(name)` is no parameter of \(endpoint.path); remove it or correct its name.")
      }
    }
  }
}
