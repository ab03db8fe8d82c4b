import Hashing
import Ledger
import LedgerStore
import Receipts

/// A ledger that runs here, as the HTTP service reads it: what every client sees, and its history.
package protocol LedgerSource: LedgerClient {
  /// The key whose signature stands under the headers; `nil` where validators sign.
  var headerKey: PublicKey? { get }
  /// The block at a height.
  func block(at height: UInt64) async throws(LedgerClientError) -> StoredBlock?
  /// Blocks below a height, the newest first.
  func blocks(below height: UInt64, limit: Int) async throws(LedgerClientError) -> [StoredBlock]
  /// The transactions of a block, in order.
  func transactions(at height: UInt64) async throws(LedgerClientError) -> [StoredTransaction]
  func transaction(_ id: Digest) async throws(LedgerClientError) -> StoredTransaction?
  /// Entries of an account before a sequence number, the newest first.
  func entries(
    of account: Digest, before sequence: UInt64, limit: Int
  ) async throws(LedgerClientError) -> [StoredEntry]
  /// What is measured.
  func figures() async throws(LedgerClientError) -> LedgerFigures
}

/// What a ledger measures of itself since it started; `nil` for what it does not know.
package struct LedgerFigures: Sendable {
  /// Transactions in blocks, by code; ascending.
  package var transactions: [(code: UInt32, count: UInt64)] = []
  /// Transactions that wait for a block.
  package var waiting: Int?
  /// Records of the state.
  package var stateEntries: Int?
  /// Bytes of the ledger's files.
  package var storeBytes: UInt64?
  /// Blocks worked out, and how long that took altogether.
  package var blocks: UInt64?
  package var blockMicroseconds: UInt64?

  package init() {}
}
