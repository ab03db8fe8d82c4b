import Hashing
import Ledger
import LedgerStore
import Receipts

/// A ledger that CometBFT drives in this process's application: history from the store that the application writes,
/// transactions and proofs through the engine's own interface.
package struct EngineLedgerSource: StoredLedgerSource {
  package let store: LedgerStore
  private let engine: CometLedgerClient?
  private let pause: Duration
  private let tally = TransactionTally()

  /// - Parameters:
  ///   - store: the one that the application writes; several may read it.
  ///   - engine: the node's JSON-RPC; without it nothing can be handed in or proven here.
  ///   - pause: between two looks for what is awaited.
  package init(_ store: LedgerStore, engine: CometLedgerClient?, pause: Duration = .milliseconds(200)) {
    self.store = store
    self.engine = engine
    self.pause = pause
  }

  /// Validators sign, no single key.
  package var headerKey: PublicKey? { nil }

  package func status() async throws(LedgerClientError) -> LedgerStatus {
    guard let meta = try read({ store throws(LedgerStoreError) in try store.meta() }) else {
      throw .unreachable("the chain has not begun")
    }
    return LedgerStatus(
      chainID: meta.chainID, engine: .replicated, height: meta.height, time: meta.time, appHash: meta.appHash)
  }

  package func submit(_ transaction: [UInt8]) async throws(LedgerClientError) -> Digest {
    try await node().submit(transaction)
  }

  package func place(of id: Digest, timeout: Duration) async throws(LedgerClientError) -> TransactionPlace {
    let deadline = ContinuousClock.now + timeout
    while true {
      if let found = try await transaction(id) {
        return TransactionPlace(id: id, height: found.height, code: found.code, detail: found.detail)
      }
      guard ContinuousClock.now < deadline, !Task.isCancelled else {
        throw .timeout("the transaction \(id) is in no block yet")
      }
      try? await Task.sleep(for: pause)
    }
  }

  package func query(_ key: [UInt8]) async throws(LedgerClientError) -> ProvenValue { try await node().query(key) }

  package func events(after sequence: UInt64, wait: Duration) async throws(LedgerClientError) -> [PlacedEvent] {
    let deadline = ContinuousClock.now + wait
    while true {
      let events = try read { store throws(LedgerStoreError) in try store.events(after: sequence, limit: 1_000) }
      if !events.isEmpty || ContinuousClock.now >= deadline || Task.isCancelled { return events }
      try? await Task.sleep(for: pause)
    }
  }

  package func figures() async throws(LedgerClientError) -> LedgerFigures {
    var figures = LedgerFigures()
    figures.transactions = try await tally.count(upTo: try await status().height, in: self)
    figures.storeBytes = storeBytes
    return figures
  }

  private func node() throws(LedgerClientError) -> CometLedgerClient {
    guard let engine else {
      throw .unreachable("this ledger was started without its engine's address; ask a CometBFT node instead")
    }
    return engine
  }
}
