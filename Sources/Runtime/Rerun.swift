import Hashing
import Program

/// What a receipt says was computed, to be computed again.
package struct RerunJob: Sendable {
  /// As the answer was generated from; its length and end are not judged here.
  package var request: GenerationRequest
  /// The tokens that were returned.
  package var answer: [UInt32]
  package var trace: TraceBuilder.Options
  /// The cached prefix, if any: its positions are computed again under the salt that they were committed with.
  package var prefix: TracedPrefix.Claim?

  package init(
    _ request: GenerationRequest, answer: [UInt32], trace: TraceBuilder.Options, prefix: TracedPrefix.Claim? = nil
  ) {
    self.request = request
    self.answer = answer
    self.trace = trace
    self.prefix = prefix
  }
}

/// An answer recomputed from its prompt in one pass, and compared token by token (an audit of level 1).
package struct Rerun: Equatable, Sendable {
  /// Index of the first answer token that the program would not have chosen; `nil` when all agree.
  package let firstMismatch: Int?
  /// What the program chooses there.
  package let expectedToken: UInt32?
  /// Root over the positions of prompt and answer but the last, from the cached prefix's end on.
  package let traceRoot: Digest
  /// Root of each position's cells, from the cached prefix's end on.
  package let tokenRoots: [Digest]
  /// Cell hashes, position-major then layer; empty unless they were asked for.
  package let cells: [Digest]
  /// Root over the cached prefix's positions; zero without one.
  package let prefixRoot: Digest

  /// Recomputes an answer.
  /// - Throws: `RuntimeError` when prompt and answer do not fit the program.
  /// - Complexity: one prefill of prompt and answer.
  package init(
    _ request: GenerationRequest, answer: [UInt32], model: Model, trace: TraceBuilder.Options,
    prefix: TracedPrefix.Claim? = nil, parallel: Parallel = Parallel(), blockSize: Int = 64
  ) throws(RuntimeError) {
    let job = RerunJob(request, answer: answer, trace: trace, prefix: prefix)
    let run = try RerunRun(job, model: model)
    BatchRerun.compute([run], model: model, parallel: parallel, rowLimit: blockSize)
    self = run.result
  }

  init(mismatch: (index: Int, token: UInt32)?, trace: TraceBuilder) {
    firstMismatch = mismatch?.index
    expectedToken = mismatch?.token
    traceRoot = trace.root
    tokenRoots = trace.tokenRoots
    cells = trace.cells
    prefixRoot = trace.prefix?.root ?? .zero
  }
}
