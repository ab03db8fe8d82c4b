import Hashing
import Ledger
import LedgerStore
import Receipts

/// The embedded ledger of this process as the HTTP service reads it.
package struct EmbeddedLedgerSource: StoredLedgerSource {
  private let ledger: EmbeddedLedger
  private let tally = TransactionTally()

  package init(_ ledger: EmbeddedLedger) {
    self.ledger = ledger
  }

  package var store: LedgerStore { ledger.store }
  package var headerKey: PublicKey? { ledger.operatorKey }

  package func status() async throws(LedgerClientError) -> LedgerStatus { try await ledger.status() }

  package func submit(_ transaction: [UInt8]) async throws(LedgerClientError) -> Digest {
    try await ledger.submit(transaction)
  }

  package func place(of id: Digest, timeout: Duration) async throws(LedgerClientError) -> TransactionPlace {
    try await ledger.place(of: id, timeout: timeout)
  }

  package func query(_ key: [UInt8]) async throws(LedgerClientError) -> ProvenValue { try await ledger.query(key) }

  package func events(after sequence: UInt64, wait: Duration) async throws(LedgerClientError) -> [PlacedEvent] {
    try await ledger.events(after: sequence, wait: wait)
  }

  package func figures() async throws(LedgerClientError) -> LedgerFigures {
    var figures = LedgerFigures()
    figures.transactions = try await tally.count(upTo: try await status().height, in: self)
    let measured = await ledger.figures()
    (figures.waiting, figures.stateEntries) = (measured.waiting, measured.stateEntries)
    (figures.blocks, figures.blockMicroseconds) = (measured.blocks, measured.blockMicroseconds)
    figures.storeBytes = storeBytes
    return figures
  }
}
