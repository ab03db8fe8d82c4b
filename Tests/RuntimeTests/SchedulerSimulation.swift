import Hashing
import Program
import ProgramTestSupport
import Testing

@testable import Runtime

/// Users who come, wait, go away and come back with longer texts, in an order drawn from a seed; every answer is then
/// compared with what it is alone.
struct SchedulerSimulation {
  /// One request as it was made, and what came of it.
  struct Visit {
    let request: GenerationRequest
    let trace: TraceBuilder.Options
    let key: [UInt8]?
    /// Goes away after so many tokens.
    let patience: Int
    var tokens: [GeneratedToken] = []
    var prefix: PrefixHit?
    var result: TraceBuilder?
  }

  let model: Model
  private let scheduler: BatchScheduler
  private var random: RandomNumbers
  private(set) var visits: [BatchScheduler.ID: Visit] = [:]
  private var open: [BatchScheduler.ID] = []
  private(set) var hits = 0
  private(set) var cancellations = 0

  init(seed: UInt64, recipe: ProgramRecipe) throws {
    model = try Model(recipe)
    random = RandomNumbers(seed: seed)
    var options = BatchOptions()
    options.parallel = Parallel(threadCount: Int.random(in: 1...3, using: &random))
    options.rowLimit = [1, 3, 8, 20, 70][Int.random(in: 0..<5, using: &random)]
    options.sequenceLimit = Int.random(in: 1...6, using: &random)
    let greatest = TraceBuilder.Options(salt: .zero, keepsCells: true)
    options.cacheByteLimit = model.sequenceByteCount(positions: 600, trace: greatest)
    options.prefixByteLimit = model.cacheByteCount(positions: 900)
    scheduler = BatchScheduler(model, options: options)
  }

  /// Makes requests until so many have been made, and goes on until all are answered.
  mutating func run(visits count: Int) throws {
    while visits.count < count || !scheduler.isIdle {
      while visits.count < count, random.oneIn(open.isEmpty ? 1 : 6) { try arrive() }
      let steps = try scheduler.step()
      try #require(!steps.isEmpty || !open.isEmpty || visits.count < count)
      #expect(steps.map(\.id) == steps.map(\.id).sorted())
      for step in steps {
        visits[step.id]?.tokens.append(step.token)
        if step.token.end != nil { leave(step.id) }
      }
      for id in open where random.oneIn(60) || visits[id].map({ $0.tokens.count >= $0.patience }) == true {
        cancellations += 1
        leave(id)
      }
      #expect(scheduler.memory.reservedByteCount <= scheduler.memory.byteLimit)
      #expect(scheduler.memory.heldByteCount <= scheduler.memory.reservedByteCount)
      #expect(scheduler.memory.prefixByteCount <= scheduler.options.prefixByteLimit)
    }
    #expect(scheduler.runningCount == 0 && scheduler.memory.reservedByteCount == 0)
  }

  private mutating func arrive() throws {
    let number = UInt8(visits.count)
    // Few texts, so that some begin as others do.
    let text = [UInt32].random(190, below: model.graph.vocabularyCount, seed: UInt64(number % 3))
    var parameters = SamplerParameters()
    parameters.temperature = random.oneIn(3) ? 0 : 10_000
    parameters.frequencyPenalty = random.oneIn(2) ? 5_000 : 0
    let request = GenerationRequest(
      prompt: Array(text.prefix(Int.random(in: 1...190, using: &random))), parameters: parameters,
      seed: SHA256.hash([number]), maximumTokens: Int.random(in: 1...20, using: &random),
      stopTokens: random.oneIn(2) ? [] : [1, 2, 3], chainBlind: SHA256.hash([number, 1]))
    let trace = TraceBuilder.Options(salt: SHA256.hash([number, 2]), keepsCells: random.oneIn(3))
    let key: [UInt8]? = random.oneIn(3) ? nil : [UInt8.random(in: 0...1, using: &random)]
    let id = try scheduler.add(request, trace: trace, key: key)
    let patience = random.oneIn(4) ? Int.random(in: 0...10, using: &random) : 100
    visits[id] = Visit(request: request, trace: trace, key: key, patience: patience)
    open.append(id)
  }

  /// The end of a visit: a receipt is made of some, and their positions are kept.
  private mutating func leave(_ id: BatchScheduler.ID) {
    visits[id]?.prefix = scheduler.prefix(of: id)
    if visits[id]?.prefix != nil { hits += 1 }
    visits[id]?.result = scheduler.remove(id, keepingPrefixFor: random.oneIn(4) ? nil : [UInt8(id)])
    open.removeAll { $0 == id }
  }

  /// Compares everything with sequences that run alone.
  func expectAnswersAsAlone() throws {
    for visit in visits.values {
      var generation = try Generation(
        visit.request, model: model, trace: visit.trace, parallel: Parallel(threadCount: 1), blockSize: 17)
      for token in visit.tokens {
        let expected = try #require(try generation.next())
        #expect(token.token == expected.token && token.chain == expected.chain && token.end == expected.end)
        #expect(token.count == expected.count && (visit.prefix != nil || token.traceRoot == expected.traceRoot))
      }
      guard let result = visit.result, !visit.tokens.isEmpty else { continue }
      try expectTrace(result, of: visit, alone: try #require(generation.sequence.trace))
    }
  }

  private func expectTrace(_ result: TraceBuilder, of visit: Visit, alone: TraceBuilder) throws {
    let length = visit.prefix?.length ?? 0
    let own = Array(alone.tokenRoots[length...])
    #expect(result.start == length && result.tokenRoots == own && result.root == Merkle.root(of: own))
    #expect(visit.tokens.last?.traceRoot == result.root)
    #expect(result.cells == Array(alone.cells.dropFirst(length * model.graph.layers.count)))
    guard let prefix = visit.prefix, let origin = prefix.owner.first.flatMap({ visits[UInt64($0)] }) else { return }
    #expect(origin.key == visit.key && origin.trace.salt == prefix.salt && origin.prefix == nil)
    #expect(origin.result?.tokenRoots == prefix.originTokenRoots)
    let rerun = try Rerun(
      visit.request, answer: visit.tokens.map(\.token), model: model, trace: visit.trace,
      prefix: TracedPrefix.Claim(length: length, salt: prefix.salt))
    #expect(rerun.firstMismatch == nil && rerun.prefixRoot == prefix.root && rerun.traceRoot == result.root)
  }
}
