import Answering
import Dialects
import ProgramTestSupport
import Testing
import Tokenizers

@Suite struct PromptBuilderTests {
  private func builder(template: String = ByteVocabulary.template, context: Int = 64) throws -> PromptBuilder {
    try PromptBuilder(
      tokenizer: ByteVocabulary.tokenizer().encoded(), template: Array(template.utf8),
      vocabularyCount: ByteVocabulary.count, contextLength: context)
  }

  private func request(_ endpoint: Endpoint, _ body: String) throws -> InferenceRequest {
    try InferenceRequest(endpoint: endpoint, body: Array(body.utf8))
  }

  private func refusal(_ builder: PromptBuilder, _ endpoint: Endpoint, _ body: String) throws -> RequestError? {
    let request = try request(endpoint, body)
    do {
      _ = try builder.prompt(for: request)
      return nil
    } catch {
      return error
    }
  }

  @Test func aConversationGoesThroughTheTemplate() throws {
    let body = #"{"model":"m","messages":[{"role":"user","content":"hi"}]}"#
    let tokens = try builder().prompt(for: request(.chat, body))
    #expect(tokens == [256, 258, 0x68, 0x69, 259])
  }

  @Test func aTextGetsTheTokenizersAdditions() throws {
    let tokens = try builder().prompt(for: request(.completions, #"{"model":"m","prompt":"hi"}"#))
    #expect(tokens == [256, 0x68, 0x69])
  }

  @Test func idsAreTakenAsTheyAre() throws {
    let tokens = try builder().prompt(for: request(.completions, #"{"model":"m","prompt":[5,257,0]}"#))
    #expect(tokens == [5, 257, 0])
  }

  @Test func anIdOutsideTheVocabularyIsRefused() throws {
    let refusal = try refusal(builder(), .completions, #"{"model":"m","prompt":[260]}"#)
    #expect(refusal?.status == 400 && refusal?.parameter == "prompt")
  }

  @Test func anOverlongPromptIsRefusedWithItsCounts() throws {
    let text = String(repeating: "a", count: 64)
    let refusal = try refusal(builder(), .completions, #"{"model":"m","prompt":"\#(text)"}"#)
    #expect(refusal?.code == .contextLength)
    #expect(refusal?.message.contains("65") == true)
  }

  @Test func promptAndLimitMustFitTogether() throws {
    let body = #"{"model":"m","prompt":"hi","max_tokens":62}"#
    #expect(try refusal(builder(), .completions, body)?.code == .contextLength)
    let fitting = try request(.completions, #"{"model":"m","prompt":"hi","max_tokens":61}"#)
    #expect(try builder().prompt(for: fitting).count == 3)
    #expect(try builder().answerLimit(promptCount: 3, request: fitting) == 61)
  }

  @Test func chatWithoutATemplateIsRefused() throws {
    let body = #"{"model":"m","messages":[{"role":"user","content":"hi"}]}"#
    #expect(try refusal(builder(template: ""), .chat, body)?.code == .unsupportedValue)
  }

  @Test func aTemplatesRefusalReachesTheClient() throws {
    let template = "{{ raise_exception('no such role') }}"
    let body = #"{"model":"m","messages":[{"role":"user","content":"hi"}]}"#
    #expect(try refusal(builder(template: template), .chat, body)?.message.contains("no such role") == true)
  }

  @Test func theDateComesFromTheRequestAlone() throws {
    let template = "{% if strftime_now is defined %}{{ strftime_now('%d') }}{% else %}-{% endif %}"
    let plain = #"{"model":"m","messages":[{"role":"user","content":"hi"}]}"#
    let dated = #"{"model":"m","messages":[{"role":"user","content":"hi"}],"razao":{"date":"2026-11-22"}}"#
    #expect(try builder(template: template).prompt(for: request(.chat, plain)) == [0x2D])
    #expect(try builder(template: template).prompt(for: request(.chat, dated)) == [0x32, 0x32])
  }

  @Test func malformedSectionsAreRefused() throws {
    #expect(throws: PromptBuilderError.self) {
      try PromptBuilder(tokenizer: [1, 2, 3], template: [], vocabularyCount: 4, contextLength: 4)
    }
    #expect(throws: PromptBuilderError.self) {
      try PromptBuilder(tokenizer: [], template: Array("{% if".utf8), vocabularyCount: 4, contextLength: 4)
    }
  }
}
