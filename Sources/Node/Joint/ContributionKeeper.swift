import Logging
import ServiceLifecycle

/// Keeps a provider's contributions anchored while it runs.
struct ContributionKeeper: Service {
  let desk: ContributionDesk
  let logger: Logger
  var interval: Duration = .seconds(5)

  /// Until it is told to end. A ledger that does not answer is asked again; until then joint seeds are refused.
  func run() async throws {
    try? await cancelWhenGracefulShutdown {
      var hasFailed = false
      while !Task.isCancelled {
        do {
          try await desk.maintain()
          hasFailed = false
        } catch is CancellationError {
          return
        } catch {
          if !hasFailed { logger.warning("contributions to joint seeds are not anchored: \(error)") }
          hasFailed = true
        }
        // A new provider is asked before its first epoch is anchored: look again soon.
        try await Task.sleep(for: hasFailed ? .seconds(1) : interval)
      }
    }
  }
}
