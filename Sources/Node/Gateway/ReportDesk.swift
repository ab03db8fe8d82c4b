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
  private let taken = Mutex<[Entry]>([])

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
  package func all() -> [Entry] { taken.withLock { $0 } }

  /// Reads the reports of earlier runs, one at a time, and excludes the providers that they name. A report by an auditor
  /// that is no longer believed does not count.
  package func load() async throws(StoreError) {
    var sequence: Int64 = 0
    while let stored = try store.report(after: sequence) {
      sequence = stored.sequence
      guard let json = try? JSON.parse(stored.bytes), let document = try? ReportDocument(json: json),
        (try? document.verify(network: network, auditors: auditors)) != nil
      else { continue }
      await count(document)
    }
  }

  /// Takes a report.
  /// - Throws: `ReportRefusal` when it is not believed; `StoreError` when it cannot be kept, though it counts.
  package func take(_ document: ReportDocument) async throws {
    try document.verify(network: network, auditors: auditors)
    if let recheck, await recheck([document.bundle]) == [.agrees] { throw ReportRefusal.contradicted }
    await count(document)
    let body = document.report.body
    try store.insert(
      report: document.json.encoded(), requestID: body.requestID, provider: body.providerKey.provider,
      auditor: body.auditorKey.provider, now: clock.now())
  }

  private func count(_ document: ReportDocument) async {
    let entry = Entry(document)
    taken.withLock { taken in
      let isKnown = taken.contains { $0.requestID == entry.requestID && $0.auditor == entry.auditor }
      if !isKnown { taken.append(entry) }
    }
    let reason = "auditor \(entry.auditor.short) refuted its answer \(entry.requestID): \(entry.reason)"
    await registry.exclude(entry.provider, reason: reason)
  }
}

extension ReportDesk.Entry {
  init(_ document: ReportDocument) {
    let body = document.report.body
    self.init(
      provider: body.providerKey.provider, auditor: body.auditorKey.provider, requestID: body.requestID,
      reason: document.reason, time: body.time)
  }

  package var json: JSON {
    [
      "provider": .string(provider.hex), "auditor": .string(auditor.hex),
      "request_id": .string(requestID.description), "reason": .string(reason), "time_ms": JSON(time),
    ]
  }
}
