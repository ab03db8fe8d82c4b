/// Lets as many jobs run as the provider has engines, holds a bounded number, and refuses the rest.
package actor JobGate {
  private var queue: AdmissionQueue<Int>
  private var turns: [Int: CheckedContinuation<Bool, Never>] = [:]
  private var nextJob = 0

  package init(runningLimit: Int, waitingLimit: Int) {
    queue = AdmissionQueue(runningLimit: runningLimit, waitingLimit: waitingLimit)
  }

  /// True when a job that arrives now would be refused.
  package var isFull: Bool { queue.isFull }
  package var runningCount: Int { queue.runningCount }
  package var waitingCount: Int { queue.waitingCount }

  /// Runs `body` when its turn comes.
  /// - Throws: `GateError.full` at once when too many wait, `CancellationError` when cancelled before its turn,
  ///   and whatever `body` throws.
  package func run<Value: Sendable>(_ body: @Sendable () async throws -> Value) async throws -> Value {
    let job = nextJob
    nextJob += 1
    switch queue.arrive(job) {
    case .start: break
    case .refuse: throw GateError.full
    case .wait:
      guard await turn(of: job) else { throw CancellationError() }
    }
    defer { leave(job) }
    return try await body()
  }

  private func turn(of job: Int) async -> Bool {
    await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        if Task.isCancelled {
          leave(job)
          continuation.resume(returning: false)
        } else {
          turns[job] = continuation
        }
      }
    } onCancel: {
      Task { await self.giveUp(job) }
    }
  }

  private func giveUp(_ job: Int) {
    guard let continuation = turns.removeValue(forKey: job) else { return }
    leave(job)
    continuation.resume(returning: false)
  }

  private func leave(_ job: Int) {
    guard let next = queue.leave(job) else { return }
    turns.removeValue(forKey: next)?.resume(returning: true)
  }
}

/// A provider that cannot take another job.
package enum GateError: Error, Equatable, Sendable, CustomStringConvertible {
  case full

  package var description: String { "the provider is busy and its queue is full; try again shortly" }
}
