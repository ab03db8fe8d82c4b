import Synchronization

/// A relay under way between the handler that waits for its first event and the response that writes the rest.
/// When nobody holds it any more, it is cancelled.
final class RunningRelay: Sendable {
  let events: Handover<RelayEvent>
  private let task: Task<Void, any Error>

  init(
    _ relay: @escaping @Sendable (_ pass: @escaping @Sendable (RelayEvent) async throws -> Void) async throws -> Void
  ) {
    let events = Handover<RelayEvent>()
    self.events = events
    task = Task {
      defer { events.end() }
      try await relay { try await events.send($0) }
    }
  }

  deinit {
    task.cancel()
  }

  /// The next event, or `nil` when the relay ended well.
  /// - Throws: what ended it otherwise.
  func next() async throws -> RelayEvent? {
    if let event = await events.next() { return event }
    if Task.isCancelled { task.cancel() }
    try await task.value
    return nil
  }
}
