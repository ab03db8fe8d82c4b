import Answering
import Audit
import Dialects
import Hashing
import Program
import Receipts
import Runtime

/// The real engine of a program that writes text: answers are generated together behind the seam that a provider
/// computes through.
package struct ProgramEngine: AnswerEngine {
  package let program: EngineProgram
  private let model: Model
  private let prompts: PromptBuilder
  private let scheduler: AnswerScheduler

  /// - Parameters:
  ///   - loaded: checked in full, or stamped; nothing is signed for any other.
  ///   - options: how much it takes on at once.
  /// - Throws: `PromptBuilderError` when its tokenizer or template cannot be used, `ProgramError.kind` for a program that
  ///   writes no text.
  package init(_ loaded: LoadedProgram, options: BatchOptions = BatchOptions()) throws {
    let opened = loaded.program
    model = try Model(loaded)
    prompts = try PromptBuilder(opened)
    scheduler = AnswerScheduler(model, options: options)
    program = EngineProgram(
      root: opened.root, name: opened.name, kind: .text, context: model.graph.contextLength,
      layers: UInt32(model.graph.layers.count))
  }

  package func prompt(for request: InferenceRequest) throws(RequestError) -> [UInt32] {
    try prompts.prompt(for: request)
  }

  package func answer(
    _ job: EngineJob, onStep: @Sendable (EngineStep) async throws -> Void
  ) async throws -> EngineAnswer {
    var text = freshText(job)
    let keepsCells = job.prompt.count * model.graph.layers.count <= job.cellLimit
    let request = GenerationRequest(
      prompt: job.prompt, parameters: SamplerParameters(job.request.sampling), seed: job.seed,
      maximumTokens: prompts.answerLimit(promptCount: job.prompt.count, request: job.request))
    let running = try await begin(
      request, TraceBuilder.Options(salt: job.traceSalt, keepsCells: keepsCells), job, text: text)
    var tokens: [UInt32] = []
    var traceRoot = Digest.zero
    do {
      for try await step in running.tokens {
        tokens.append(step.token)
        traceRoot = step.traceRoot
        let shown = text.append(step.token)
        let isCheckpoint = tokens.count.isMultiple(of: Int(Checkpoint.interval))
        try await onStep(EngineStep(token: step.token, text: shown, traceRoot: isCheckpoint ? traceRoot : nil))
      }
    } catch {
      if tokens.isEmpty { throw error }
    }
    let outcome = await running.outcome()
    guard let trace = outcome.trace, !tokens.isEmpty else { throw CancellationError() }
    // The stream also ends when its reader is cancelled.
    if text.end == nil { _ = text.abort() }
    var answer = answer(job, tokens: tokens, text: text, traceRoot: traceRoot, trace: trace)
    if let hit = outcome.prefix { answer.prefix = try hit.statement() }
    if job.cacheKey != nil, outcome.mayBecomePrefix, answer.finish != .aborted {
      answer.onReceipt = { [blind = job.traceBlind] in running.keep(for: $0.encoded() + blind.bytes) }
    }
    return answer
  }

  private func freshText(_ job: EngineJob) -> AnswerText {
    AnswerText(
      tokenizer: prompts.tokenizer, stopTokens: model.graph.stopTokens, stopStrings: job.request.sampling.stop,
      limit: prompts.answerLimit(promptCount: job.prompt.count, request: job.request),
      isLimitContext: job.request.maxTokens == nil)
  }

  private func begin(
    _ request: GenerationRequest, _ trace: TraceBuilder.Options, _ job: EngineJob, text: AnswerText
  ) async throws -> ScheduledAnswer {
    do {
      return try await scheduler.begin(request, trace: trace, key: job.cacheKey, text: text)
    } catch let error as RuntimeError {
      throw RequestError(runtime: error)
    }
  }

  private func answer(
    _ job: EngineJob, tokens: [UInt32], text: AnswerText, traceRoot: Digest, trace: TraceBuilder
  ) -> EngineAnswer {
    let positions = job.prompt.count + tokens.count - 1 - trace.start
    // Tokens that were chosen and not given to anybody have left cells behind.
    let cells = trace.cells.prefix(positions * model.graph.layers.count)
    return EngineAnswer(
      tokens: tokens, text: text.text, finish: text.end.flatMap { FinishReason(rawValue: $0.rawValue) } ?? .aborted,
      trace: TraceStatement(root: traceRoot, positions: UInt32(positions), layers: program.layers),
      cells: (1...max(1, job.cellLimit)).contains(cells.count) ? Array(cells) : nil)
  }
}

extension PrefixHit {
  /// What receipt and bundle say of it: its owner is the earlier receipt and its job's trace blind.
  fileprivate func statement() throws -> (statement: CachedPrefix, origin: PrefixOrigin) {
    guard let blind = Digest(owner.suffix(32)) else {
      throw RequestError(.internalError, nil, "The cached prefix has no receipt; ask again.")
    }
    let origin = PrefixOrigin(
      receipt: try SignedReceipt(decoding: Array(owner.dropLast(32))), traceBlind: blind, root: root,
      path: TreePrefix.path(length: length, of: originTokenRoots[...]))
    return (CachedPrefix(length: UInt32(length), root: root, traceBlind: blind), origin)
  }
}

extension RequestError {
  /// What an engine that cannot take a request says to whoever asks.
  init(runtime error: RuntimeError) {
    switch error {
    case .overloaded, .queueFull: self.init(.tooManyRequests, nil, "The provider is busy: \(error). Try again shortly.")
    case .cacheTooLarge, .contextOverflow: self.init(.contextLength, "max_tokens", "The answer does not fit: \(error).")
    default: self.init(.invalidValue, nil, "The request cannot be answered: \(error).")
    }
  }
}
