/// Which jobs run, which wait, and which are refused: a pure value, first come first served.
package struct AdmissionQueue<JobID: Hashable & Sendable>: Sendable {
  /// What becomes of a job that arrives.
  package enum Admission: Equatable, Sendable {
    case start
    /// Number of jobs that wait before it.
    case wait(behind: Int)
    case refuse
  }

  private let runningLimit: Int
  private let waitingLimit: Int
  private var running: Set<JobID> = []
  private var waiting: [JobID] = []

  /// - Parameters:
  ///   - runningLimit: jobs computed at once, at least 1.
  ///   - waitingLimit: jobs that may wait for their turn.
  package init(runningLimit: Int, waitingLimit: Int) {
    precondition(runningLimit >= 1 && waitingLimit >= 0)
    self.runningLimit = runningLimit
    self.waitingLimit = waitingLimit
  }

  package var runningCount: Int { running.count }
  package var waitingCount: Int { waiting.count }
  /// True when the next arrival would be refused.
  package var isFull: Bool { running.count >= runningLimit && waiting.count >= waitingLimit }

  /// - Precondition: the job is neither running nor waiting.
  package mutating func arrive(_ job: JobID) -> Admission {
    precondition(!running.contains(job) && !waiting.contains(job))
    if running.count < runningLimit {
      running.insert(job)
      return .start
    }
    guard waiting.count < waitingLimit else { return .refuse }
    waiting.append(job)
    return .wait(behind: waiting.count - 1)
  }

  /// A job ended, or gave up waiting.
  /// - Returns: the job that starts in its place.
  package mutating func leave(_ job: JobID) -> JobID? {
    if let place = waiting.firstIndex(of: job) {
      waiting.remove(at: place)
      return nil
    }
    guard running.remove(job) != nil, !waiting.isEmpty else { return nil }
    let next = waiting.removeFirst()
    running.insert(next)
    return next
  }
}
