import Answering
import Dialects
import Hashing
import Program
import Receipts
import Runtime

/// The audit of one text: what can be checked without weights, the computation to be made, and what it is compared with.
struct TextAudit {
  let model: Model
  let prompts: PromptBuilder
  private(set) var steps: AuditSteps
  private var request: InferenceRequest?

  init(bundle: Bundle, model: Model, prompts: PromptBuilder) {
    self.model = model
    self.prompts = prompts
    steps = AuditSteps(bundle: bundle)
  }

  private var bundle: Bundle { steps.bundle }
  private var receipt: Receipt { steps.receipt }

  /// The checks before the computation.
  /// - Returns: what is to be computed; `nil` when a check failed.
  mutating func prepare() -> RerunJob? {
    do throws(RerunRefutation) {
      try steps.checkProgram(model.program, layers: model.graph.layers.count)
      let request = try steps.checkRequest(model.program)
      try steps.checkParameters(request)
      guard receipt.prefix == .none || request.promptCacheKey != nil else { throw .parameters(field: "cached prefix") }
      try steps.checkPrompt(Result { () throws(RequestError) in try prompts.prompt(for: request) })
      self.request = request
      return job(request)
    } catch {
      steps.fail(error)
      return nil
    }
  }

  private func job(_ request: InferenceRequest) -> RerunJob {
    let generation = GenerationRequest(
      prompt: bundle.prompt, parameters: SamplerParameters(request.sampling),
      seed: bundle.samplerSeed, choice: receipt.sampling.choice,
      maximumTokens: bundle.answer.count, chainBlind: bundle.blinds.chain)
    let trace = TraceBuilder.Options(
      salt: bundle.blinds.traceSalt(provider: receipt.provider), keepsCells: bundle.trace != nil)
    let prefix = bundle.prefixOrigin.map { TracedPrefix.Claim(length: Int(receipt.prefix.length), salt: $0.salt) }
    return RerunJob(generation, answer: bundle.answer, trace: trace, prefix: prefix)
  }

  /// The checks after the computation.
  mutating func conclude(_ rerun: Result<Rerun, RuntimeError>) {
    do throws(RerunRefutation) {
      let rerun = try checkTokens(rerun)
      try checkPrefix(rerun)
      try steps.checkTrace(root: rerun.traceRoot, cells: rerun.cells, layers: model.graph.layers.count)
      if let request { try checkText(request) }
    } catch {
      steps.fail(error)
    }
  }

  private mutating func checkTokens(_ outcome: Result<Rerun, RuntimeError>) throws(RerunRefutation) -> Rerun {
    switch outcome {
    case .failure(let error): throw .unrunnable("\(error)")
    case .success(let rerun):
      if let index = rerun.firstMismatch, let expected = rerun.expectedToken {
        throw .token(index: index, expected: expected, actual: bundle.answer[index])
      }
      steps.pass(.tokens, "\(bundle.answer.count) tokens, each the program's choice")
      return rerun
    }
  }

  /// What the receipt took from an earlier computation must be the program's too.
  private func checkPrefix(_ rerun: Rerun) throws(RerunRefutation) {
    guard let origin = bundle.prefixOrigin, rerun.prefixRoot != origin.root else { return }
    throw .prefix(expected: rerun.prefixRoot, actual: origin.root)
  }

  private mutating func checkText(_ request: InferenceRequest) throws(RerunRefutation) {
    var text = AnswerText(
      tokenizer: prompts.tokenizer, stopTokens: model.graph.stopTokens, stopStrings: request.sampling.stop,
      limit: prompts.answerLimit(promptCount: bundle.prompt.count, request: request),
      isLimitContext: request.maxTokens == nil)
    for (index, token) in bundle.answer.enumerated() {
      guard text.end == nil else { throw .text("the answer goes on after its end at token \(index - 1)") }
      _ = text.append(token)
    }
    if text.end == nil { _ = text.abort() }
    let stated = receipt.answer.finishReason.rawValue
    guard text.end?.rawValue == stated else {
      throw .text(
        "the answer ends by \(text.end.map { "\($0)" } ?? "nothing"), the receipt says \(receipt.answer.finishReason)")
    }
    guard text.text == bundle.text else { throw .text("the bytes are not those of the tokens") }
    steps.pass(.text, "\(text.text.count) bytes, ended by \(receipt.answer.finishReason)")
  }
}
