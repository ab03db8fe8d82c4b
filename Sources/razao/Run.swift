import Answering
import ArgumentParser
import Audit
import Dialects
import Foundation
import Hashing
import Program
import Runtime
import StrictJSON

/// `razao run`: inference without a network.
struct Run: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Run a program here, without a network or a receipt.",
    discussion: """
      EXAMPLES
        razao run "Tell me a story about a fox."
        razao run "Once upon a time" --program stories.razao --raw --max-tokens 200 --temperature 0
      """)

  @Argument(help: "The prompt.") var prompt: String
  @Option(help: "The program file. Default: the one that ships with Razao.") var program: String?
  @Flag(help: "Continue the text as it is, without the chat template.") var raw = false
  @OptionGroup var sampling: SamplingOptions
  @Option(help: "Threads, 1 to 1024, of which 64 are used at most. Default: all cores.") var threads: Int?
  @Option(help: "Where stamps are kept. Default: RAZAO_HOME or ~/.razao.") var home: String?

  func validate() throws { try Threads.validate(threads) }

  func run() async throws {
    try await Terminal.reporting {
      let loaded = try Files.program(program ?? Files.shippedProgram(), home: Files.home(home))
      let prompts = try PromptBuilder(loaded.program)
      let body = sampling.body(prompt: prompt, isChat: !raw, model: "local", isStreamed: false).encoded()
      let request = try InferenceRequest(endpoint: raw ? .completions : .chat, body: body)
      let tokens = try prompts.prompt(for: request)
      let seed = request.seed.map { taggedHash("razao/local-seed/1", Array("\($0)".utf8)) }
      let model = try Model(loaded)
      if let warning = model.residentWarning { Terminal.note("razao: \(warning)") }
      var text = AnswerText(
        tokenizer: prompts.tokenizer, stopTokens: model.graph.stopTokens, stopStrings: request.sampling.stop,
        limit: prompts.answerLimit(promptCount: tokens.count, request: request),
        isLimitContext: request.maxTokens == nil)
      var generation = try Generation(
        GenerationRequest(
          prompt: tokens, parameters: SamplerParameters(request.sampling), seed: seed ?? Self.randomSeed(),
          maximumTokens: prompts.answerLimit(promptCount: tokens.count, request: request)),
        model: model, parallel: Threads.parallel(threads))
      while text.end == nil, let step = try generation.next() { Terminal.write(text.append(step.token)) }
      Terminal.line("")
    }
  }

  private static func randomSeed() -> Digest {
    var generator = SystemRandomNumberGenerator()
    return SHA256.hash((0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) })
  }
}

/// The sampling options that `run` and `ask` share.
struct SamplingOptions: ParsableArguments {
  @Option(help: "0 for the most likely token each time, otherwise 0.01 to 100, four decimals at most.")
  var temperature: String?
  @Option(help: "Keep the most likely tokens up to this share, four decimals at most.") var topP: String?
  @Option(help: "Keep this many most likely tokens.") var topK: Int?
  @Option(help: "Draw reproducibly from this seed.") var seed: Int?
  @Option(help: "The most tokens of the answer.") var maxTokens: Int?
  @Option(help: "A text that ends the answer; may be repeated.") var stop: [String] = []

  func validate() throws {
    for (name, text) in [("--temperature", temperature), ("--top-p", topP)] {
      guard let text else { continue }
      guard case .number = try? JSON.parse(Array(text.utf8)) else {
        throw ValidationError("\(name) must be a decimal number, not \(text).")
      }
    }
  }

  /// The OpenAI request of a prompt with these options.
  func body(prompt: String, isChat: Bool, model: String, isStreamed: Bool) -> JSON {
    var body: JSONObject = ["model": .string(model)]
    if isChat {
      body["messages"] = [["role": "user", "content": .string(prompt)]]
    } else {
      body["prompt"] = .string(prompt)
    }
    body["temperature"] = temperature.flatMap { try? JSON.parse(Array($0.utf8)) }
    body["top_p"] = topP.flatMap { try? JSON.parse(Array($0.utf8)) }
    body["top_k"] = topK.map { JSON($0) }
    body["seed"] = seed.map { JSON($0) }
    body["max_tokens"] = maxTokens.map { JSON($0) }
    if !stop.isEmpty { body["stop"] = .array(stop.map { .string($0) }) }
    if isStreamed {
      body["stream"] = true
      body["stream_options"] = ["include_usage": true]
    }
    return .object(body)
  }
}
