import StrictJSON
import Testing

@testable import Dialects

@Suite struct OllamaRequestTests {
  private func request(_ form: OllamaRequest.Form, _ text: String) throws(RequestError) -> OllamaRequest {
    try OllamaRequest(form, body: Array(text.utf8))
  }

  private func equivalent(_ form: OllamaRequest.Form, _ text: String) throws -> String {
    String(decoding: try request(form, text).body, as: UTF8.self)
  }

  @Test func aChatKeepsItsMessagesAndOptions() throws {
    let body = try equivalent(
      .chat,
      """
      {"model":"fabula:latest","messages":[{"role":"user","content":"Hi"}],
       "options":{"temperature":0.5,"num_predict":9,"num_ctx":2048,"repeat_penalty":1.1,"seed":7,"stop":["."]}}
      """)
    #expect(
      body
        == #"{"model":"fabula","messages":[{"role":"user","content":"Hi"}],"temperature":0.5,"max_tokens":9,"#
        + #""repetition_penalty":1.1,"seed":7,"stop":["."],"stream":true}"#)
  }

  @Test func aStreamIsTheDefault() throws {
    #expect(try request(.generate, #"{"model":"m","prompt":"p"}"#).isStreamed)
    #expect(try !request(.generate, #"{"model":"m","prompt":"p","stream":false}"#).isStreamed)
    #expect(try !request(.embed, #"{"model":"m","input":"p"}"#).isStreamed)
  }

  @Test func aPromptIsAConversationUnlessItIsRaw() throws {
    let chat = try request(.generate, #"{"model":"m","prompt":"p","system":"s"}"#)
    #expect(chat.endpoint == .chat)
    #expect(
      String(decoding: chat.body, as: UTF8.self)
        == #"{"model":"m","messages":[{"role":"system","content":"s"},{"role":"user","content":"p"}],"stream":true}"#)
    #expect(try request(.generate, #"{"model":"m","prompt":"p","raw":true}"#).endpoint == .completions)
  }

  @Test func noLimitMeansNoLimit() throws {
    #expect(
      try equivalent(.generate, #"{"model":"m","prompt":"p","raw":true,"options":{"num_predict":-1}}"#)
        == #"{"model":"m","prompt":"p","stream":true}"#)
  }

  @Test(arguments: [
    (OllamaRequest.Form.chat, #"{"model":"m","messages":[]}"#, "messages"),
    (.chat, #"{"model":"m","messages":[{"role":"user"}]}"#, "messages[0]"),
    (.chat, #"{"model":"m","messages":[{"role":"user","content":"x","images":["a"]}]}"#, "messages[0].images"),
    (.chat, #"{"model":"m","messages":[{"role":"user","content":"x"}],"format":"json"}"#, "format"),
    (.generate, #"{"model":"m"}"#, "prompt"),
    (.generate, #"{"model":"m","prompt":"p","options":{"mirostat":1}}"#, "options.mirostat"),
    (.generate, #"{"model":"m","prompt":"p","options":[]}"#, "options"),
    (.generate, #"{"model":"m","prompt":"p","context":[1]}"#, "context"),
    (.embed, #"{"model":"m"}"#, "input"),
    (.embeddings, #"{"model":"m"}"#, "prompt"),
  ])
  func whatCannotBeKeptToIsRefusedByName(form: OllamaRequest.Form, text: String, parameter: String) {
    #expect { try request(form, text) } throws: { ($0 as? RequestError)?.parameter == parameter }
  }

  @Test func answersAreLinesInTheFormThatWasAskedFor() {
    let chat = OllamaAnswer(form: .chat, model: "m", createdAt: "t")
    #expect(
      chat.part("ab").text
        == #"{"model":"m","created_at":"t","message":{"role":"assistant","content":"ab"},"done":false}"#)
    let generate = OllamaAnswer(form: .generate, model: "m", createdAt: "t")
    let end = generate.end(
      text: "x", reason: .length, usage: TokenUsage(promptTokens: 3, completionTokens: 1), nanoseconds: 5, razao: .null)
    #expect(end["response"]?.string == "x")
    #expect(end["done_reason"]?.string == "length")
    #expect(end["eval_count"]?.integer == 1)
  }

  @Test func oneVectorOrManyAsTheOlderAndTheNewerFormHaveIt() {
    let old = OllamaAnswer(form: .embeddings, model: "m", createdAt: "t")
    #expect(old.vectors([[1]], promptTokens: 1, nanoseconds: 1, razao: .null)["embedding"] == [1])
    let new = OllamaAnswer(form: .embed, model: "m", createdAt: "t")
    #expect(new.vectors([[1], [2]], promptTokens: 1, nanoseconds: 1, razao: .null)["embeddings"] == [[1], [2]])
  }
}
