import Hashing
import Program

/// How much a scheduler takes on.
package struct BatchOptions: Sendable {
  /// Threads of each step.
  package var parallel = Parallel()
  /// About the most tokens of one step. More bring a prompt on faster, and make everyone else wait longer for a token.
  package var rowLimit = 64
  /// Most answers under way.
  package var sequenceLimit = 32
  /// Most requests that wait for their turn.
  package var waitingLimit = 256
  /// Most bytes that the answers under way can come to take: keys, values, traces.
  package var cacheByteLimit = 4 << 30
  /// Most bytes of the prefix cache, besides; 0 for none.
  package var prefixByteLimit = 0

  package init() {}
}

/// How much a scheduler has taken on.
package struct BatchMemory: Equatable, Sendable {
  /// What the answers under way can come to take, at most.
  package var reservedByteCount: Int
  /// What their keys and values take now.
  package var heldByteCount: Int
  package var prefixByteCount: Int
  package var byteLimit: Int
}

/// Generates several answers at once, one step after the other: continuous batching as a plain state machine, without
/// clock or threads of its own.
///
/// Requests are added and removed between two steps. Each step feeds the last token of every answer under way, and of
/// the prompts, oldest first, as many tokens as fit beside; nobody's answer waits for the end of somebody's prompt. A
/// request begins when everything before it has begun and its worst case fits into memory; until then it waits. Every
/// answer is, bit for bit, what it would be alone.
package final class BatchScheduler {
  /// Names a request; later ones are greater.
  package typealias ID = UInt64

  /// A token of one answer.
  package struct Step: Equatable, Sendable {
    package let id: ID
    package let token: GeneratedToken
  }

  package let model: Model
  package let options: BatchOptions
  private let engine: BatchEngine
  private let prefixes: PrefixCache
  /// In the order in which they came.
  private var waiting: [BatchJob] = []
  private var running: [BatchJob] = []
  private var lastID: ID = 0

  package init(_ model: Model, options: BatchOptions = BatchOptions()) {
    self.model = model
    self.options = options
    engine = BatchEngine(model, parallel: options.parallel, rowLimit: max(1, options.rowLimit))
    prefixes = PrefixCache(model, byteLimit: options.prefixByteLimit)
  }

  /// Whether a step would do nothing.
  package var isIdle: Bool { waiting.isEmpty && running.allSatisfy { $0.isOver } }
  /// Whether a step would bring anything forward: answers that have ended and are not removed may keep all others waiting.
  package var canStep: Bool {
    running.contains { $0.nextSegment(promptRows: 1) != nil } || waiting.first.map { hasRoom($0.byteCount) } ?? false
  }
  /// Requests that have not begun.
  package var waitingCount: Int { waiting.count }
  /// Answers under way, and finished ones that have not been removed.
  package var runningCount: Int { running.count }

  package var memory: BatchMemory {
    BatchMemory(
      reservedByteCount: reservedByteCount, heldByteCount: running.reduce(0) { $0 + $1.heldByteCount },
      prefixByteCount: prefixes.byteCount, byteLimit: options.cacheByteLimit)
  }

  /// Takes a request on.
  /// - Parameters:
  ///   - trace: what to record of every position; `nil` for no trace.
  ///   - key: whose cached prefixes the answer may begin with, and whose it may become; `nil` for neither.
  ///   - waits: whether the request may wait for others to end.
  /// - Throws: `RuntimeError` for a request that the program cannot answer; `.cacheTooLarge` when it would not fit even
  ///   alone, `.overloaded` when it would have to wait and is not to, `.queueFull`.
  package func add(
    _ request: GenerationRequest, trace: TraceBuilder.Options? = nil, key: [UInt8]? = nil, waits: Bool = true
  ) throws(RuntimeError) -> ID {
    guard request.maximumTokens > 0 else { throw .emptyAnswer }
    let answer = try Answer(request, model: model)
    let bytes = model.sequenceByteCount(positions: answer.greatestPositionCount, trace: trace)
    let limit = options.cacheByteLimit
    guard bytes <= limit else { throw .cacheTooLarge(bytes: bytes, limit: limit) }
    if !waits, !waiting.isEmpty || !hasRoom(bytes) {
      throw .overloaded(bytes: bytes, free: limit - reservedByteCount, limit: limit)
    }
    guard waiting.count < options.waitingLimit || waiting.isEmpty && hasRoom(bytes) else {
      throw .queueFull(limit: options.waitingLimit)
    }
    lastID += 1
    waiting.append(BatchJob(id: lastID, answer: answer, trace: trace, key: key, byteCount: bytes))
    admit()
    return lastID
  }

  /// One pass: one more token of every answer under way, and as much of the prompts as fits beside.
  /// - Returns: the tokens chosen, in the order of the requests; a token with an end is its answer's last.
  /// - Throws: nothing that a request could bring about: all have been checked.
  package func step() throws(RuntimeError) -> [Step] {
    admit()
    let (jobs, segments) = plan()
    guard !segments.isEmpty else { return [] }
    try engine.run(segments, concurrently: true) { segment, _, logits in jobs[segment].choose(logits) }
    return jobs.compactMap { job in job.takeChoice().map { Step(id: job.id, token: $0) } }
  }

  /// Lets an answer end with its last token so far: it gets no more, and stays until it is removed. For ends that the
  /// scheduler does not see, as a stop string is.
  package func end(_ id: ID) {
    running.first { $0.id == id }?.hasEnded = true
  }

  /// Ends a request, finished or not, and frees its memory.
  /// - Parameter owner: lets its positions begin later answers with the same key, and comes back with each such hit: says
  ///   which receipt commits the root of `trace(of:)`, which must have been made. `nil` for no receipt.
  /// - Returns: the answer's trace so far, if there is one.
  @discardableResult
  package func remove(_ id: ID, keepingPrefixFor owner: [UInt8]? = nil) -> TraceBuilder? {
    if let index = waiting.firstIndex(where: { $0.id == id }) {
      waiting.remove(at: index)
      admit()
      return nil
    }
    guard let index = running.firstIndex(where: { $0.id == id }) else { return nil }
    let job = running.remove(at: index)
    let trace = job.sequence?.trace
    if let owner, let key = job.key, let sequence = job.sequence {
      prefixes.insert(key: key, sequence, owner: owner)
    }
    admit()
    return trace
  }

  /// The trace of an answer so far.
  package func trace(of id: ID) -> TraceBuilder? {
    running.first { $0.id == id }?.sequence?.trace
  }

  /// The cached prefix that an answer under way began with, if any.
  package func prefix(of id: ID) -> PrefixHit? {
    running.first { $0.id == id }?.prefix
  }

  /// Forgets the cached prefixes of a key.
  package func removePrefixes(key: [UInt8]) {
    prefixes.removeAll(key: key)
  }
}

