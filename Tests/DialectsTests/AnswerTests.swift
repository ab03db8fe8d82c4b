import StrictJSON
import Testing

@testable import Dialects

@Suite struct AnswerTests {
  private let usage = TokenUsage(promptTokens: 3, completionTokens: 4, cachedTokens: 1)
  private let usageText =
    #"{"prompt_tokens":3,"completion_tokens":4,"total_tokens":7,"prompt_tokens_details":{"cached_tokens":1}}"#

  private func writer(_ endpoint: Endpoint, includesUsage: Bool = false) -> AnswerWriter {
    AnswerWriter(endpoint: endpoint, requestID: "ab", created: 12, model: "m", includesUsage: includesUsage)
  }

  @Test func chatCompletion() {
    let answer = writer(.chat).answer(text: "Hi", end: .stop, usage: usage, razao: ["level": "signed"])
    #expect(
      answer.text
        == #"{"id":"chatcmpl-ab","object":"chat.completion","created":12,"model":"m","choices":[{"index":0,"#
        + #""message":{"role":"assistant","content":"Hi","refusal":null},"logprobs":null,"finish_reason":"stop"}],"#
        + #""usage":\#(usageText),"razao":{"level":"signed"}}"#)
  }

  @Test func textCompletion() {
    let answer = writer(.completions).answer(text: "Hi", end: .length, usage: usage)
    #expect(
      answer.text
        == #"{"id":"cmpl-ab","object":"text_completion","created":12,"model":"m","choices":[{"text":"Hi","index":0,"#
        + #""logprobs":null,"finish_reason":"length"}],"usage":\#(usageText)}"#)
  }

  @Test func chatChunks() {
    let head = #"{"id":"chatcmpl-ab","object":"chat.completion.chunk","created":12,"model":"m","choices":[{"index":0,"#
    let writer = writer(.chat)
    #expect(
      writer.openingEvent()?.text
        == head + #""delta":{"role":"assistant","content":""},"logprobs":null,"finish_reason":null}]}"#)
    #expect(
      writer.textEvent("Hi", razao: ["checkpoint": "AA=="]).text
        == head + #""delta":{"content":"Hi"},"logprobs":null,"finish_reason":null}],"razao":{"checkpoint":"AA=="}}"#)
    #expect(
      writer.closingEvents(end: .stop, usage: usage, razao: 1).map(\.text)
        == [head + #""delta":{},"logprobs":null,"finish_reason":"stop"}],"razao":1}"#])
  }

  @Test func usageComesLastAndOnlyWhenAskedFor() {
    let writer = writer(.completions, includesUsage: true)
    #expect(writer.openingEvent() == nil)
    #expect(writer.textEvent("a")["usage"]?.isNull ?? false)
    let closing = writer.closingEvents(end: .stop, usage: usage, razao: "r")
    #expect(closing.count == 2)
    #expect(closing[0]["usage"]?.isNull ?? false)
    #expect(closing[0]["razao"] == nil)
    #expect(closing[1]["choices"]?.array?.isEmpty ?? false)
    #expect(closing[1]["usage"] == usage.json && closing[1]["razao"]?.string == "r")
  }

  @Test func modelsList() {
    let list = ModelEntry.list([ModelEntry(id: "m", created: 1, owner: "razao", razao: ["root": "ab"])])
    #expect(
      list.text
        == #"{"object":"list","data":[{"id":"m","object":"model","created":1,"owned_by":"razao","#
        + #""razao":{"root":"ab"}}]}"#)
  }

  /// What the writer writes, the reader reads.
  @Test(arguments: Endpoint.allCases, [false, true])
  func streamReadsBackAsTheAnswer(endpoint: Endpoint, includesUsage: Bool) throws {
    let writer = writer(endpoint, includesUsage: includesUsage)
    let pieces = ["About ", "five", " m\u{00E8}tres.\n\n"]
    var events: [JSON] = []
    if let opening = writer.openingEvent() { events.append(opening) }
    events += pieces.map { writer.textEvent($0) }
    events += writer.closingEvents(end: .length, usage: usage, razao: "r")
    let bytes = events.flatMap { StreamEvent.framed($0) } + StreamEvent.doneFrame
    var parser = EventStreamParser()
    var (text, end, readUsage, razao, isDone) = ("", AnswerEnd?.none, TokenUsage?.none, JSON?.none, false)
    for event in try parser.receive(bytes) {
      switch try AnswerEvent(event) {
      case .part(let part):
        text += part.text
        end = part.end ?? end
        readUsage = part.usage ?? readUsage
        razao = part.razao ?? razao
        #expect(part.id == writer.id && part.model == "m")
      case .failure: Issue.record("no failure was written")
      case .done: isDone = true
      }
    }
    #expect(text == pieces.joined() && end == .length && isDone)
    #expect(readUsage == (includesUsage ? usage : nil) && razao == "r")
  }

  @Test(arguments: Endpoint.allCases) func wholeAnswerReadsBack(endpoint: Endpoint) throws {
    let body = writer(endpoint).answer(text: "Hi", end: .stop, usage: usage, razao: "r").encoded()
    guard case .part(let part) = try AnswerEvent(body: body) else {
      Issue.record("not a part")
      return
    }
    #expect(part.text == "Hi" && part.end == .stop && part.usage == usage && part.razao == "r")
  }

  @Test(arguments: [
    #"{"choices":[{"delta":{"content":null}}]}"#, #"{"choices":[{"delta":{}}]}"#, #"{"choices":[{"text":null}]}"#,
    #"{"choices":[{}],"usage":null,"error":null}"#, #"{"choices":[]}"#,
  ])
  func absentTextIsEmpty(body: String) throws {
    #expect(try AnswerEvent(StreamEvent(data: Array(body.utf8))) == .part(AnswerPart(text: "")))
    let whole = body.replacing("delta", with: "message")
    #expect(try AnswerEvent(body: Array(whole.utf8)) == .part(AnswerPart(text: "")))
  }

  @Test func refusalsReadBack() throws {
    let error = RequestError(.modelNotFound, "model", "There is no model `x`.")
    #expect(try AnswerEvent(body: error.json.encoded()) == .failure(error))
    let foreign = Array(#"{"error":{"message":"Odd","type":"x","code":"y"}}"#.utf8)
    #expect(try AnswerEvent(body: foreign) == .failure(RequestError(.providerFailed, nil, "Odd")))
  }

  @Test(arguments: [
    "", "[]", "{}", #"{"choices":1}"#, #"{"choices":[1]}"#, #"{"choices":[{"text":1}]}"#,
    #"{"choices":[{"delta":{"content":[]}}]}"#, #"{"choices":[{"text":"a","finish_reason":"because"}]}"#,
    #"{"choices":[],"usage":{"prompt_tokens":-1,"completion_tokens":1}}"#, #"{"choices":[],"usage":7}"#,
  ])
  func malformedAnswersAreRefused(body: String) {
    #expect(throws: AnswerError.self) { try AnswerEvent(body: Array(body.utf8)) }
  }
}
