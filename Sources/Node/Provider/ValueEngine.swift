import Audit
import Dialects
import Dispatch
import Hashing
import Program
import Receipts
import Runtime
import Synchronization

/// The engine of a program whose answers are values: an encoder, or a network for pictures or sequences.
package struct ValueEngine: AnswerEngine {
  package let program: EngineProgram
  private let subject: ValueProgram
  private let parallel: Parallel
  /// One answer at a time: each uses all threads.
  private let queue = DispatchQueue(label: "razao.values")

  /// - Returns: `nil` for a program that writes text.
  /// - Throws: `PromptBuilderError` when an encoder's tokenizer cannot be used.
  package init?(_ loaded: LoadedProgram, parallel: Parallel = Parallel()) throws {
    guard let subject = try ValueProgram(loaded) else { return nil }
    self.subject = subject
    self.parallel = parallel
    program = EngineProgram(
      root: subject.program.root, name: subject.program.name, kind: subject.kind, context: subject.context,
      layers: UInt32(subject.layers))
  }

  package func prompt(for request: InferenceRequest) throws(RequestError) -> [UInt32] {
    try subject.prompt(for: request)
  }

  package func answer(
    _ job: EngineJob, onStep: @Sendable (EngineStep) async throws -> Void
  ) async throws -> EngineAnswer {
    let positions = subject.positions(promptCount: job.prompt.count)
    let options = TraceBuilder.Options(
      salt: job.traceSalt, keepsCells: positions * subject.layers <= job.cellLimit)
    let isStopped = Atomic(false)
    let answered = try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { (done: CheckedContinuation<ValueAnswered?, any Error>) in
        queue.async {
          done.resume(
            with: Result {
              try subject.answer(job.request, trace: options, parallel: parallel) {
                !isStopped.load(ordering: .relaxed)
              }
            })
        }
      }
    } onCancel: {
      isStopped.store(true, ordering: .relaxed)
    }
    guard let answered else { throw CancellationError() }
    return EngineAnswer(
      tokens: [], text: answered.value, finish: .complete,
      trace: TraceStatement(
        root: answered.traceRoot, positions: UInt32(answered.positions), layers: program.layers),
      cells: answered.cells.isEmpty ? nil : answered.cells)
  }
}

extension ValueProgram {
  fileprivate var kind: ProgramKind {
    switch self {
    case .encoder: .embedding
    case .network(let model):
      switch model.network.input {
      case .picture: .image
      case .nucleotides: .sequence
      }
    }
  }

  /// Positions of an answer's trace.
  fileprivate func positions(promptCount: Int) -> Int {
    if case .encoder = self { promptCount } else { 1 }
  }
}