extension BatchScheduler {
  private var reservedByteCount: Int { running.reduce(0) { $0 + $1.byteCount } }

  private func hasRoom(_ bytes: Int) -> Bool {
    running.count < max(1, options.sequenceLimit) && bytes <= options.cacheByteLimit - reservedByteCount
  }

  /// Begins what waits, oldest first, as far as there is room.
  private func admit() {
    while let job = waiting.first, hasRoom(job.byteCount) {
      waiting.removeFirst()
      job.prefix = job.key.flatMap { prefixes.lookup(key: $0, tokens: job.answer.request.prompt) }
      job.sequence = SequenceState(model, trace: job.trace, after: job.prefix)
      running.append(job)
    }
  }

  /// The segments of the next pass, in the order of the requests, and whose they are.
  private func plan() -> (jobs: [BatchJob], segments: [Segment]) {
    let answering = running.count { $0.isAnswering }
    let limit = engine.rowLimit
    var promptRows = max(limit - answering, (limit + 3) / 4)
    var jobs: [BatchJob] = []
    var segments: [Segment] = []
    for job in running {
      guard let segment = job.nextSegment(promptRows: promptRows) else { continue }
      if !job.isAnswering { promptRows -= segment.tokens.count }
      jobs.append(job)
      segments.append(segment)
    }
    return (jobs, segments)
  }
}

/// One request of a scheduler.
private final class BatchJob {
  let id: BatchScheduler.ID
  private(set) var answer: Answer
  let trace: TraceBuilder.Options?
  let key: [UInt8]?
  /// What it can come to take, at most.
  let byteCount: Int
  /// `nil` until it begins.
  var sequence: SequenceState?
  /// What it began with.
  var prefix: PrefixHit?
  /// Whether somebody else has ended it.
  var hasEnded = false
  private var choice: GeneratedToken?

  init(id: BatchScheduler.ID, answer: Answer, trace: TraceBuilder.Options?, key: [UInt8]?, byteCount: Int) {
    (self.id, self.answer, self.trace, self.key, self.byteCount) = (id, answer, trace, key, byteCount)
  }

  var heldByteCount: Int { sequence?.cacheByteCount ?? 0 }
  var isOver: Bool { hasEnded || answer.isOver }
  /// Whether its next token is one of the answer.
  var isAnswering: Bool { answer.last != nil && !isOver }

  /// The answer's last token, or the next of the prompt, at most so many; `nil` for nothing now.
  func nextSegment(promptRows: Int) -> Segment? {
    guard let sequence, !isOver else { return nil }
    if let last = answer.last { return Segment(sequence, tokens: [last.token]) }
    let prompt = answer.request.prompt
    let end = min(prompt.count, sequence.count + promptRows)
    guard sequence.count < end else { return nil }
    return Segment(
      sequence, tokens: Array(prompt[sequence.count..<end]), logits: end == prompt.count ? .last : .none)
  }

  func choose(_ logits: [Int32]) {
    guard let sequence else { preconditionFailure("an answer that has not begun") }
    choice = answer.choose(logits, after: sequence)
  }

  /// The token that the last step has chosen, once.
  func takeChoice() -> GeneratedToken? {
    defer { choice = nil }
    return choice
  }
}

extension Model {
  /// Bytes that a sequence of so many positions takes, at most: keys, values, trace, and the sampler's memory.
  package func sequenceByteCount(positions: Int, trace: TraceBuilder.Options?) -> Int {
    let hashes = trace.map { TraceBuilder.byteCount(positions: positions, layers: layers.count, $0) } ?? 0
    return cacheByteCount(positions: positions) + hashes + 4 * positions + graph.vocabularyCount
  }
}
