import Hashing
import Program
import ProgramTestSupport
import Testing

@testable import Runtime

/// Nobody begins who might not fit, nobody is dropped, nobody overtakes.
struct AdmissionTests {
  private let model: Model
  private let trace = TraceBuilder.Options(salt: .zero, keepsCells: true)

  init() throws {
    var recipe = ProgramRecipe(seed: 27)
    recipe.contextLength = 300
    model = try Model(recipe)
  }

  private func request(_ prompt: Int, tokens: Int = 10) -> GenerationRequest {
    GenerationRequest(
      prompt: .random(prompt, below: 53, seed: 1), maximumTokens: tokens, stopTokens: [])
  }

  private func bytes(_ positions: Int) -> Int { model.sequenceByteCount(positions: positions, trace: trace) }

  private func scheduler(bytes: Int, sequences: Int = 10, waiting: Int = 10) -> BatchScheduler {
    var options = BatchOptions()
    options.cacheByteLimit = bytes
    options.sequenceLimit = sequences
    options.waitingLimit = waiting
    return BatchScheduler(model, options: options)
  }

  @Test func aRequestThatNeverFitsIsRefused() throws {
    let scheduler = scheduler(bytes: bytes(100))
    #expect(throws: RuntimeError.cacheTooLarge(bytes: bytes(101), limit: bytes(100))) {
      try scheduler.add(request(92, tokens: 10), trace: trace)
    }
    _ = try scheduler.add(request(91, tokens: 10), trace: trace)
  }

  @Test func theWorstCaseEndsWithTheContext() throws {
    let scheduler = scheduler(bytes: bytes(300))
    _ = try scheduler.add(request(10, tokens: .max), trace: trace)
    #expect(scheduler.memory.reservedByteCount == bytes(300))
  }

  @Test func whoDoesNotFitNowWaits() throws {
    let scheduler = scheduler(bytes: 2 * bytes(64))
    let ids = try (0..<4).map { _ in try scheduler.add(request(55), trace: trace) }
    #expect(scheduler.runningCount == 2 && scheduler.waitingCount == 2)
    var order: [BatchScheduler.ID] = []
    while !scheduler.isIdle {
      for step in try scheduler.step() where step.token.end != nil {
        order.append(step.id)
        scheduler.remove(step.id)
      }
    }
    #expect(order == ids)
  }

  @Test func aSmallRequestDoesNotOvertakeALargeOne() throws {
    let scheduler = scheduler(bytes: bytes(64) + bytes(128))
    let first = try scheduler.add(request(55), trace: trace)
    _ = try scheduler.add(request(120, tokens: 60), trace: trace)
    _ = try scheduler.add(request(1), trace: trace)
    #expect(scheduler.runningCount == 1 && scheduler.waitingCount == 2)
    scheduler.remove(first)
    #expect(scheduler.runningCount == 1 && scheduler.waitingCount == 1)
  }

  @Test func whoMayNotWaitIsToldWhatIsMissing() throws {
    let scheduler = scheduler(bytes: bytes(64) + bytes(10))
    _ = try scheduler.add(request(55), trace: trace)
    let error = RuntimeError.overloaded(bytes: bytes(64), free: bytes(10), limit: bytes(64) + bytes(10))
    #expect(throws: error) { try scheduler.add(request(55), trace: trace, waits: false) }
    #expect(error.description.contains("\(bytes(10)) of \(bytes(64) + bytes(10)) are free"))
    _ = try scheduler.add(request(55), trace: trace)
    // There is room for a short one, but not before the one that waits.
    #expect(throws: RuntimeError.self) { try scheduler.add(request(1, tokens: 1), waits: false) }
  }

  @Test func sequencesAreLimitedToo() throws {
    let scheduler = scheduler(bytes: 1 << 30, sequences: 2, waiting: 1)
    for _ in 0..<3 { _ = try scheduler.add(request(5)) }
    #expect(scheduler.runningCount == 2 && scheduler.waitingCount == 1)
    #expect(throws: RuntimeError.queueFull(limit: 1)) { try scheduler.add(request(5)) }
    #expect(throws: RuntimeError.self) { try scheduler.add(request(5), waits: false) }
  }

  @Test func aQueueOfNoneRunsWhatFits() throws {
    let scheduler = scheduler(bytes: 1 << 30, sequences: 1, waiting: 0)
    let id = try scheduler.add(request(5))
    #expect(throws: RuntimeError.queueFull(limit: 0)) { try scheduler.add(request(5)) }
    scheduler.remove(id)
    _ = try scheduler.add(request(5))
  }

  @Test func goingAwayWhileWaitingLetsTheNextIn() throws {
    let scheduler = scheduler(bytes: bytes(64) + bytes(10))
    _ = try scheduler.add(request(55), trace: trace)
    let large = try scheduler.add(request(60), trace: trace)
    let small = try scheduler.add(request(1, tokens: 5))
    #expect(scheduler.remove(large) == nil && scheduler.runningCount == 2 && scheduler.waitingCount == 0)
    #expect(try scheduler.step().map(\.id).contains(small))
  }

  @Test func badRequestsAreRefusedAtOnce() throws {
    let scheduler = scheduler(bytes: 1 << 30)
    #expect(throws: RuntimeError.emptyPrompt) { try scheduler.add(request(0)) }
    #expect(throws: RuntimeError.emptyAnswer) { try scheduler.add(request(1, tokens: 0)) }
    #expect(throws: RuntimeError.contextOverflow(positions: 301, limit: 300)) { try scheduler.add(request(301)) }
    #expect(scheduler.isIdle)
  }
}
