import Dialects
import Hashing
import Node
import Receipts
import Synchronization

/// An engine that says `w0 w1 w2 …`: no program behind it, but statements as consistent as a real one's.
struct FakeEngine: AnswerEngine {
  static let root = taggedHash("test/program", [1])

  var program = EngineProgram(root: FakeEngine.root, name: "fake-1", context: 512, layers: 2)
  var tokenCount = 20
  /// What one token costs.
  var delay: Duration = .zero
  /// Fails before the first token.
  var failsAtOnce = false
  /// Says another word at this place: a cheater's answer.
  var lieAt: Int?
  let counters = EngineCounters()

  func prompt(for request: InferenceRequest) throws(RequestError) -> [UInt32] {
    if case .messages(let messages, _) = request.input, messages.count > 100 {
      throw RequestError(.contextLength, "messages", "The prompt is too long.")
    }
    return [1, 2, 3]
  }

  func answer(
    _ job: EngineJob, onStep: @Sendable (EngineStep) async throws -> Void
  ) async throws -> EngineAnswer {
    if failsAtOnce { throw RequestError(.internalError, nil, "the engine is broken") }
    let limit = min(tokenCount, job.request.maxTokens ?? .max)
    var tokens: [UInt32] = []
    var text: [UInt8] = []
    var isAborted = false
    counters.begin()
    while tokens.count < limit, !isAborted {
      let token = UInt32(tokens.count) + (lieAt == tokens.count ? 100 : 0)
      let word = Array("w\(token) ".utf8)
      do {
        if delay > .zero { try await Task.sleep(for: delay) }
        try Task.checkCancellation()
        tokens.append(token)
        text += word
        let isDue = tokens.count % Int(Checkpoint.interval) == 0
        try await onStep(
          EngineStep(token: token, text: word, traceRoot: isDue ? Self.trace(job, tokens.count).root : nil))
      } catch {
        guard !tokens.isEmpty else { throw error }
        isAborted = tokens.count < limit
        if !isAborted { break }
      }
    }
    counters.end(isAborted: isAborted)
    let isLimited = job.request.maxTokens.map { $0 == tokens.count } ?? false
    return EngineAnswer(
      tokens: tokens, text: text, finish: isAborted ? .aborted : isLimited ? .lengthLimit : .stopToken,
      trace: Self.trace(job, tokens.count))
  }

  private static func trace(_ job: EngineJob, _ count: Int) -> TraceStatement {
    TraceStatement(
      root: taggedHash("test/trace", job.traceSalt.bytes, [UInt8(truncatingIfNeeded: count)]),
      positions: UInt32(job.prompt.count + count - 1), layers: 2)
  }
}

/// What an engine's answers came to.
final class EngineCounters: Sendable {
  private let counts = Mutex((began: 0, aborted: 0, ended: 0))

  var began: Int { counts.withLock { $0.began } }
  var aborted: Int { counts.withLock { $0.aborted } }
  var ended: Int { counts.withLock { $0.ended } }

  func begin() { counts.withLock { $0.began += 1 } }

  func end(isAborted: Bool) {
    counts.withLock {
      $0.ended += 1
      if isAborted { $0.aborted += 1 }
    }
  }
}
