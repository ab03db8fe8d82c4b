import Answering
import Dialects
import Hashing
import Program
import Receipts
import Runtime
import StrictJSON

/// Re-runs answers of one program, bit for bit (level 1 of the ladder, SPEC.md, section 12).
///
/// *Soundness.* A report without a refutation means that this program, on exactly the request's bytes and the
/// receipt's seed, gives exactly these tokens and this text, and that the provider's committed trace is the program's
/// own, every cell of it. It does not tell who asked, nor whether the seed was drawn fairly: see the seed kinds.
package struct AnswerAuditor: Sendable {
  private let model: Model
  private let prompts: PromptBuilder
  private let parallel: Parallel

  /// - Parameter loaded: the honest program, checked in full.
  /// - Throws: `PromptBuilderError` when its tokenizer or template cannot be used.
  package init(_ loaded: LoadedProgram, parallel: Parallel = Parallel()) throws(PromptBuilderError) {
    model = Model(loaded)
    prompts = try PromptBuilder(loaded.program)
    self.parallel = parallel
  }

  /// The root of the program that answers are held to.
  package var programRoot: Digest { model.program.root }

  /// What the program is called in requests.
  package var programName: String { model.program.name }

  /// Checks a bundle at level 0, then runs its answer again.
  /// - Complexity: one prefill of prompt and answer.
  package func audit(_ bytes: [UInt8], now: UInt64? = nil) -> RerunReport {
    let statement = VerificationReport(bundle: bytes, now: now)
    guard statement.refutation == nil, let bundle = statement.bundle else {
      return RerunReport(
        statement: statement, findings: [], refutation: statement.refutation.map { .statement($0) })
    }
    var audit = Audit(bundle: bundle, model: model, prompts: prompts, parallel: parallel)
    do throws(RerunRefutation) {
      try audit.run()
      return RerunReport(statement: statement, findings: audit.findings, refutation: nil)
    } catch {
      audit.fail(error)
      return RerunReport(statement: statement, findings: audit.findings, refutation: error)
    }
  }
}

extension Program {
  /// What the program is called in requests: the name in its record, else its root.
  package var name: String {
    (try? JSON.parse(sources))?["name"]?.string ?? root.hex
  }
}

extension PromptBuilder {
  /// The prompt builder of a program's tokenizer, template and limits.
  package init(_ program: Program) throws(PromptBuilderError) {
    try self.init(
      tokenizer: program.tokenizer, template: program.template, vocabularyCount: program.graph.vocabularyCount,
      contextLength: program.graph.contextLength)
  }
}

/// One audit under way: the checks in order, each with what it found.
private struct Audit {
  let bundle: Bundle
  let model: Model
  let prompts: PromptBuilder
  let parallel: Parallel
  private(set) var findings: [RerunReport.Finding] = []

  private var receipt: Receipt { bundle.receipt.body }

  init(bundle: Bundle, model: Model, prompts: PromptBuilder, parallel: Parallel) {
    self.bundle = bundle
    self.model = model
    self.prompts = prompts
    self.parallel = parallel
  }

  mutating func run() throws(RerunRefutation) {
    try checkProgram()
    let request = try checkRequest()
    try checkParameters(request)
    try checkPrompt(request)
    let rerun = try checkTokens(request)
    try checkTrace(rerun)
    try checkText(request)
  }

  mutating func fail(_ refutation: RerunRefutation) {
    let check = RerunReport.Check.allCases[min(findings.count, RerunReport.Check.allCases.count - 1)]
    findings.append(RerunReport.Finding(check: check, isPassed: false, detail: refutation.reason))
  }

  private mutating func pass(_ check: RerunReport.Check, _ detail: String) {
    findings.append(RerunReport.Finding(check: check, isPassed: true, detail: detail))
  }

