import Ledger
import Receipts

/// Why an embedded ledger does not start, or stops.
package enum EmbeddedLedgerError: Error, Equatable, Sendable, CustomStringConvertible {
  case store(LedgerStoreError)
  /// The machine refuses to go on.
  case fault(LedgerFault)
  /// The last block was signed by another operator's key, or its header is not that of the block.
  case otherOperator(path: String)
  case signing(SigningError)
  /// An earlier failure stopped it; what was committed stands, and a new start reads it.
  case stopped(String)

  package var description: String {
    switch self {
    case .store(let error): "\(error)"
    case .fault(let fault): "the ledger stops: \(fault)"
    case .otherOperator(let path): "the last block of the ledger \(path) is not signed by this operator's key"
    case .signing(let error): "\(error)"
    case .stopped(let reason): "the ledger has stopped: \(reason)"
    }
  }
}
