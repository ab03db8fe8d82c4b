import Answering
import Dispatch
import Hashing
import Runtime

/// One program's answers, generated together: a `BatchScheduler` on a queue of its own, so that no token is computed on a
/// thread that serves connections.
///
/// `@unchecked Sendable`: scheduler and jobs are touched on the serial queue only.
final class AnswerScheduler: @unchecked Sendable {
  /// An answer that the queue works on.
  private struct Job {
    var continuation: AsyncThrowingStream<GeneratedToken, any Error>.Continuation
    /// Says when the answer ends, before another token of it is computed.
    var text: AnswerText
    var isCached: Bool
    /// Set when the scheduler has let go of the answer.
    var outcome: ScheduledOutcome?
  }

  private let queue = DispatchQueue(label: "razao.engine")
  private let scheduler: BatchScheduler
  private var jobs: [BatchScheduler.ID: Job] = [:]
  private var isTurning = false

  init(_ model: Model, options: BatchOptions) {
    scheduler = BatchScheduler(model, options: options)
  }

  /// Takes a request on; its tokens follow.
  /// - Parameters:
  ///   - text: a fresh text of the same answer.
  ///   - key: whose cached prefixes it may begin with, and whose it may become.
  /// - Throws: `RuntimeError` for a request that cannot be answered, or not now.
  func begin(
    _ request: GenerationRequest, trace: TraceBuilder.Options, key: [UInt8]?, text: AnswerText
  ) async throws -> ScheduledAnswer {
    let (tokens, continuation) = AsyncThrowingStream<GeneratedToken, any Error>.makeStream()
    let id = try await withCheckedThrowingContinuation { (done: CheckedContinuation<BatchScheduler.ID, any Error>) in
      queue.async {
        do {
          let id = try self.scheduler.add(request, trace: trace, key: key)
          self.jobs[id] = Job(continuation: continuation, text: text, isCached: key != nil)
          self.startTurning()
          done.resume(returning: id)
        } catch {
          done.resume(throwing: error)
        }
      }
    }
    return ScheduledAnswer(id: id, tokens: tokens, scheduler: self)
  }

  /// What there is of an answer, finished or not; it gets no further token.
  fileprivate func outcome(_ id: BatchScheduler.ID) async -> ScheduledOutcome {
    await withCheckedContinuation { done in
      queue.async { done.resume(returning: self.end(id)) }
    }
  }

  /// Frees what is left of an answer.
  /// - Parameter owner: what later answers that begin with its positions are told; `nil` when none may.
  fileprivate func release(_ id: BatchScheduler.ID, owner: [UInt8]?) {
    queue.async {
      self.jobs[id] = nil
      self.scheduler.remove(id, keepingPrefixFor: owner)
      self.startTurning()
    }
  }

  /// An answer that has ended stays until it is released. Any other is removed, so that it goes on no longer.
  private func end(_ id: BatchScheduler.ID) -> ScheduledOutcome {
    if let outcome = jobs[id]?.outcome { return outcome }
    let prefix = scheduler.prefix(of: id)
    let outcome = ScheduledOutcome(trace: scheduler.remove(id), prefix: prefix, mayBecomePrefix: false)
    jobs[id]?.outcome = outcome
    startTurning()
    return outcome
  }

  private func startTurning() {
    guard !isTurning else { return }
    isTurning = true
    queue.async { self.turn() }
  }

  /// One step for everybody; then whoever wants in or out has a turn on the queue.
  private func turn() {
    guard scheduler.canStep else {
      isTurning = false
      return
    }
    do {
      for step in try scheduler.step() { deliver(step) }
    } catch {
      for id in jobs.keys {
        jobs[id]?.continuation.finish(throwing: error)
        _ = end(id)
      }
    }
    queue.async { self.turn() }
  }

  private func deliver(_ step: BatchScheduler.Step) {
    guard var job = jobs[step.id], job.outcome == nil else { return }
    job.continuation.yield(step.token)
    _ = job.text.append(step.token.token)
    if job.text.end != nil || step.token.end != nil {
      let prefix = scheduler.prefix(of: step.id)
      job.outcome = ScheduledOutcome(
        trace: job.isCached ? hold(step.id) : scheduler.remove(step.id), prefix: prefix,
        mayBecomePrefix: job.isCached)
      job.continuation.finish()
    }
    jobs[step.id] = job
  }

  /// Ends an answer that others may begin with: it stays until it is released, for only then is there a receipt for its
  /// positions.
  private func hold(_ id: BatchScheduler.ID) -> TraceBuilder? {
    scheduler.end(id)
    return scheduler.trace(of: id)
  }
}

/// What an answer leaves when it has ended.
struct ScheduledOutcome: Sendable {
  /// `nil` when it had not begun.
  var trace: TraceBuilder?
  /// The cached prefix that it began with.
  var prefix: PrefixHit?
  /// Whether its positions may begin later answers, once there is a receipt for them.
  var mayBecomePrefix: Bool
}

/// An answer under way. Its memory is freed when nobody holds it any more.
final class ScheduledAnswer: Sendable {
  private let id: BatchScheduler.ID
  /// The tokens as they are chosen; ends with the answer.
  let tokens: AsyncThrowingStream<GeneratedToken, any Error>
  private let scheduler: AnswerScheduler

  fileprivate init(
    id: BatchScheduler.ID, tokens: AsyncThrowingStream<GeneratedToken, any Error>, scheduler: AnswerScheduler
  ) {
    self.id = id
    self.tokens = tokens
    self.scheduler = scheduler
  }

  deinit {
    scheduler.release(id, owner: nil)
  }

  /// Ends the answer, if it has not ended itself.
  func outcome() async -> ScheduledOutcome { await scheduler.outcome(id) }

  /// Lets later answers begin with its positions, and frees the rest.
  func keep(for owner: [UInt8]) { scheduler.release(id, owner: owner) }
}