  private mutating func checkProgram() throws(RerunRefutation) {
    let actual = model.program.root
    guard receipt.programRoot == actual else { throw .program(stated: receipt.programRoot, actual: actual) }
    let layers = model.graph.layers.count
    guard Int(receipt.trace.layers) == layers else { throw .layers(stated: receipt.trace.layers, actual: layers) }
    pass(.program, "\(actual)")
  }

  /// The request must ask for this program, by its root or by its name, or a provider could put a cheaper one under the name.
  private func checkModel(_ request: InferenceRequest) throws(RerunRefutation) {
    let name = model.program.name
    guard Digest(hex: request.model) == model.program.root || request.model.utf8.elementsEqual(name.utf8) else {
      throw .model(asked: request.model, program: name)
    }
  }

  private mutating func checkRequest() throws(RerunRefutation) -> InferenceRequest {
    guard let endpoint = Endpoint(rawValue: receipt.form.rawValue) else {
      throw .request(RequestError(.unsupportedValue, nil, "the receipt's form of request is unknown"))
    }
    let parsed: InferenceRequest
    do throws(RequestError) {
      parsed = try InferenceRequest(endpoint: endpoint, body: bundle.requestBody)
    } catch {
      throw .request(error)
    }
    try checkModel(parsed)
    pass(.request, "\(bundle.requestBody.count) bytes for \(endpoint.path), model \(parsed.model)")
    return parsed
  }

  private mutating func checkParameters(_ request: InferenceRequest) throws(RerunRefutation) {
    let stated = StatedSampling(stating: request.sampling)
    if let field = receipt.sampling.difference(from: stated) { throw .parameters(field: field) }
    pass(.parameters, "as the request has them")
  }

  private mutating func checkPrompt(_ request: InferenceRequest) throws(RerunRefutation) {
    let expected: [UInt32]
    do throws(RequestError) {
      expected = try prompts.prompt(for: request)
    } catch {
      throw .request(error)
    }
    guard expected == bundle.prompt else {
      let index = zip(expected, bundle.prompt).enumerated().first { $0.element.0 != $0.element.1 }?.offset
      throw .prompt(index: index ?? min(expected.count, bundle.prompt.count))
    }
    pass(.prompt, "\(expected.count) tokens")
  }

  private mutating func checkTokens(_ request: InferenceRequest) throws(RerunRefutation) -> Rerun {
    let generation = GenerationRequest(
      prompt: bundle.prompt, parameters: SamplerParameters(request.sampling),
      seed: receipt.seed.seed(requestBody: bundle.requestBody), choice: receipt.sampling.choice,
      maximumTokens: bundle.answer.count, chainBlind: bundle.blinds.chain)
    let trace = TraceBuilder.Options(
      salt: bundle.blinds.traceSalt(provider: receipt.provider), keepsCells: bundle.trace != nil)
    let rerun: Rerun
    do throws(RuntimeError) {
      rerun = try Rerun(generation, answer: bundle.answer, model: model, trace: trace, parallel: parallel)
    } catch {
      throw .unrunnable("\(error)")
    }
    if let index = rerun.firstMismatch, let expected = rerun.expectedToken {
      throw .token(index: index, expected: expected, actual: bundle.answer[index])
    }
    pass(.tokens, "\(bundle.answer.count) tokens, each the program's choice")
    return rerun
  }

  private mutating func checkTrace(_ rerun: Rerun) throws(RerunRefutation) {
    guard rerun.traceRoot == receipt.trace.root else {
      let layers = model.graph.layers.count
      let stated = bundle.trace ?? []
      let cell = zip(rerun.cells, stated).enumerated().first { $0.element.0 != $0.element.1 }?.offset
      throw .trace(
        position: cell.map { $0 / layers }, layer: cell.map { $0 % layers }, expected: rerun.traceRoot,
        actual: receipt.trace.root)
    }
    pass(.trace, "\(receipt.trace.positions) positions × \(receipt.trace.layers) layers, bit for bit")
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
    pass(.text, "\(text.text.count) bytes, ended by \(receipt.answer.finishReason)")
  }
}
