import Hashing

/// What every block does beside its transactions, in this order.
///
/// What changes with time changes when it is touched: a block without transactions and evidence leaves the state as it
/// is, so that an idle ledger stays quiet.
enum BlockRules {
  /// The state at genesis.
  static func initialise(_ genesis: Genesis, _ ledger: inout LedgerContext) throws(LedgerFault) {
    ledger.state.set(.parameters, genesis.parameters)
    do throws(Refusal) {
      for holder in genesis.holders {
        try ledger.credit(holder.account, .raz, holder.raz, .genesis)
        try ledger.credit(holder.account, .credit, holder.credit, .genesis)
        try ledger.issue(.raz, holder.raz)
        try ledger.issue(.raz, holder.stake)
        try ledger.issue(.credit, holder.credit)
        guard holder.stake > 0 else { continue }
        var stake = ledger.state.get(.stake(holder.account)) ?? Stake()
        stake.active = try LedgerContext.sum(stake.active, holder.stake)
        ledger.state.set(.stake(holder.account), stake)
      }
      try MoneyRules.initialise(genesis, &ledger)
      try ValidatorRules.initialise(genesis, &ledger)
    } catch {
      throw .genesis("\(error)")
    }
    let supply = ledger.state.get(.supply) ?? Supply()
    guard supply.razIssued <= Supply.cap else { throw .genesis("more RAZ than the cap") }
  }

  /// The validators that the engine starts with.
  static func validators(of genesis: Genesis) -> [ValidatorUpdate] { ValidatorRules.first(genesis) }

  static func begin(_ block: Block, _ ledger: inout LedgerContext) {
    for offence in block.misbehaviour { ValidatorRules.punish(offence, &ledger) }
    guard !block.transactions.isEmpty || !block.misbehaviour.isEmpty else { return }
    MoneyRules.advance(&ledger)
    BeaconRules.begin(&ledger)
  }

  static func end(_ block: Block, _ ledger: inout LedgerContext) -> [ValidatorUpdate] {
    BeaconRules.end(&ledger)
    return ValidatorRules.updates(&ledger)
  }
}
