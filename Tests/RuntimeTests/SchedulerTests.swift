import Glibc
import Hashing
import Program
import ProgramTestSupport
import Testing

@testable import Runtime

struct SchedulerTests {
  private func recipe(_ seed: UInt64) -> ProgramRecipe {
    var recipe = ProgramRecipe.randomVariant(seed: seed)
    recipe.contextLength = 220
    recipe.vocabularyCount = max(recipe.vocabularyCount, 20)
    return recipe
  }

  /// Whatever comes, waits, goes away or begins with another's text: every answer is what it is alone.
  @Test(arguments: 0..<UInt64(getenv("RAZAO_LONG_TESTS") == nil ? 12 : 500))
  func anyMixOfRequests(seed: UInt64) throws {
    var simulation = try SchedulerSimulation(seed: seed, recipe: recipe(4000 + seed))
    try simulation.run(visits: 25)
    try simulation.expectAnswersAsAlone()
  }

  @Test func theSimulationHasHitsAndCancellations() throws {
    var (hits, cancellations) = (0, 0)
    for seed in 20..<24 as Range<UInt64> {
      var simulation = try SchedulerSimulation(seed: seed, recipe: recipe(4000 + seed))
      try simulation.run(visits: 40)
      hits += simulation.hits
      cancellations += simulation.cancellations
    }
    #expect(hits > 4 && cancellations > 4)
  }

  private func request(_ prompt: Int, tokens: Int = 10) -> GenerationRequest {
    GenerationRequest(
      prompt: .random(prompt, below: 53, seed: UInt64(prompt)), seed: SHA256.hash([1]), maximumTokens: tokens,
      stopTokens: [])
  }

  private func scheduler(_ change: (inout BatchOptions) -> Void = { _ in }) throws -> BatchScheduler {
    var options = BatchOptions()
    change(&options)
    return try BatchScheduler(Model(ProgramRecipe(seed: 26)), options: options)
  }

  @Test func decodesGoOnBesideALongPrompt() throws {
    let scheduler = try scheduler { $0.rowLimit = 8 }
    let short = try scheduler.add(request(3, tokens: 30))
    #expect(try scheduler.step().map(\.id) == [short])
    let long = try scheduler.add(request(80, tokens: 5))
    // Seven prompt tokens a step beside the one that is decoded: the twelfth step ends the prompt.
    for step in 1...11 { #expect(try scheduler.step().map(\.id) == [short], "step \(step)") }
    #expect(try scheduler.step().map(\.id) == [short, long])
  }

  @Test func promptsAreFedInTheOrderInWhichTheyCame() throws {
    let scheduler = try scheduler { $0.rowLimit = 16 }
    let ids = try (0..<4).map { _ in try scheduler.add(request(24)) }
    var first: [BatchScheduler.ID] = []
    while first.count < 4 {
      for step in try scheduler.step() where step.token.count == 1 { first.append(step.id) }
    }
    #expect(first == ids)
  }

  @Test func manyDecodesLeavePromptsAShare() throws {
    let scheduler = try scheduler { $0.rowLimit = 4 }
    let running = try (0..<6).map { _ in try scheduler.add(request(1, tokens: 90)) }
    for _ in 0..<8 { _ = try scheduler.step() }
    let late = try scheduler.add(request(5))
    var steps = 0
    while try !scheduler.step().contains(where: { $0.id == late }) { steps += 1 }
    #expect(steps == 4 && scheduler.runningCount == running.count + 1)
  }

  @Test func anAnswerThatWasEndedGetsNoMoreAndCanBecomeAPrefix() throws {
    let scheduler = try scheduler { $0.prefixByteLimit = 1 << 24 }
    let trace = TraceBuilder.Options(salt: SHA256.hash([2]))
    let id = try scheduler.add(request(70), trace: trace, key: [1])
    let other = try scheduler.add(request(3))
    while try !scheduler.step().contains(where: { $0.id == id }) {}
    scheduler.end(id)
    #expect(try scheduler.step().map(\.id) == [other] && scheduler.runningCount == 2)
    #expect(scheduler.trace(of: id)?.count == 70)
    scheduler.remove(id, keepingPrefixFor: [7])
    scheduler.end(other)
    #expect(try scheduler.isIdle && scheduler.step() == [])
    let next = try scheduler.add(request(70), trace: trace, key: [1])
    #expect(scheduler.prefix(of: next)?.owner == [7] && scheduler.trace(of: next)?.start == 64)
    scheduler.end(99)
  }

  @Test func anIdleSchedulerDoesNothing() throws {
    let scheduler = try scheduler()
    #expect(scheduler.isIdle && scheduler.memory.reservedByteCount == 0)
    #expect(try scheduler.step() == [])
    let id = try scheduler.add(request(3, tokens: 1))
    #expect(!scheduler.isIdle)
    #expect(try scheduler.step().first?.token.end == .lengthLimit)
    #expect(scheduler.isIdle && scheduler.runningCount == 1)
    #expect(try scheduler.step() == [])
    scheduler.remove(id)
    #expect(scheduler.runningCount == 0 && scheduler.remove(id) == nil && scheduler.remove(99) == nil)
  }
}
