import Hashing
import Ledger

extension EmbeddedLedger: LedgerClient {
  package nonisolated func status() async throws(LedgerClientError) -> LedgerStatus {
    let machine = view.withLock { $0.machine }
    return LedgerStatus(
      chainID: machine.chainID, engine: .embedded, height: machine.height, time: machine.time,
      appHash: machine.appHash)
  }

  package func submit(_ transaction: [UInt8]) async throws(LedgerClientError) -> Digest {
    try await check(transaction)
  }

  package func place(of id: Digest, timeout: Duration) async throws(LedgerClientError) -> TransactionPlace {
    if let place = try stored(id) { return place }
    if let place = await wait(for: id, upTo: timeout) { return place }
    if let place = try stored(id) { return place }
    throw .timeout("the transaction \(id) is in no block yet")
  }

  /// The place of a transaction whose block queries can see: a block is on the disk a moment before that, and whoever
  /// hears of it then would still read the state before it.
  private func stored(_ id: Digest) throws(LedgerClientError) -> TransactionPlace? {
    let visible = view.withLock { $0.machine.height }
    do throws(LedgerStoreError) {
      return try store.transaction(id).flatMap {
        $0.height > visible
          ? nil : TransactionPlace(id: $0.id, height: $0.height, code: $0.code, detail: $0.detail)
      }
    } catch {
      throw .unreachable("\(error)")
    }
  }

  package nonisolated func query(_ key: [UInt8]) async throws(LedgerClientError) -> ProvenValue {
    view.withLock { $0.machine }.query(key)
  }

  package func events(after sequence: UInt64, wait: Duration) async throws(LedgerClientError) -> [PlacedEvent] {
    let found = try storedEvents(after: sequence)
    guard found.isEmpty, wait > .zero else { return found }
    let deadline = ContinuousClock.now + wait
    while ContinuousClock.now < deadline, !Task.isCancelled {
      _ = await self.wait(for: nil, upTo: ContinuousClock.now.duration(to: deadline))
      let found = try storedEvents(after: sequence)
      if !found.isEmpty { return found }
    }
    return []
  }

  private func storedEvents(after sequence: UInt64) throws(LedgerClientError) -> [PlacedEvent] {
    do { return try store.events(after: sequence, limit: 1_000) } catch { throw .unreachable("\(error)") }
  }

  package nonisolated func list(
    _ table: StateTable, after cursor: [UInt8], limit: Int
  ) async throws(LedgerClientError) -> [(key: [UInt8], value: [UInt8])] {
    do { return try store.list(table, after: cursor, limit: limit) } catch { throw .unreachable("\(error)") }
  }

  /// Waits for a transaction's block, or for any block where `id` is nil.
  /// - Returns: the transaction's place; nil when the time is up, the task is cancelled or any block came.
  private func wait(for id: Digest?, upTo limit: Duration) async -> TransactionPlace? {
    let number = waiting.takeNumber()
    let timer = Task {
      try? await Task.sleep(for: limit)
      waiting.leave(number, of: id)
    }
    defer { timer.cancel() }
    return await withTaskCancellationHandler {
      await withCheckedContinuation { waiting.enter(number, for: id, $0) }
    } onCancel: {
      timer.cancel()
    }
  }

  /// Makes a block each interval when something waits, until the task is cancelled; an idle ledger makes none.
  /// - Parameter report: hears of a block that could not be written and is tried again.
  /// - Throws: what stopped the ledger.
  package func run(
    interval: Duration = .seconds(1), report: @Sendable (EmbeddedLedgerError) -> Void = { _ in }
  ) async throws(EmbeddedLedgerError) {
    var next = ContinuousClock.now + interval
    while !Task.isCancelled {
      do { try await Task.sleep(until: next) } catch { return }
      // A block that took longer than the interval is followed at once.
      next = max(next + interval, .now)
      do throws(EmbeddedLedgerError) {
        try await produceBlock()
      } catch {
        guard case .store(.full) = error else { throw error }
        report(error)
      }
    }
  }
}
