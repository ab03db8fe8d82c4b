/// An answer that is being fetched, with a beat for whoever waits for it. When nobody holds it any more, it is
/// cancelled.
final class PendingAnswer: Sendable {
  private enum Step: Sendable {
    case waiting
    case ended(Result<VerifiedAnswer, any Error>)
  }

  private let steps: AsyncStream<Step>
  private let fetching: Task<Void, Never>
  private let beating: Task<Void, Never>

  /// - Parameter interval: the time between two beats.
  init(interval: Duration, fetch: @escaping @Sendable () async throws -> VerifiedAnswer) {
    // Beats that nobody has taken are dropped for newer ones; the end is the newest of all.
    let (steps, continuation) = AsyncStream<Step>.makeStream(bufferingPolicy: .bufferingNewest(1))
    self.steps = steps
    let beating = Task {
      while (try? await Task.sleep(for: interval)) != nil { continuation.yield(.waiting) }
    }
    self.beating = beating
    fetching = Task {
      let result: Result<VerifiedAnswer, any Error>
      do { result = .success(try await fetch()) } catch { result = .failure(error) }
      beating.cancel()
      await beating.value
      continuation.yield(.ended(result))
      continuation.finish()
    }
  }

  deinit {
    fetching.cancel()
    beating.cancel()
  }

  /// The answer, or `nil` when a beat has passed without it. One caller at a time; not after the end.
  /// - Throws: what the fetching threw, `CancellationError` when the caller is cancelled.
  func next() async throws -> VerifiedAnswer? {
    for await step in steps {
      switch step {
      case .waiting: return nil
      case .ended(let result): return try result.get()
      }
    }
    throw CancellationError()
  }
}
