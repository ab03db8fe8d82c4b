import LedgerStore
import ServiceLifecycle

/// Makes an embedded ledger's blocks until it is told to end; what waits then still gets its block.
package struct EmbeddedBlocks: Service {
  private let ledger: EmbeddedLedger
  private let interval: Duration
  private let report: @Sendable (ServiceEvent) -> Void

  package init(ledger: EmbeddedLedger, interval: Duration, report: @escaping @Sendable (ServiceEvent) -> Void) {
    self.ledger = ledger
    self.interval = interval
    self.report = report
  }

  package func run() async throws {
    try await cancelWhenGracefulShutdown {
      try await self.ledger.run(interval: self.interval) { self.report(.notice("no block: \($0)")) }
    }
    _ = try? await ledger.produceBlock()
  }
}
