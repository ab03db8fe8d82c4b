import StrictJSON
import Testing

@testable import Dialects

/// A body and what is said about it. `param` is "" when no member is to blame.
struct Refused: Sendable, CustomTestStringConvertible {
  let endpoint: Endpoint
  let body: String
  let code: RequestError.Code
  let param: String

  init(_ endpoint: Endpoint, _ body: String, _ code: RequestError.Code, _ param: String) {
    (self.endpoint, self.body, self.code, self.param) = (endpoint, body, code, param)
  }

  /// A chat body with more members after a good model and message.
  static func chat(_ members: String, _ code: RequestError.Code, _ param: String) -> Refused {
    Refused(.chat, #"{"model":"m","messages":[{"role":"user","content":"Hi"}],\#(members)}"#, code, param)
  }

  /// A chat body with these messages.
  static func messages(_ messages: String, _ code: RequestError.Code, _ param: String) -> Refused {
    Refused(.chat, #"{"model":"m","messages":\#(messages)}"#, code, param)
  }

  static func text(_ members: String, _ code: RequestError.Code, _ param: String) -> Refused {
    Refused(.completions, #"{"model":"m",\#(members)}"#, code, param)
  }

  var testDescription: String { String(body.prefix(100)) }
}

private let malformed: [Refused] = [
  Refused(.chat, "", .invalidJSON, ""),
  Refused(.chat, "{", .invalidJSON, ""),
  Refused(.chat, "[]", .invalidJSON, ""),
  Refused(.chat, "null", .invalidJSON, ""),
  Refused(.chat, #"{"model":"m","model":"m"}"#, .invalidJSON, ""),
  .chat(#""temperature":NaN"#, .invalidJSON, ""),
  .chat(#""temperature":Infinity"#, .invalidJSON, ""),
  .chat(#""temperature":.5"#, .invalidJSON, ""),
  .chat(#""stop":"\ud800""#, .invalidJSON, ""),
  .chat(#""stop":"\udc00\ud800""#, .invalidJSON, ""),
  .chat(#""user":"\ud83d""#, .invalidJSON, ""),
  .chat(#""metadata":\#(String(repeating: "[", count: 40))\#(String(repeating: "]", count: 40))"#, .invalidJSON, ""),
  Refused(.chat, #"{"messages":[{"role":"user","content":"Hi"}]}"#, .missingParameter, "model"),
  .text(#""prompt":"a","model ":"m""#, .unknownParameter, "model "),
  Refused(.completions, #"{"model":"","prompt":"a"}"#, .invalidValue, "model"),
  Refused(.completions, #"{"model":7,"prompt":"a"}"#, .invalidType, "model"),
  Refused(.completions, #"{"model":null,"prompt":"a"}"#, .missingParameter, "model"),
]

private let samplingRefusals: [Refused] = [
  .chat(#""temperature":"1""#, .invalidType, "temperature"),
  .chat(#""temperature":true"#, .invalidType, "temperature"),
  .chat(#""temperature":0.00001"#, .invalidValue, "temperature"),
  .chat(#""temperature":0.12345"#, .invalidValue, "temperature"),
  .chat(#""temperature":0.0099"#, .invalidValue, "temperature"),
  .chat(#""temperature":-0.1"#, .invalidValue, "temperature"),
  .chat(#""temperature":100.0001"#, .invalidValue, "temperature"),
  .chat(#""temperature":1e999999999999"#, .invalidValue, "temperature"),
  .chat(#""top_p":0"#, .invalidValue, "top_p"),
  .chat(#""top_p":1.0001"#, .invalidValue, "top_p"),
  .chat(#""top_k":-1"#, .invalidValue, "top_k"),
  .chat(#""top_k":1.5"#, .invalidValue, "top_k"),
  .chat(#""top_k":2147483648"#, .invalidValue, "top_k"),
  .chat(#""repetition_penalty":0.09"#, .invalidValue, "repetition_penalty"),
  .chat(#""repetition_penalty":10.1"#, .invalidValue, "repetition_penalty"),
  .chat(#""presence_penalty":2.1"#, .invalidValue, "presence_penalty"),
  .chat(#""frequency_penalty":-2.1"#, .invalidValue, "frequency_penalty"),
  .chat(#""frequency_penalty":[]"#, .invalidType, "frequency_penalty"),
  .chat(#""max_tokens":0"#, .invalidValue, "max_tokens"),
  .chat(#""max_tokens":1048577"#, .invalidValue, "max_tokens"),
  .chat(#""max_tokens":"9""#, .invalidType, "max_tokens"),
  .chat(#""max_completion_tokens":-1"#, .invalidValue, "max_completion_tokens"),
  .chat(#""max_tokens":5,"max_completion_tokens":6"#, .invalidValue, "max_tokens"),
  .chat(#""seed":9223372036854775808"#, .invalidValue, "seed"),
  .chat(#""seed":0.5"#, .invalidValue, "seed"),
  .chat(#""seed":"7""#, .invalidType, "seed"),
  .chat(#""stop":7"#, .invalidType, "stop"),
  .chat(#""stop":[7]"#, .invalidType, "stop[0]"),
  .chat(#""stop":"""#, .invalidValue, "stop"),
  .chat(#""stop":["a",""]"#, .invalidValue, "stop[1]"),
  .chat(#""stop":"\#(String(repeating: "é", count: 129))""#, .invalidValue, "stop"),
  .chat(#""stop":[\#(Array(repeating: #""a""#, count: 17).joined(separator: ","))]"#, .invalidValue, "stop"),
  .chat(#""logit_bias":[]"#, .invalidType, "logit_bias"),
  .chat(
    #""logit_bias":{\#((0..<1_025).map { #""\#($0)":1"# }.joined(separator: ","))}"#, .invalidValue, "logit_bias"),
  .chat(#""logit_bias":{"x":1}"#, .invalidValue, "logit_bias.x"),
  .chat(#""logit_bias":{"01":1}"#, .invalidValue, "logit_bias.01"),
  .chat(#""logit_bias":{"-1":1}"#, .invalidValue, "logit_bias.-1"),
  .chat(#""logit_bias":{"+1":1}"#, .invalidValue, "logit_bias.+1"),
  .chat(#""logit_bias":{"4194304":1}"#, .invalidValue, "logit_bias.4194304"),
  .chat(#""logit_bias":{"5":100.5}"#, .invalidValue, "logit_bias.5"),
  .chat(#""logit_bias":{"5":"1"}"#, .invalidType, "logit_bias.5"),
]

private let optionRefusals: [Refused] = [
  .chat(#""stream":1"#, .invalidType, "stream"),
  .chat(#""stream_options":{"include_usage":true}"#, .invalidValue, "stream_options"),
  .chat(#""stream":true,"stream_options":true"#, .invalidType, "stream_options"),
  .chat(#""stream":true,"stream_options":{"include_usage":"yes"}"#, .invalidType, "stream_options.include_usage"),
  .chat(#""stream":true,"stream_options":{"usage":true}"#, .unknownParameter, "stream_options.usage"),
  .chat(#""razao":{"date":"2026-02-29"}"#, .invalidValue, "razao.date"),
  .chat(#""razao":{"date":"2026-2-01"}"#, .invalidValue, "razao.date"),
  .chat(#""razao":{"date":20260201}"#, .invalidType, "razao.date"),
  .chat(#""razao":{"level":2}"#, .unknownParameter, "razao.level"),
  .chat(#""razao":"2026-02-01""#, .invalidType, "razao"),
  .chat(#""chat_template_kwargs":[]"#, .invalidType, "chat_template_kwargs"),
  .chat(#""chat_template_kwargs":{"messages":[]}"#, .invalidValue, "chat_template_kwargs.messages"),
  .chat(#""foo":1"#, .unknownParameter, "foo"),
  .chat(#""Temperature":1"#, .unknownParameter, "Temperature"),
  .chat(#""prompt":"a""#, .unknownParameter, "prompt"),
  .chat(#""n":2"#, .unsupportedParameter, "n"),
  .chat(#""best_of":2"#, .unsupportedParameter, "best_of"),
  .chat(#""logprobs":true"#, .unsupportedParameter, "logprobs"),
  .chat(#""top_logprobs":3"#, .unsupportedParameter, "top_logprobs"),
  .chat(#""response_format":{"type":"json_schema","json_schema":{}}"#, .unsupportedParameter, "response_format"),
  .chat(#""response_format":{"type":"json_object"}"#, .unsupportedParameter, "response_format"),
  .chat(#""response_format":{"type":"text","strict":true}"#, .unsupportedParameter, "response_format"),
  .chat(#""modalities":["text","audio"]"#, .unsupportedParameter, "modalities"),
  .chat(#""audio":{"voice":"a"}"#, .unsupportedParameter, "audio"),
  .chat(#""reasoning_effort":"high""#, .unsupportedParameter, "reasoning_effort"),
  .chat(#""functions":[]"#, .unsupportedParameter, "functions"),
  .chat(#""min_p":0.1"#, .unsupportedParameter, "min_p"),
  .chat(#""ignore_eos":true"#, .unsupportedParameter, "ignore_eos"),
  .chat(#""chat_template":"x""#, .unsupportedParameter, "chat_template"),
  .chat(#""continue_final_message":true"#, .unsupportedParameter, "continue_final_message"),
  .chat(#""tool_choice":"required""#, .unsupportedParameter, "tool_choice"),
  .chat(#""tool_choice":{"type":"function"}"#, .unsupportedParameter, "tool_choice"),
  .chat(#""tools":{}"#, .invalidType, "tools"),
  .chat(#""tools":[1]"#, .invalidType, "tools[0]"),
  .chat(#""tools":[{"type":"web"}]"#, .invalidValue, "tools[0].type"),
  .chat(#""tools":[{"type":"function","function":{}}]"#, .missingParameter, "tools[0].function.name"),
]

private let messageRefusals: [Refused] = [
  Refused(.chat, #"{"model":"m"}"#, .missingParameter, "messages"),
  .messages("[]", .invalidValue, "messages"),
  .messages(#""Hi""#, .invalidType, "messages"),
  .messages(#"["Hi"]"#, .invalidType, "messages[0]"),
  .messages(#"[{"content":"Hi"}]"#, .missingParameter, "messages[0].role"),
  .messages(#"[{"role":"wizard","content":"Hi"}]"#, .invalidValue, "messages[0].role"),
  .messages(#"[{"role":5,"content":"Hi"}]"#, .invalidType, "messages[0].role"),
  .messages(#"[{"role":"user"}]"#, .missingParameter, "messages[0].content"),
  .messages(#"[{"role":"user","content":null}]"#, .missingParameter, "messages[0].content"),
  .messages(#"[{"role":"assistant"}]"#, .missingParameter, "messages[0].content"),
  .messages(#"[{"role":"user","content":5}]"#, .invalidType, "messages[0].content"),
  .messages(#"[{"role":"user","content":[]}]"#, .invalidValue, "messages[0].content"),
  .messages(#"[{"role":"user","content":["a"]}]"#, .invalidType, "messages[0].content[0]"),
  .messages(#"[{"role":"user","content":[{"text":"a"}]}]"#, .missingParameter, "messages[0].content[0].type"),
  .messages(#"[{"role":"user","content":[{"type":"text"}]}]"#, .missingParameter, "messages[0].content[0].text"),
  .messages(
    #"[{"role":"user","content":[{"type":"image_url","image_url":{"url":"x"}}]}]"#, .unsupportedValue,
    "messages[0].content[0].type"),
  .messages(#"[{"role":"user","content":"a","mood":"b"}]"#, .unknownParameter, "messages[0].mood"),
  .messages(#"[{"role":"user","content":"a","name":5}]"#, .invalidType, "messages[0].name"),
  .messages(#"[{"role":"assistant","content":"a","refusal":"no"}]"#, .unsupportedParameter, "messages[0].refusal"),
  .messages(#"[{"role":"user","content":"a","tool_calls":[{}]}]"#, .invalidValue, "messages[0].tool_calls"),
  .messages(#"[{"role":"assistant","tool_calls":[]}]"#, .invalidValue, "messages[0].tool_calls"),
  .messages(#"[{"role":"assistant","tool_calls":[{}]}]"#, .missingParameter, "messages[0].tool_calls[0].function"),
  .messages(
    #"[{"role":"assistant","tool_calls":[{"function":{"name":"f"}}]}]"#, .missingParameter,
    "messages[0].tool_calls[0].function.arguments"),
  .messages(
    #"[{"role":"assistant","tool_calls":[{"function":{"name":"f","arguments":"{"}}]}]"#, .invalidValue,
    "messages[0].tool_calls[0].function.arguments"),
  .messages(
    #"[{"role":"assistant","tool_calls":[{"function":{"name":"f","arguments":"[]"}}]}]"#, .invalidValue,
    "messages[0].tool_calls[0].function.arguments"),
]

private let promptRefusals: [Refused] = [
  Refused(.completions, #"{"model":"m"}"#, .missingParameter, "prompt"),
  .text(#""prompt":"""#, .invalidValue, "prompt"),
  .text(#""prompt":[]"#, .invalidValue, "prompt"),
  .text(#""prompt":[[]]"#, .invalidValue, "prompt"),
  .text(#""prompt":[""]"#, .invalidValue, "prompt"),
  .text(#""prompt":5"#, .invalidType, "prompt"),
  .text(#""prompt":{}"#, .invalidType, "prompt"),
  .text(#""prompt":["a","b"]"#, .unsupportedValue, "prompt"),
  .text(#""prompt":[[1],[2]]"#, .unsupportedValue, "prompt"),
  .text(#""prompt":[1,"a"]"#, .invalidType, "prompt[1]"),
  .text(#""prompt":[1,-1]"#, .invalidValue, "prompt[1]"),
  .text(#""prompt":[1,0.5]"#, .invalidValue, "prompt[1]"),
  .text(#""prompt":[4194304]"#, .invalidValue, "prompt[0]"),
  .text(#""prompt":"a","messages":[]"#, .unknownParameter, "messages"),
  .text(#""prompt":"a","suffix":"b""#, .unsupportedParameter, "suffix"),
  .text(#""prompt":"a","echo":true"#, .unsupportedParameter, "echo"),
  .text(#""prompt":"a","logprobs":0"#, .unsupportedParameter, "logprobs"),
  .text(#""prompt":"a","max_completion_tokens":5"#, .unknownParameter, "max_completion_tokens"),
]

@Suite struct RequestErrorTests {
  @Test(arguments: malformed + samplingRefusals + optionRefusals + messageRefusals + promptRefusals)
  func bodyIsRefused(refused: Refused) {
    let error = #expect(throws: RequestError.self) {
      try InferenceRequest(endpoint: refused.endpoint, body: Array(refused.body.utf8))
    }
    #expect(error?.code == refused.code)
    #expect(error?.parameter == (refused.param.isEmpty ? nil : refused.param))
    #expect(error?.status == 400 && error?.kind == .invalidRequest)
    #expect(error.map { !$0.message.contains("\n") && $0.message.hasSuffix(".") } ?? false)
  }

  @Test func invalidUTF8IsRefused() {
    let body = Array(#"{"model":"m","prompt":""#.utf8) + [0xC3, 0x28] + Array(#""}"#.utf8)
    let error = #expect(throws: RequestError.self) { try InferenceRequest(endpoint: .completions, body: body) }
    #expect(error?.code == .invalidJSON)
    #expect(error?.message == "The body is not valid JSON: invalid UTF-8 (byte 22). Correct it and send again.")
  }

  @Test func bodyOverTheLimitIsRefusedBeforeItIsRead() {
    let body = [UInt8](repeating: 0x20, count: RequestLimits.byteCount + 1)
    let error = #expect(throws: RequestError.self) { try InferenceRequest(endpoint: .chat, body: body) }
    #expect(error?.status == 413 && error?.code == .bodyTooLarge)
  }

  @Test func messagesSayWhatWhereAndWhatToDo() {
    func message(_ members: String) -> String? {
      let body = Array(#"{"model":"m","prompt":"a",\#(members)}"#.utf8)
      return #expect(throws: RequestError.self) { try InferenceRequest(endpoint: .completions, body: body) }?.message
    }
    #expect(
      message(#""temperature":0.001"#) == "`temperature` must be 0, or from 0.01 to 100 with at most four decimals.")
    #expect(message(#""presence_penalty":3"#) == "`presence_penalty` must be from -2 to 2 with at most four decimals.")
    #expect(message(#""top_p":2"#) == "`top_p` must be from 0.0001 to 1 with at most four decimals.")
    #expect(
      message(#""n":3"#)
        == "`n` would change the answer and is not supported here; leave it out or send 1.")
    #expect(
      message(#""tempratur":1"#)
        == "`tempratur` is no parameter of /v1/completions; remove it or correct its name.")
  }

  /// The smallest exponent there is has no magnitude of its own type.
  @Test func exponentThatHasNoOppositeIsRefusedAndDoesNotTrap() throws {
    let tiny = Array(#"{"model":"m","prompt":"a","seed":1e-9223372036854775808}"#.utf8)
    let error = #expect(throws: RequestError.self) { try InferenceRequest(endpoint: .completions, body: tiny) }
    #expect(error?.code == .invalidValue && error?.parameter == "seed")
    let zero = Array(#"{"model":"m","prompt":"a","seed":0e-9223372036854775808}"#.utf8)
    #expect(try InferenceRequest(endpoint: .completions, body: zero).seed == 0)
  }

  @Test func hostileNamesStayOnOneShortLine() {
    let name = #"a\n\u0000\u0085"# + String(repeating: "x", count: 500)
    let body = Array(#"{"model":"m","prompt":"a","\#(name)":1}"#.utf8)
    let error = #expect(throws: RequestError.self) { try InferenceRequest(endpoint: .completions, body: body) }
    #expect(error?.code == .unknownParameter)
    #expect(error?.message.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x85 } ?? false)
    #expect(error.map { $0.message.utf8.count < 200 } ?? false)
  }

  @Test func errorObjectHasOpenAIsShape() {
    let error = RequestError(.modelNotFound, "model", "There is no model `x`; see /v1/models.")
    #expect(error.status == 404)
    #expect(
      error.json.text
        == #"{"error":{"message":"There is no model `x`; see /v1/models.","type":"not_found_error","param":"model","#
        + #""code":"model_not_found"}}"#)
    #expect(RequestError(.internalError, nil, "x").json.text.contains(#""param":null"#))
    for code in RequestError.Code.allCases {
      let error = RequestError(code, nil, "x")
      #expect((400...599).contains(error.status) && (error.status >= 500) == (error.kind == .server))
    }
  }
}
