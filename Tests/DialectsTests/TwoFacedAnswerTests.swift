import StrictJSON
import Testing

@testable import Dialects

/// Answers that show one text to whoever checks them and another to some client.
@Suite struct TwoFacedAnswerTests {
  private func refused(_ body: String, isStreamed: Bool, endpoint: Endpoint? = nil) -> String? {
    let bytes = Array(body.utf8)
    let error = #expect(throws: AnswerError.self, "\(body)") {
      isStreamed
        ? try AnswerEvent(StreamEvent(data: bytes), endpoint: endpoint)
        : try AnswerEvent(body: bytes, endpoint: endpoint)
    }
    guard case .unexpected(let member) = error else { return nil }
    return member
  }

  @Test func aSecondChoice() {
    let delta = #"{"delta":{"content":"a"}}"#
    let message = #"{"message":{"content":"a"}}"#
    for second in [#"{"index":1,"delta":{"content":"b"}}"#, "{}", "null"] {
      #expect(refused(#"{"choices":[\#(delta),\#(second)]}"#, isStreamed: true) == "choices[1]")
      #expect(refused(#"{"choices":[\#(message),\#(second)]}"#, isStreamed: false) == "choices[1]")
    }
    for index in ["1", "-1", "null", #""0""#] {
      let choice = #"{"index":\#(index),"delta":{"content":"a"}}"#
      #expect(refused(#"{"choices":[\#(choice)]}"#, isStreamed: true) == "choices[0].index")
    }
  }

  /// The checker reads one of the places, the client another.
  @Test(arguments: [
    #""delta":{"content":"a"},"message":{"content":"b"}"#, #""message":{"content":"b"},"text":"a""#,
    #""text":"a","delta":{"content":"b"}"#, #""delta":null,"message":{"content":"b"}"#,
    #""delta":{"content":"a"},"text":null"#,
  ])
  func textInTwoPlaces(members: String) {
    for endpoint in [nil, .chat, .completions] as [Endpoint?] {
      #expect(refused(#"{"choices":[{\#(members)}]}"#, isStreamed: true, endpoint: endpoint) != nil)
      #expect(refused(#"{"choices":[{\#(members)}]}"#, isStreamed: false, endpoint: endpoint) != nil)
    }
  }

  @Test func textInThePlaceOfAnotherForm() {
    #expect(
      refused(#"{"choices":[{"message":{"content":"a"}}]}"#, isStreamed: true) == "choices[0].message")
    #expect(refused(#"{"choices":[{"delta":{"content":"a"}}]}"#, isStreamed: false) == "choices[0].delta")
    let chunk = #"{"object":"chat.completion.chunk","choices":[]}"#
    let whole = #"{"object":"chat.completion","choices":[]}"#
    #expect(refused(chunk, isStreamed: false) == "object")
    #expect(refused(whole, isStreamed: true) == "object")
    #expect(refused(#"{"object":"response","choices":[]}"#, isStreamed: true) == "object")
    #expect(refused(#"{"object":7,"choices":[]}"#, isStreamed: true) == "object")
  }

  @Test func textInThePlaceOfTheOtherEndpoint() {
    let text = #"{"object":"text_completion","choices":[{"text":"a"}]}"#
    let delta = #"{"object":"chat.completion.chunk","choices":[{"delta":{"content":"a"}}]}"#
    #expect(refused(text, isStreamed: true, endpoint: .chat) == "object")
    #expect(refused(text, isStreamed: false, endpoint: .chat) == "object")
    #expect(refused(delta, isStreamed: true, endpoint: .completions) == "object")
    #expect(refused(#"{"choices":[{"text":"a"}]}"#, isStreamed: true, endpoint: .chat) == "choices[0].text")
    let renamed = #"{"object":"text_completion","choices":[{"message":{"content":"a"}}]}"#
    #expect(refused(renamed, isStreamed: false) == "choices[0].message")
  }

  @Test(arguments: [
    #""tool_calls":[]"#, #""tool_calls":[{"function":{"name":"f"}}]"#, #""refusal":"no""#, #""refusal":"""#,
    #""reasoning_content":"b""#, #""reasoning":"b""#, #""function_call":{}"#, #""audio":{}"#,
  ])
  func textBesideTheContent(member: String) throws {
    for (place, isStreamed) in [("delta", true), ("message", false)] {
      let body = #"{"choices":[{"\#(place)":{"content":"a",\#(member)}}]}"#
      #expect(refused(body, isStreamed: isStreamed)?.hasPrefix("choices[0].\(place).") ?? false)
    }
    let null = #"{"choices":[{"delta":{"content":"a","tool_calls":null,"refusal":null}}]}"#
    #expect(try AnswerEvent(StreamEvent(data: Array(null.utf8))) == .part(AnswerPart(text: "a")))
  }

  @Test func textBesideTheChoiceOrUnderAnotherRole() {
    let delta = #""delta":{"content":"a"}"#
    #expect(refused(#"{"choices":[{\#(delta)}],"content":"b"}"#, isStreamed: true) == "content")
    #expect(refused(#"{"choices":[{\#(delta),"content":"b"}]}"#, isStreamed: true) == "choices[0].content")
    #expect(
      refused(#"{"choices":[{\#(delta),"logprobs":{"content":[]}}]}"#, isStreamed: true) == "choices[0].logprobs")
    let role = #"{"choices":[{"delta":{"role":"tool","content":"a"}}]}"#
    #expect(refused(role, isStreamed: true) == "choices[0].delta.role")
  }

  /// Clients skip events whose name they do not know; what is relayed line by line breaks at a line feed.
  @Test func textInAnEventThatSomeClientsSkip() throws {
    let data = Array(#"{"choices":[{"text":"a"}]}"#.utf8)
    #expect(throws: AnswerError.unexpected(member: "event")) {
      try AnswerEvent(StreamEvent(name: Array("note".utf8), data: data))
    }
    #expect(throws: AnswerError.unexpected(member: "data")) { try AnswerEvent(StreamEvent(data: data + [0x0A])) }
    #expect(try AnswerEvent(StreamEvent(data: data), endpoint: .completions) == .part(AnswerPart(text: "a")))
  }

  @Test func hostileNamesAreCutShort() throws {
    let name = String(repeating: "x", count: 5_000)
    let member = try #require(refused(#"{"choices":[],"\#(name)":1}"#, isStreamed: true))
    #expect(member.utf8.count < 100)
  }
}
