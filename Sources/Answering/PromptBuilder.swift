import Dialects
import StrictJSON
import Templates
import Tokenizers

/// What a program needs to read requests: its tokenizer, its chat template, its limits.
package struct PromptBuilder: Sendable {
  package let tokenizer: Tokenizer?
  private let template: Template?
  let vocabularyCount: Int
  let contextLength: Int

  /// - Parameters:
  ///   - tokenizer: a program's tokenizer section; empty for none.
  ///   - template: a program's template section; empty for none.
  /// - Throws: `PromptBuilderError` when a section is malformed.
  package init(
    tokenizer: [UInt8], template: [UInt8], vocabularyCount: Int, contextLength: Int
  ) throws(PromptBuilderError) {
    do throws(TokenizerDecodingError) {
      self.tokenizer = tokenizer.isEmpty ? nil : try Tokenizer(decoding: tokenizer)
    } catch {
      throw .tokenizer("\(error)")
    }
    do throws(TemplateError) {
      self.template = template.isEmpty ? nil : try Template.parse(template)
    } catch {
      throw .template("\(error)")
    }
    self.vocabularyCount = vocabularyCount
    self.contextLength = contextLength
  }

  /// The prompt's token ids: the function of the request's bytes that provider and auditor share (SPEC.md, section 11).
  ///
  /// A conversation is rendered by the template and tokenised with special tokens recognised and none added; a text is
  /// tokenised with the tokenizer's own additions; ids are taken as they are.
  /// - Throws: `RequestError`: no tokenizer or template, a template that refuses, an id outside the vocabulary, an empty
  ///   prompt, or one that leaves no room in the context.
  package func prompt(for request: InferenceRequest) throws(RequestError) -> [UInt32] {
    let tokens: [UInt32]
    switch request.input {
    case .messages(let messages, let tools):
      let text = try render(messages, tools: tools, request)
      tokens = try encode(text, addSpecial: false, "messages")
    case .text(let text):
      tokens = try encode(Array(text.utf8), addSpecial: true, "prompt")
    case .tokens(let ids):
      tokens = ids
    case .embedding, .picture, .sequence:
      throw RequestError(
        .unsupportedValue, "model",
        "This program writes text; \(request.endpoint.path) needs a program of another kind.")
    }
    guard !tokens.isEmpty else {
      throw RequestError(.invalidValue, parameter(of: request), "The prompt is empty; give at least one token.")
    }
    if let id = tokens.first(where: { $0 >= vocabularyCount }) {
      throw RequestError(
        .invalidValue, parameter(of: request), "Token \(id) is outside the vocabulary of \(vocabularyCount).")
    }
    try checkRoom(promptCount: tokens.count, request)
    return tokens
  }

  /// The most tokens that the answer may have.
  package func answerLimit(promptCount: Int, request: InferenceRequest) -> Int {
    let room = contextLength - promptCount
    return min(request.maxTokens ?? room, room)
  }

  private func parameter(of request: InferenceRequest) -> String {
    request.endpoint == .chat ? "messages" : "prompt"
  }

  private func checkRoom(promptCount: Int, _ request: InferenceRequest) throws(RequestError) {
    let wanted = request.maxTokens ?? 1
    guard promptCount + wanted <= contextLength else {
      throw RequestError(
        .contextLength, parameter(of: request),
        "The context holds \(contextLength) tokens; the prompt has \(promptCount) and \(wanted) are asked for. "
          + "Shorten the prompt or lower max_tokens.")
    }
  }

  func encode(
    _ text: [UInt8], addSpecial: Bool, parseSpecial: Bool = true, _ parameter: String
  ) throws(RequestError) -> [UInt32] {
    guard let tokenizer else {
      throw RequestError(
        .unsupportedValue, parameter, "This program has no tokenizer; send token ids to /v1/completions.")
    }
    do throws(TokenizationError) {
      return try tokenizer.encode(text, addSpecial: addSpecial, parseSpecial: parseSpecial)
    } catch {
      throw RequestError(.invalidValue, parameter, "The text cannot be tokenised: \(error).")
    }
  }

  private func render(
    _ messages: [JSON], tools: [JSON]?, _ request: InferenceRequest
  ) throws(RequestError) -> [UInt8] {
    guard let template else {
      throw RequestError(
        .unsupportedValue, "messages", "This program has no chat template; use /v1/completions.")
    }
    var context = request.templateVariables
    context["messages"] = .array(messages)
    if let tools { context["tools"] = .array(tools) }
    context["add_generation_prompt"] = true
    context["bos_token"] = specialText(tokenizer?.beginningID)
    context["eos_token"] = specialText(tokenizer?.endID)
    let date = request.date.flatMap { TemplateDate(year: $0.year, month: $0.month, day: $0.day) }
    do throws(TemplateError) {
      return try template.render(context, now: date)
    } catch {
      throw RequestError(.invalidValue, "messages", "The chat template refuses the conversation: \(error)")
    }
  }

  private func specialText(_ id: UInt32?) -> JSON {
    guard let id, let tokenizer else { return "" }
    return .string(String(decoding: tokenizer.bytes(of: id), as: UTF8.self))
  }
}

/// A tokenizer or template section that cannot be used.
package enum PromptBuilderError: Error, Equatable, Sendable, CustomStringConvertible {
  case tokenizer(String)
  case template(String)

  package var description: String {
    switch self {
    case .tokenizer(let reason): "the program's tokenizer section is malformed: \(reason)"
    case .template(let reason): "the program's chat template cannot be used: \(reason)"
    }
  }
}
