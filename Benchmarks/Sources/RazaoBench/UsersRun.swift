import Program
import Runtime
import StrictJSON

/// Several users' answers at once, in one scheduler.
struct UsersRun {
  private let userCount: Int
  private let threadCount: Int
  private let promptCount: Int
  private let tokenCount: Int

  init(_ command: Command) throws(CommandError) {
    userCount = try command.count("users")
    threadCount = try command.count("threads")
    promptCount = try command.count("prompt", default: 16)
    tokenCount = try command.count("tokens")
  }

  /// Counts tokens and time from when every user has a first token until somebody's answer ends: all are served then.
  func json(_ model: Model) throws -> JSON {
    let scheduler = try filled(model)
    var served: Set<BatchScheduler.ID> = []
    while served.count < userCount { for step in try scheduler.step() { served.insert(step.id) } }
    var (count, hasEnd) = (0, false)
    let time = try Stopwatch.nanoseconds {
      while !hasEnd {
        let steps = try scheduler.step()
        guard !steps.isEmpty else { throw CommandError("the scheduler stands still") }
        count += steps.count
        hasEnd = steps.contains { $0.token.end != nil }
      }
    }
    return ["tokens": JSON(count), "nanoseconds": JSON(time)]
  }

  private func filled(_ model: Model) throws -> BatchScheduler {
    var options = BatchOptions()
    options.parallel = Parallel(threadCount: threadCount)
    let scheduler = BatchScheduler(model, options: options)
    for user in 1...userCount {
      let prompt = SpeedRun.prompt(promptCount, vocabularyCount: model.graph.vocabularyCount, first: user)
      // Answers that began later would else be cut off by the end of the first.
      _ = try scheduler.add(SpeedRun.request(prompt: prompt, tokenCount: tokenCount + promptCount * userCount / 32))
    }
    return scheduler
  }
}
