import Hashing
import Program

/// Answers of one program recomputed together, tokens of different answers side by side in a block, so that weights are
/// read once a block (level 1 at speed). Each result is that of `Rerun` alone.
package enum BatchRerun {
  /// Recomputes answers.
  /// - Parameters:
  ///   - rowLimit: most tokens that go through a layer together.
  ///   - cacheByteLimit: most bytes that one answer's keys and values may take.
  /// - Returns: shape (jobs,): what was found, or why a job cannot be run; a bad job does not keep others from running.
  /// - Complexity: one prefill of all prompts and answers; memory for the answers of one block.
  package static func run(
    _ jobs: [RerunJob], model: Model, parallel: Parallel = Parallel(), rowLimit: Int = 96,
    cacheByteLimit: Int = 16 << 30
  ) -> [Result<Rerun, RuntimeError>] {
    let runs = jobs.map { job in
      Result { () throws(RuntimeError) in try RerunRun(job, model: model, cacheByteLimit: cacheByteLimit) }
    }
    compute(runs.compactMap { try? $0.get() }, model: model, parallel: parallel, rowLimit: rowLimit)
    return runs.map { $0.map(\.result) }
  }

  static func compute(_ runs: [RerunRun], model: Model, parallel: Parallel, rowLimit: Int) {
    let engine = BatchEngine(model, parallel: parallel, rowLimit: rowLimit)
    var pending = runs[...]
    while !pending.isEmpty {
      var rows = rowLimit
      var block: [RerunRun] = []
      var segments: [Segment] = []
      for run in pending where rows > 0 {
        let segment = run.nextSegment(most: rows)
        rows -= segment.tokens.count
        block.append(run)
        segments.append(segment)
      }
      do throws(RuntimeError) {
        try engine.run(segments, concurrently: true) { block[$0].judge($2, index: $1) }
      } catch {
        preconditionFailure("a job that has been checked was refused: \(error)")
      }
      for run in block { run.advance() }
      pending = pending.drop { $0.isOver }
    }
  }
}

/// One answer on its way through a rerun.
final class RerunRun {
  private let job: RerunJob
  private var sampler: Sampler
  /// Everything that is fed: prompt and answer but the last token.
  private let tokens: [UInt32]
  private var sequence: SequenceState?
  private let model: Model
  private var mismatch: (index: Int, token: UInt32)?
  private var trace: TraceBuilder
  /// Tokens fed, and of the segment under way.
  private var fed = 0
  private var step = 0

  /// - Throws: `RuntimeError` when prompt, answer and prefix do not fit each other and the program.
  init(_ job: RerunJob, model: Model, cacheByteLimit: Int = 16 << 30) throws(RuntimeError) {
    self.job = job
    self.model = model
    sampler = try Sampler(checking: job.request, model: model)
    if let last = job.answer.last, last >= model.graph.vocabularyCount {
      throw .unknownToken(last, vocabularyCount: model.graph.vocabularyCount)
    }
    tokens = Array((job.request.prompt + job.answer).dropLast())
    try model.check(tokens, after: 0)
    let bytes = model.cacheByteCount(positions: tokens.count)
    guard bytes <= cacheByteLimit else { throw .cacheTooLarge(bytes: bytes, limit: cacheByteLimit) }
    if let length = job.prefix?.length, !(1..<job.request.prompt.count).contains(length) {
      throw .illegalPrefix(positions: length, prompt: job.request.prompt.count)
    }
    trace = TraceBuilder(job.trace, recomputing: job.prefix)
  }

  var isOver: Bool { fed == tokens.count }

  var result: Rerun { Rerun(mismatch: mismatch, trace: trace) }

  /// The next tokens, at most so many.
  func nextSegment(most: Int) -> Segment {
    let state = sequence ?? SequenceState(model, builder: trace)
    sequence = state
    step = min(most, tokens.count - fed)
    let part = Array(tokens[fed..<fed + step])
    let firstChoice = max(0, job.request.prompt.count - 1 - fed)
    let wanted = mismatch == nil && !job.answer.isEmpty && firstChoice < step
    return Segment(state, tokens: part, logits: wanted ? .some(firstChoice..<step) : .none)
  }

  /// Chooses from the logits after a token of the segment, unless an earlier choice was another.
  func judge(_ logits: [Int32], index: Int) {
    guard mismatch == nil else { return }
    let place = fed + index - (job.request.prompt.count - 1)
    let token = sampler.next(logits)
    if token != job.answer[place] { mismatch = (place, token) }
  }

  /// The segment has been computed; at the end only the trace is kept.
  func advance() {
    fed += step
    guard isOver, let built = sequence?.trace else { return }
    trace = built
    sequence = nil
  }
}
