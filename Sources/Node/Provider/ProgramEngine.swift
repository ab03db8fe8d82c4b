import Answering
import Audit
import Dialects
import Dispatch
import Hashing
import Program
import Receipts
import Runtime

/// The real engine: a checked program behind the seam that a provider computes through.
package struct ProgramEngine: AnswerEngine {
  package let program: EngineProgram
  private let model: Model
  private let prompts: PromptBuilder
  private let parallel: Parallel

  /// - Parameter loaded: checked in full, or stamped; nothing is signed for any other.
  /// - Throws: `PromptBuilderError` when its tokenizer or template cannot be used.
  package init(_ loaded: LoadedProgram, parallel: Parallel = Parallel()) throws(PromptBuilderError) {
    let opened = loaded.program
    model = Model(loaded)
    prompts = try PromptBuilder(opened)
    self.parallel = parallel
    let name = opened.name
    program = EngineProgram(
      root: opened.root, name: name, context: opened.graph.contextLength, layers: UInt32(opened.graph.layers.count))
  }

  package func prompt(for request: InferenceRequest) throws(RequestError) -> [UInt32] {
    try prompts.prompt(for: request)
  }

  package func answer(
    _ job: EngineJob, onStep: @Sendable (EngineStep) async throws -> Void
  ) async throws -> EngineAnswer {
    let limit = prompts.answerLimit(promptCount: job.prompt.count, request: job.request)
    let keepsCells = job.prompt.count * model.graph.layers.count <= job.cellLimit
    let generation = try Generation(
      GenerationRequest(
        prompt: job.prompt, parameters: SamplerParameters(job.request.sampling), seed: job.seed, maximumTokens: limit),
      model: model, trace: TraceBuilder.Options(salt: job.traceSalt, keepsCells: keepsCells), parallel: parallel)
    let run = GenerationRun(generation)
    var text = AnswerText(
      tokenizer: prompts.tokenizer, stopTokens: model.graph.stopTokens, stopStrings: job.request.sampling.stop,
      limit: limit, isLimitContext: job.request.maxTokens == nil)
    var tokens: [UInt32] = []
    var traceRoot = Digest.zero
    while try await !run.advancePrompt() { try Task.checkCancellation() }
    while text.end == nil {
      do {
        try Task.checkCancellation()
        guard let step = try await run.next() else { break }
        tokens.append(step.token)
        traceRoot = step.traceRoot
        let shown = text.append(step.token)
        let isCheckpoint = tokens.count.isMultiple(of: Int(Checkpoint.interval))
        try await onStep(EngineStep(token: step.token, text: shown, traceRoot: isCheckpoint ? traceRoot : nil))
      } catch  where !tokens.isEmpty {
        _ = text.abort()
      }
    }
    let trace = TraceStatement(
      root: traceRoot, positions: UInt32(job.prompt.count + tokens.count - 1), layers: program.layers)
    return EngineAnswer(
      tokens: tokens, text: text.text, finish: text.end.flatMap { FinishReason(rawValue: $0.rawValue) } ?? .aborted,
      trace: trace, cells: await run.cells(limit: job.cellLimit))
  }
}

/// A generation on a queue of its own, so that no token is computed on a thread that serves connections.
///
/// `@unchecked Sendable`: the generation is touched on the serial queue only.
private final class GenerationRun: @unchecked Sendable {
  private let queue = DispatchQueue(label: "razao.generation")
  private var generation: Generation

  init(_ generation: Generation) {
    self.generation = generation
  }

  /// Feeds the next block of the prompt; true when all of it is in.
  func advancePrompt() async throws -> Bool {
    try await withCheckedThrowingContinuation { continuation in
      queue.async { continuation.resume(with: Result { try self.generation.advancePrompt() }) }
    }
  }

  func next() async throws -> GeneratedToken? {
    try await withCheckedThrowingContinuation { continuation in
      queue.async { continuation.resume(with: Result { try self.generation.next() }) }
    }
  }

  /// Cell hashes of every position so far, position-major, where they were kept and are few.
  func cells(limit: Int) async -> [Digest]? {
    let cells = await withCheckedContinuation { continuation in
      queue.async { continuation.resume(returning: self.generation.sequence.trace?.cells ?? []) }
    }
    return (1...max(1, limit)).contains(cells.count) ? cells : nil
  }
}
