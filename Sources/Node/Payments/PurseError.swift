import Ledger
import Receipts

/// Why a payer cannot pay, or will not.
package enum PurseError: Error, Equatable, Sendable, CustomStringConvertible {
  case ledger(LedgerClientError)
  case store(StoreError)
  /// Another process pays from it.
  case busy
  case refused(VoucherRefusal)
  /// The provider's receipt claims more of the channel than was ever owed.
  case overclaimed(claimed: UInt64, owed: UInt64)
  case other(String)

  package var description: String {
    switch self {
    case .ledger(.refused(let code, let detail)):
      "the channel was not opened (code \(code)): \(detail); see `razao credits buy` and `razao ledger account`"
    case .ledger(let error): "\(error)"
    case .store(let error): "\(error)"
    case .busy: "another process pays from this purse; wait for it, or use another --home"
    case .refused(let error): "no voucher: \(error)"
    case .overclaimed(let claimed, let owed):
      "the provider claims \(claimed) microcredits of the channel where \(owed) are owed; the channel is not used again"
    case .other(let what): what
    }
  }
}
