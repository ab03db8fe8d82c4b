import Hashing
import Logging
import Receipts
import StrictJSON
import Synchronization

/// Takes auditors' reports: checks them, keeps them, and stops routing to the provider that one names.
package final class ReportDesk: Sendable {
  private let network: Digest
  private let auditors: [PublicKey]
  private let recheck: Rerun?
  private let store: ReceiptStore
  private let registry: GatewayRegistry
  private let clock: WallClock
  private let taken = Mutex<[ReportDocument]>([])

  /// - Parameters:
  ///   - auditors: keys whose reports are believed.
  ///   - recheck: when given, a report counts only if running the job again refutes the answer here too.
  package init(
    network: Digest, auditors: [PublicKey], recheck: Rerun?, store: ReceiptStore, registry: GatewayRegistry,
    clock: WallClock
  ) {
    self.network = network
    self.auditors = auditors
    self.recheck = recheck
    self.store = store
    self.registry = registry
    self.clock = clock
  }

  /// A report as the status shows it.
  package struct Entry: Equatable, Sendable {
    package var provider: Digest
    package var auditor: Digest
    package var requestID: RequestID
    package var reason: String
    package var time: UInt64
  }

  /// The reports that count, oldest first.
  package func all() -> [Entry] {
    taken.withLock { $0 }.map { document in
      let body = document.report.body
      return Entry(
        provider: body.providerKey.provider, auditor: body.auditorKey.provider, requestID: body.requestID,
        reason: document.reason, time: body.time)
    }
  }

  /// Reads the reports of earlier runs and excludes the providers that they name.
  package func load() async throws(StoreError) {
    for bytes in try store.reports() {
      guard let json = try? JSON.parse(bytes), let document = try? ReportDocument(json: json) else { continue }
      await count(document)
    }
  }

  /// Takes a report.
  /// - Throws: `ReportRefusal` when it is not believed; `StoreError` when it cannot be kept, though it counts.
  package func take(_ document: ReportDocument) async throws {
    try document.verify(network: network, auditors: auditors)
    if let recheck, await recheck(document.bundle) == .agrees { throw ReportRefusal.contradicted }
    await count(document)
    let body = document.report.body
    try store.insert(
      report: document.json.encoded(), requestID: body.requestID, provider: body.providerKey.provider,
      auditor: body.auditorKey.provider, now: clock.now())
  }

  private func count(_ document: ReportDocument) async {
    let body = document.report.body
    taken.withLock { taken in
      let isKnown = taken.contains {
        $0.report.body.requestID == body.requestID && $0.report.body.auditorKey == body.auditorKey
      }
      if !isKnown { taken.append(document) }
    }
    let reason = "auditor \(body.auditorKey.provider.short) refuted its answer \(body.requestID): \(document.reason)"
    await registry.exclude(body.providerKey.provider, reason: reason)
  }
}

extension ReportDesk.Entry {
  package var json: JSON {
    [
      "provider": .string(provider.hex), "auditor": .string(auditor.hex),
      "request_id": .string(requestID.description), "reason": .string(reason), "time_ms": JSON(time),
    ]
  }
}
