import Hashing

/// What money does in every block.
enum MoneyRules {
  /// The oracle and the clock at genesis; the balances are there already.
  /// - Throws: `badPrice`, `badReporters`.
  static func initialise(_ genesis: Genesis, _ ledger: inout LedgerContext) throws(Refusal) {
    guard genesis.price <= Oracle.prices.upperBound else { throw Refusal(.badPrice, "\(genesis.price) microcredits") }
    let reporters = genesis.reporters.sorted()
    guard reporters.count <= Oracle.reporterLimit, Set(reporters).count == reporters.count else {
      throw Refusal(.badReporters, "\(reporters.count)")
    }
    ledger.state.set(
      .oracle, Oracle(genesisPrice: genesis.price, reporters: reporters.map { Oracle.Reporter(account: $0) }))
    ledger.state.set(.epochClock, EpochClock(origin: genesis.time))
  }

  /// Counts the slots since the last count, and pays what falls due at an epoch's end: all of it or, if an amount did
  /// not fit, nothing.
  static func advance(_ ledger: inout LedgerContext) {
    let mark = ledger.mark
    ledger.state.begin()
    do throws(Refusal) {
      try count(&ledger)
      ledger.state.keep()
    } catch {
      ledger.state.rollBack()
      ledger.forget(after: mark)
    }
  }

  private static func count(_ ledger: inout LedgerContext) throws(Refusal) {
    var clock = ledger.epochClock
    let slot = clock.slot(at: ledger.block.time, slotTime: ledger.parameters.slotTime)
    guard slot > clock.slot else { return }
    let validators = ledger.state.get(.validatorSet) ?? ValidatorSet()
    let supply = ledger.state.get(.supply) ?? Supply()
    let before = clock.number
    let accrual = clock.advance(
      to: slot, issued: supply.razIssued, parameters: ledger.parameters, hasValidators: !validators.inForce.isEmpty)
    try ledger.issue(.raz, accrual.issued)
    try ledger.fill(.incentives, .raz, accrual.toIncentives)
    if clock.number != before {
      clock.turnedAt = ledger.block.height
      let paid = try ledger.payValidators(validators, due: accrual.due)
      clock.pending = try LedgerContext.sum(clock.pending, paid.remainder)
      ledger.emit(
        "epochEnded",
        [
          MessageField("epoch", before), MessageField("next", clock.number),
          MessageField("validatorsPaid", paid.amount), MessageField("rate", clock.rate(ledger.state.get(.supply))),
        ])
    }
    ledger.state.set(.epochClock, clock)
  }

  static func record(_ table: StateTable) -> (any Record.Type)? {
    switch table {
    case .epoch: EpochClock.self
    case .oracle: Oracle.self
    default: nil
    }
  }
}

extension LedgerContext {
  /// Pays an epoch's share of the emission and its fees to the validators in force by bond, rounded down; without any,
  /// to the pot `incentives`.
  /// - Parameter due: grains of emission that the clock held.
  /// - Returns: what validators got, and what rounding left, to be held by the clock.
  fileprivate mutating func payValidators(
    _ set: ValidatorSet, due: UInt64
  ) throws(Refusal) -> (amount: UInt64, remainder: UInt64) {
    var fees = state.get(.pot(.fees)) ?? Pot()
    let total = try Self.sum(due, fees.raz)
    fees.raz = 0
    state.set(.pot(.fees), fees)
    guard !set.inForce.isEmpty else {
      try fill(.incentives, .raz, total)
      return (0, 0)
    }
    let bonds = set.inForce.reduce(UInt128(0)) { $0 + UInt128($1.bond) }
    var paid: UInt64 = 0
    for member in set.inForce where bonds > 0 {
      let share = UInt64(clamping: UInt128(total) * UInt128(member.bond) / bonds)
      try credit(member.account, .raz, share, .reward)
      paid += share
    }
    return (paid, total - paid)
  }
}
