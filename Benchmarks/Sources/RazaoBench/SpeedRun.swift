import Hashing
import Program
import Runtime

/// One run over one sequence: how many threads, how long a prompt, how many tokens, and whether it leaves a receipt.
struct SpeedRun {
  let threadCount: Int
  let promptCount: Int
  let tokenCount: Int
  /// Most tokens that go through a layer together; the engine's own choice unless an order says otherwise.
  let blockSize: Int?
  var isTraced: Bool

  init(_ command: Command) throws(CommandError) {
    threadCount = try command.count("threads")
    promptCount = try command.count("prompt", default: 16)
    tokenCount = try command.count("tokens", default: 1)
    let block = try command.count("block", default: Int.max)
    blockSize = block == Int.max ? nil : block
    isTraced = command.flag("trace")
  }

  /// What a run took.
  struct Outcome {
    var nanoseconds: Int
    var answer: [UInt32] = []
    var cacheBytes = 0
    /// The trace's root, or zero.
    var root = Digest.zero
  }

  private var parallel: Parallel { Parallel(threadCount: threadCount) }
  private var trace: TraceBuilder.Options? {
    isTraced ? TraceBuilder.Options(salt: Self.salt, keepsCells: true) : nil
  }
  private static let salt = taggedHash("razao/bench/salt", [])

  /// Tokens that repeat only after a whole vocabulary.
  static func prompt(_ count: Int, vocabularyCount: Int, first: Int = 1) -> [UInt32] {
    (0..<count).map { UInt32(($0 * 7919 + first * 104_729) % vocabularyCount) }
  }

  /// A greedy request that nothing ends before its length.
  static func request(prompt: [UInt32], tokenCount: Int) -> GenerationRequest {
    var parameters = SamplerParameters()
    parameters.temperature = 0
    return GenerationRequest(prompt: prompt, parameters: parameters, maximumTokens: tokenCount, stopTokens: [])
  }

  private func request(_ model: Model) -> GenerationRequest {
    Self.request(
      prompt: Self.prompt(promptCount, vocabularyCount: model.graph.vocabularyCount), tokenCount: tokenCount + 1)
  }

  /// Times the tokens after the first: each is one pass through the model, sampling and token chain included.
  func generate(_ model: Model) throws -> Outcome {
    var generation = try Generation(request(model), model: model, trace: trace, parallel: parallel)
    var outcome = Outcome(nanoseconds: 0)
    guard let first = try generation.next() else { throw CommandError("no first token") }
    outcome.answer.append(first.token)
    let receipt = try ReceiptWork(isOn: isTraced)
    outcome.nanoseconds = try Stopwatch.nanoseconds {
      while let step = try generation.next() {
        outcome.answer.append(step.token)
        try receipt.sign(after: step, promptCount: promptCount)
        outcome.root = step.traceRoot
      }
      try receipt.finish()
    }
    outcome.cacheBytes = generation.sequence.cacheByteCount
    return outcome
  }

  /// Times a prompt up to the logits after its last token.
  func prefill(_ model: Model) throws -> Outcome {
    let tokens = Self.prompt(promptCount, vocabularyCount: model.graph.vocabularyCount)
    let sequence =
      blockSize.map { TokenSequence(model, parallel: parallel, blockSize: $0, trace: trace) }
      ?? TokenSequence(model, parallel: parallel, trace: trace)
    let receipt = try ReceiptWork(isOn: isTraced)
    var outcome = Outcome(nanoseconds: 0)
    outcome.nanoseconds = try Stopwatch.nanoseconds {
      _ = try sequence.prefill(tokens, logits: .last)
      if isTraced { outcome.root = sequence.trace?.root ?? .zero }
      try receipt.finish()
    }
    return outcome
  }

  /// Times the check of an answer at level 1: every token sampled again, every cell hashed again.
  func rerun(_ model: Model, answer: [UInt32]) throws -> Outcome {
    var outcome = Outcome(nanoseconds: 0, answer: answer)
    let request = request(model)
    let options = TraceBuilder.Options(salt: Self.salt)
    outcome.nanoseconds = try Stopwatch.nanoseconds {
      let rerun =
        try blockSize.map {
          try Rerun(request, answer: answer, model: model, trace: options, parallel: parallel, blockSize: $0)
        } ?? Rerun(request, answer: answer, model: model, trace: options, parallel: parallel)
      if let mismatch = rerun.firstMismatch { throw CommandError("answer token \(mismatch) was refuted") }
      outcome.root = rerun.traceRoot
    }
    return outcome
  }

  /// Times the check of many answers of one program, first one after another, then all in one pass.
  func reruns(_ model: Model, answers count: Int) throws -> (single: Int, together: Int) {
    let vocabularyCount = model.graph.vocabularyCount
    let options = TraceBuilder.Options(salt: Self.salt)
    var jobs: [RerunJob] = []
    for user in 1...count {
      let prompt = Self.prompt(promptCount, vocabularyCount: vocabularyCount, first: user)
      let request = Self.request(prompt: prompt, tokenCount: tokenCount)
      var generation = try Generation(request, model: model, parallel: parallel)
      var answer: [UInt32] = []
      while let step = try generation.next() { answer.append(step.token) }
      jobs.append(RerunJob(request, answer: answer, trace: options))
    }
    var (one, all): ([Rerun], [Rerun]) = ([], [])
    let single = try Stopwatch.nanoseconds {
      for job in jobs {
        one.append(
          try Rerun(job.request, answer: job.answer, model: model, trace: options, parallel: parallel))
      }
    }
    let together = try Stopwatch.nanoseconds {
      all = try BatchRerun.run(jobs, model: model, parallel: parallel).map { try $0.get() }
    }
    guard one == all, all.allSatisfy({ $0.firstMismatch == nil }) else {
      throw CommandError("answers checked together were judged otherwise")
    }
    return (single, together)
  }
}
