import Hashing
import Program
import ProgramTestSupport
import Testing

@testable import Runtime

/// Many answers recomputed together give what each gives alone.
struct BatchRerunTests {
  private let model: Model
  private var jobs: [RerunJob] = []

  init() throws {
    var recipe = ProgramRecipe(seed: 58)
    recipe.contextLength = 200
    model = try Model(recipe)
    for index in 0..<9 as Range<UInt64> {
      var parameters = SamplerParameters()
      parameters.topK = Int(index)
      let request = GenerationRequest(
        prompt: .random(1 + Int(index * 37 % 90), below: 53, seed: index), parameters: parameters,
        seed: SHA256.hash([UInt8(index)]), maximumTokens: Int(1 + index * 7 % 30), stopTokens: [])
      var generation = try Generation(request, model: model)
      var answer: [UInt32] = []
      while let step = try generation.next() { answer.append(step.token) }
      if index == 3 { answer[5] = (answer[5] + 1) % 53 }
      if index == 4 { answer = [] }
      let trace = TraceBuilder.Options(salt: SHA256.hash([UInt8(100 + index)]), keepsCells: index.isMultiple(of: 2))
      jobs.append(RerunJob(request, answer: answer, trace: trace))
    }
  }

  private func alone(_ job: RerunJob) throws -> Rerun {
    try Rerun(
      job.request, answer: job.answer, model: model, trace: job.trace, prefix: job.prefix,
      parallel: Parallel(threadCount: 1))
  }

  @Test(arguments: [1, 7, 64, 1000], [1, 3])
  func togetherAsAlone(rowLimit: Int, threads: Int) throws {
    let together = BatchRerun.run(
      jobs, model: model, parallel: Parallel(threadCount: threads), rowLimit: rowLimit)
    #expect(try together.map { try $0.get() } == jobs.map(alone))
    #expect(try together.indices.filter { try together[$0].get().firstMismatch != nil } == [3])
  }

  @Test func badJobsDoNotKeepOthersFromRunning() throws {
    var jobs = jobs
    jobs[0].answer.append(53)
    jobs[2].request.prompt = []
    jobs[5].answer = Array(repeating: 1, count: 201)
    jobs[6].prefix = TracedPrefix.Claim(length: jobs[6].request.prompt.count, salt: .zero)
    let results = BatchRerun.run(jobs, model: model)
    func failure(_ index: Int) -> RuntimeError? {
      if case .failure(let error) = results[index] { error } else { nil }
    }
    #expect(failure(0) == .unknownToken(53, vocabularyCount: 53) && failure(2) == .emptyPrompt)
    #expect(failure(5) == .contextOverflow(positions: jobs[5].request.prompt.count + 200, limit: 200))
    let length = jobs[6].request.prompt.count
    #expect(failure(6) == .illegalPrefix(positions: length, prompt: length))
    for index in [1, 3, 4, 7, 8] { #expect(try results[index].get() == alone(jobs[index])) }
  }

  @Test(arguments: [1, 5, 63])
  func aPrefixIsComputedAgainUnderItsOwnSalt(length: Int) throws {
    var job = try #require(jobs.first { $0.request.prompt.count > 63 })
    let whole = try alone(job)
    let salt = SHA256.hash([9])
    var earlier = job
    earlier.trace.salt = salt
    let committed = try alone(earlier)
    job.prefix = TracedPrefix.Claim(length: length, salt: salt)
    let rerun = try alone(job)
    #expect(rerun.firstMismatch == whole.firstMismatch && whole.prefixRoot == .zero)
    #expect(rerun.prefixRoot == Merkle.root(of: committed.tokenRoots.prefix(length)))
    #expect(rerun.tokenRoots == Array(whole.tokenRoots[length...]))
    #expect(rerun.traceRoot == Merkle.root(of: rerun.tokenRoots))
    #expect(rerun.cells == Array(whole.cells.dropFirst(length * model.graph.layers.count)))
    #expect(try BatchRerun.run([jobs[0], job], model: model, rowLimit: 20)[1].get() == rerun)
  }

  @Test func aCacheBeyondTheLimitIsRefused() throws {
    let results = BatchRerun.run(jobs, model: model, cacheByteLimit: 1)
    for result in results {
      guard case .failure(.cacheTooLarge) = result else {
        Issue.record("an answer that takes more memory than allowed")
        continue
      }
    }
    #expect(BatchRerun.run([], model: model).isEmpty)
  }
}
