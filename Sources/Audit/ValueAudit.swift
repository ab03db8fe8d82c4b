import Dialects
import Hashing
import Receipts
import Runtime

/// The audit of one value: the same checks as a text's, without tokens.
struct ValueAudit {
  let subject: ValueProgram
  let parallel: Parallel
  private(set) var steps: AuditSteps

  init(bundle: Bundle, subject: ValueProgram, parallel: Parallel) {
    self.subject = subject
    self.parallel = parallel
    steps = AuditSteps(bundle: bundle)
  }

  /// - Returns: the first failed check's evidence; `nil` when the value is the program's.
  mutating func run() -> RerunRefutation? {
    do throws(RerunRefutation) {
      try check()
    } catch {
      steps.fail(error)
    }
    return steps.refutation
  }

  private mutating func check() throws(RerunRefutation) {
    try steps.checkProgram(subject.program, layers: subject.layers)
    let request = try steps.checkRequest(subject.program)
    try steps.checkParameters(request)
    try steps.checkPrompt(Result { () throws(RequestError) in try subject.prompt(for: request) })
    let bundle = steps.bundle
    let options = TraceBuilder.Options(
      salt: bundle.blinds.traceSalt(provider: steps.receipt.provider), keepsCells: bundle.trace != nil)
    let answer: ValueAnswered?
    do throws(RequestError) {
      answer = try subject.answer(request, trace: options, parallel: parallel)
    } catch {
      throw .request(error)
    }
    guard let answer else { throw .unrunnable("it was stopped") }
    steps.pass(.tokens, "no tokens: the answer is a value")
    try steps.checkTrace(root: answer.traceRoot, cells: answer.cells, layers: subject.layers)
    guard answer.value == bundle.text else { throw .text("the program gives another value") }
    steps.pass(.text, "\(answer.value.count) bytes, the program's value")
  }
}
