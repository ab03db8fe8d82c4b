import StrictJSON
import Testing

@testable import Dialects

@Suite struct RequestTests {
  private func chat(_ members: String = "", messages: String = #"[{"role":"user","content":"Hi"}]"#) throws
    -> InferenceRequest
  {
    let rest = members.isEmpty ? "" : "," + members
    return try InferenceRequest(endpoint: .chat, body: Array(#"{"model":"m","messages":\#(messages)\#(rest)}"#.utf8))
  }

  private func text(_ members: String) throws -> InferenceRequest {
    try InferenceRequest(endpoint: .completions, body: Array(#"{"model":"m",\#(members)}"#.utf8))
  }

  private func messages(_ request: InferenceRequest) -> String? {
    guard case .messages(let messages, _) = request.input else { return nil }
    return JSON.array(messages).text
  }

  @Test func absentParametersHaveOpenAIsDefaults() throws {
    let request = try chat()
    #expect(request.model == "m" && request.endpoint == .chat)
    #expect(request.sampling == SamplingParameters())
    #expect(request.sampling.temperature == 10_000 && request.sampling.topP == 10_000)
    #expect(request.sampling.topK == 0 && request.sampling.repetition == 10_000)
    #expect(request.seed == nil && request.maxTokens == nil && request.date == nil)
    #expect(!request.isStreamed && !request.includesUsage)
  }

  @Test func nullMeansAbsent() throws {
    let names = [
      "temperature", "top_p", "top_k", "repetition_penalty", "presence_penalty", "frequency_penalty", "max_tokens",
      "max_completion_tokens", "stop", "logit_bias", "seed", "stream", "stream_options", "razao", "n", "logprobs",
      "response_format", "tools", "tool_choice", "chat_template_kwargs", "audio", "modalities",
    ]
    #expect(try chat(names.map { #""\#($0)":null"# }.joined(separator: ",")) == chat())
  }

  @Test func decimalsAreExact() throws {
    let request = try chat(
      #""temperature":0.7,"top_p":9.5e-1,"presence_penalty":-2,"frequency_penalty":0.0001,"repetition_penalty":1.10,"#
        + #""top_k":4e1"#)
    #expect(request.sampling.temperature == 7_000)
    #expect(request.sampling.topP == 9_500)
    #expect(request.sampling.presence == -20_000)
    #expect(request.sampling.frequency == 1)
    #expect(request.sampling.repetition == 11_000)
    #expect(request.sampling.topK == 40)
    #expect(try chat(#""temperature":0"#).sampling.temperature == 0)
    #expect(try chat(#""temperature":-0.0"#).sampling.temperature == 0)
    #expect(try chat(#""temperature":0.01000"#).sampling.temperature == 100)
    #expect(try chat(#""temperature":100"#).sampling.temperature == 1_000_000)
  }

  @Test func seedsLimitsAndStops() throws {
    #expect(try chat(#""seed":-9223372036854775808"#).seed == .min)
    #expect(try chat(#""seed":9223372036854775807"#).seed == .max)
    #expect(try chat(#""max_tokens":5"#).maxTokens == 5)
    #expect(try chat(#""max_tokens":5,"max_completion_tokens":5"#).maxTokens == 5)
    #expect(try chat(#""max_completion_tokens":1048576"#).maxTokens == 1 << 20)
    #expect(try chat(#""stop":"é""#).sampling.stop == [[0xC3, 0xA9]])
    #expect(try chat(#""stop":["b","a","a"]"#).sampling.stop == [[0x62], [0x61], [0x61]])
    #expect(try chat(#""stop":[]"#).sampling.stop.isEmpty)
  }

  /// Canonically equivalent texts are different stop strings.
  @Test func stopStringsAreBytes() throws {
    #expect(try chat(#""stop":"\u00e9""#) != chat(#""stop":"e\u0301""#))
  }

  @Test func biasesAreSortedByID() throws {
    let request = try chat(#""logit_bias":{"10":-100,"9":0.5,"4194303":100}"#)
    #expect(
      request.sampling.logitBias == [
        LogitBias(id: 9, value: 5_000), LogitBias(id: 10, value: -1_000_000),
        LogitBias(id: 4_194_303, value: 1_000_000),
      ])
  }

  @Test func streamsAndUsage() throws {
    #expect(try chat(#""stream":true"#).isStreamed)
    let request = try chat(#""stream":true,"stream_options":{"include_usage":true,"include_obfuscation":false}"#)
    #expect(request.isStreamed && request.includesUsage)
  }

  @Test func parametersWithoutInfluenceAreIgnored() throws {
    let members =
      #""user":"u","metadata":{"a":"b"},"store":true,"service_tier":"auto","parallel_tool_calls":true,"#
      + #""safety_identifier":"x","prediction":{"type":"content","content":"x"}"#
    #expect(try chat(members) == chat())
  }

  @Test func switchedOffParametersAreAccepted() throws {
    let members =
      #""n":1,"best_of":1.0,"logprobs":false,"top_logprobs":0,"response_format":{"type":"text"},"#
      + #""modalities":["text"],"min_p":0.0,"ignore_eos":false,"function_call":"none","add_generation_prompt":true"#
    #expect(try chat(members) == chat())
    #expect(try text(#""prompt":"a","echo":false,"suffix":null,"logprobs":null"#) == text(#""prompt":"a""#))
  }

  @Test func dates() throws {
    #expect(try chat(#""razao":{"date":"2024-02-29"}"#).date == RequestDate("2024-02-29"))
    #expect(RequestDate("2000-02-29") != nil && RequestDate("1900-02-29") == nil)
    #expect(RequestDate("0000-01-01") == nil && RequestDate("2026-13-01") == nil && RequestDate("2026-04-31") == nil)
    for text in ["2026/04-30", "2026-04/30", "2026-04-00", "20:6-04-30", "2026-0;-30", "2026-04-030", " 026-04-30"] {
      #expect(RequestDate(text) == nil, "\(text)")
    }
    #expect(RequestDate("2026-04-3٠") == nil && RequestDate("") == nil && RequestDate("2026/04/30") == nil)
    let date = try #require(RequestDate("2026-04-30"))
    #expect((date.year, date.month, date.day) == (2026, 4, 30))
  }

  @Test func templateVariablesKeepTheirOrder() throws {
    let request = try chat(#""chat_template_kwargs":{"z":1,"enable_thinking":false,"a":null}"#)
    #expect(request.templateVariables.members.map(\.name) == ["z", "enable_thinking", "a"])
  }

  @Test func messagesKeepTheirMembersInOrder() throws {
    let request = try chat(
      messages: #"[{"content":"Be kind.","role":"developer"},{"role":"user","name":"Ana","content":"Hi"}]"#)
    #expect(
      messages(request)
        == #"[{"content":"Be kind.","role":"system"},{"role":"user","name":"Ana","content":"Hi"}]"#)
  }

  @Test func textPartsAreJoined() throws {
    let request = try chat(
      messages: #"[{"role":"user","content":[{"type":"text","text":"a"},{"text":"b","type":"text"}]}]"#)
    #expect(messages(request) == #"[{"role":"user","content":"a\nb"}]"#)
  }

  @Test func toolCallsHaveTheirArgumentsOpened() throws {
    let request = try chat(
      messages: #"[{"role":"user","content":"Hi"},{"role":"assistant","content":null,"tool_calls":[{"id":"1","#
        + #""type":"function","function":{"name":"f","arguments":"{\"b\":1.50,\"a\":[2]}"}}],"refusal":null},"#
        + #"{"role":"tool","tool_call_id":"1","content":"3"}]"#)
    #expect(
      messages(request)
        == #"[{"role":"user","content":"Hi"},{"role":"assistant","content":null,"tool_calls":[{"id":"1","#
        + #""type":"function","function":{"name":"f","arguments":{"b":1.50,"a":[2]}}}]},"#
        + #"{"role":"tool","tool_call_id":"1","content":"3"}]"#)
  }

  @Test func tools() throws {
    let tools = #""tools":[{"type":"function","function":{"name":"f","parameters":{}}}]"#
    func shown(_ request: InferenceRequest) -> Int? {
      guard case .messages(_, let tools) = request.input else { return nil }
      return tools?.count
    }
    #expect(shown(try chat(tools)) == 1)
    #expect(shown(try chat(tools + #","tool_choice":"auto""#)) == 1)
    #expect(shown(try chat(tools + #","tool_choice":"none""#)) == nil)
    #expect(shown(try chat(#""tools":[]"#)) == nil)
  }

  @Test func prompts() throws {
    #expect(try text(#""prompt":"a\nb""#).input == .text("a\nb"))
    #expect(try text(#""prompt":["a"]"#).input == .text("a"))
    #expect(try text(#""prompt":[1,2,4194303]"#).input == .tokens([1, 2, 4_194_303]))
    #expect(try text(#""prompt":[[7.0]]"#).input == .tokens([7]))
  }

  @Test func theGatewayReadsThreeFieldsOnly() throws {
    let fields = try RoutingFields(body: Array(#"{"model":"m","stream":true,"seed":-1,"whatever":{}}"#.utf8))
    #expect(fields == (try RoutingFields(body: Array(#"{"seed":-1.0,"stream":true,"model":"m"}"#.utf8))))
    #expect(fields.model == "m" && fields.isStreamed && fields.seed == -1)
    #expect(try RoutingFields(body: Array(#"{"model":"m","seed":null}"#.utf8)).seed == nil)
    for body in ["", "{}", #"{"model":"m","seed":"1"}"#, #"{"model":"m","stream":"yes"}"#, #"{"model":["m"]}"#] {
      #expect(throws: RequestError.self, "\(body)") { try RoutingFields(body: Array(body.utf8)) }
    }
  }
}
