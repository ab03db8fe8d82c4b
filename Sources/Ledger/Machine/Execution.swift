import Hashing
import Receipts

/// Runs transactions against a context: envelope, fee and nonce first, then all messages or none.
enum Execution {
  /// What may be done with a transaction before its messages are looked at.
  /// - Throws: codes 3 to 11; nothing has changed then.
  static func authorise(
    _ signed: SignedTransaction, in ledger: inout LedgerContext
  ) throws(Refusal) -> Sender {
    let transaction = signed.transaction
    guard transaction.chain == ledger.block.chain else { throw Refusal(.wrongChain, transaction.chain.hex) }
    guard transaction.expiryHeight == 0 || ledger.block.height <= transaction.expiryHeight else {
      throw Refusal(.expired, "height \(transaction.expiryHeight)")
    }
    let sender = try sender(of: transaction, in: &ledger)
    let account = ledger.state.get(.account(transaction.account)) ?? Account()
    guard account.nonce == transaction.nonce else {
      throw Refusal(.wrongNonce, "\(transaction.nonce) where \(account.nonce) is next")
    }
    let least = ledger.parameters.fee(byteCount: signed.byteCount)
    guard transaction.fee >= least else { throw Refusal(.lowFee, "\(transaction.fee) of \(least) grains") }
    guard account.raz >= transaction.fee else {
      throw Refusal(.unpayableFee, "\(account.raz) of \(transaction.fee) grains")
    }
    return sender
  }

  private static func sender(
    of transaction: Transaction, in ledger: inout LedgerContext
  ) throws(Refusal) -> Sender {
    if transaction.key.account == transaction.account {
      return Sender(account: transaction.account, key: transaction.key, isCold: true)
    }
    guard let hot = ledger.state.get(.hotKey(transaction.account, transaction.key)) else {
      throw Refusal(.unknownKey, transaction.key.bytes.hex)
    }
    guard hot.expiry == 0 || ledger.block.time <= hot.expiry else { throw Refusal(.expiredKey, "at \(hot.expiry)") }
    for message in transaction.messages {
      let type = type(of: message)
      guard hot.scopes.isSuperset(of: type.scope) else { throw Refusal(.outOfScope, type.name) }
    }
    guard hot.razLimit >= transaction.fee else { throw Refusal(.keyLimit, "\(hot.razLimit) of \(transaction.fee)") }
    return Sender(account: transaction.account, key: transaction.key, isCold: false)
  }

  /// Runs one transaction. A refused one keeps its fee and nonce when its envelope was good, and nothing else.
  static func run(_ signed: SignedTransaction, in ledger: inout LedgerContext) -> TransactionResult {
    let start = ledger.mark
    var refusal: Refusal?
    do throws(Refusal) {
      let sender = try authorise(signed, in: &ledger)
      try charge(signed.transaction, sender, in: &ledger)
      refusal = apply(signed.transaction, sender, in: &ledger)
    } catch {
      refusal = error
    }
    return result(signed, refusal, since: start, in: ledger)
  }

  /// Runs one transaction as a filter does: a refused one leaves nothing behind, since no block will hold it.
  static func rehearse(_ signed: SignedTransaction, in ledger: inout LedgerContext) -> TransactionResult {
    let start = ledger.mark
    var refusal: Refusal?
    ledger.state.begin()
    do throws(Refusal) {
      let sender = try authorise(signed, in: &ledger)
      try charge(signed.transaction, sender, in: &ledger)
      for message in signed.transaction.messages { try message.apply(from: sender, to: &ledger) }
      ledger.state.keep()
    } catch {
      ledger.state.rollBack()
      refusal = error
    }
    let result = result(signed, refusal, since: start, in: ledger)
    ledger.forget(after: start)
    return result
  }

  /// Applies all messages, or none.
  private static func apply(
    _ transaction: Transaction, _ sender: Sender, in ledger: inout LedgerContext
  ) -> Refusal? {
    let start = ledger.mark
    ledger.state.begin()
    do throws(Refusal) {
      for message in transaction.messages { try message.apply(from: sender, to: &ledger) }
      ledger.state.keep()
      return nil
    } catch {
      ledger.state.rollBack()
      ledger.forget(after: start)
      return error
    }
  }

  private static func result(
    _ signed: SignedTransaction, _ refusal: Refusal?, since start: (entries: Int, events: Int),
    in ledger: LedgerContext
  ) -> TransactionResult {
    TransactionResult(
      id: signed.id, refusal: refusal,
      gas: UInt64(signed.byteCount) + 1_000 * UInt64(signed.transaction.messages.count),
      entries: Array(ledger.entries[start.entries...]), events: Array(ledger.events[start.events...]))
  }

  /// Takes fee and nonce.
  private static func charge(
    _ transaction: Transaction, _ sender: Sender, in ledger: inout LedgerContext
  ) throws(Refusal) {
    try ledger.fill(.fees, .raz, transaction.fee)
    try ledger.debit(from: sender, .raz, transaction.fee, .fee)
    var account = ledger.state.get(.account(sender.account)) ?? Account()
    account.nonce &+= 1
    ledger.state.set(.account(sender.account), account)
  }
}
