import Hashing

/// Who validates, and what a validator's offence costs.
enum ValidatorRules {
  /// The bonds at genesis, issued, and the set in force.
  /// - Throws: `lowBond`, `otherConsensusKey`, `takenConsensusKey`, `tooManyCandidates`.
  static func initialise(_ genesis: Genesis, _ ledger: inout LedgerContext) throws(Refusal) {
    var set = ValidatorSet()
    guard genesis.validators.count <= ValidatorSet.candidateLimit else { throw Refusal(.tooManyCandidates) }
    for validator in genesis.validators {
      guard validator.bond >= ledger.parameters.minimumBond else { throw Refusal(.lowBond, validator.account.hex) }
      guard !ledger.state.contains(.bond(validator.account)) else {
        throw Refusal(.otherConsensusKey, validator.account.hex)
      }
      guard !ledger.state.contains(.consensusKey(of: validator.key)) else {
        throw Refusal(.takenConsensusKey, validator.key.bytes.hex)
      }
      try ledger.issue(.raz, validator.bond)
      ledger.state.set(.bond(validator.account), Bond(key: validator.key, active: validator.bond))
      ledger.state.set(.consensusKey(of: validator.key), ConsensusKey(account: validator.account))
      try set.rank(validator.account, bond: validator.bond)
    }
    set.inForce = ledger.electedMembers(of: set)
    ledger.state.set(.validatorSet, set)
  }

  /// The validators that the engine starts with.
  static func first(_ genesis: Genesis) -> [ValidatorUpdate] {
    let members = genesis.validators.map { validator in
      ValidatorSet.Member(account: validator.account, key: validator.key, bond: validator.bond)
    }
    let rank = { (member: ValidatorSet.Member) in
      ValidatorSet.Candidate(account: member.account, bond: member.bond)
    }
    let chosen = members.sorted { rank($0) < rank($1) }.prefix(Int(clamping: genesis.parameters.validatorLimit))
    return chosen.map { ValidatorUpdate(key: $0.key, power: $0.power) }
  }

  /// Punishes an offence, once for a key, whatever it did and for whatever heights it is reported: the validator is out
  /// for good, and `equivocationSlash` of its bond, maturing parts included, is burned. A key that the ledger does not
  /// know has no bond any more.
  static func punish(_ offence: Misbehaviour, _ ledger: inout LedgerContext) {
    let mark = ledger.mark
    ledger.state.begin()
    do throws(Refusal) {
      try punishOnce(offence, &ledger)
      ledger.state.keep()
    } catch {
      ledger.state.rollBack()
      ledger.forget(after: mark)
    }
  }

  private static func punishOnce(_ offence: Misbehaviour, _ ledger: inout LedgerContext) throws(Refusal) {
    let key = StateKey<ConsensusKey>.consensusKey(offence.address)
    guard var owner = ledger.state.get(key), !owner.isPunished, var bond = ledger.state.get(.bond(owner.account)) else {
      return
    }
    owner.isPunished = true
    ledger.state.set(key, owner)
    let amount = UInt64(
      clamping: UInt128(bond.total) * UInt128(ledger.parameters.equivocationSlash) / 1_000_000)
    let fromActive = min(amount, bond.active)
    bond.active -= fromActive
    let taken = fromActive + bond.maturing.take(amount - fromActive)
    bond.slashed = try LedgerContext.sum(bond.slashed, taken)
    bond.isJailed = true
    ledger.state.set(.bond(owner.account), bond)
    try ledger.burn(.raz, taken)
    var set = ledger.state.get(.validatorSet) ?? ValidatorSet()
    set.expel(owner.account)
    ledger.state.set(.validatorSet, set)
    ledger.emit(
      "validatorJailed",
      [
        MessageField("account", owner.account), MessageField("offence", "\(offence.kind)"),
        MessageField("height", offence.height), MessageField("slashed", taken),
      ])
  }

  /// What changes in the validator set after this block: offenders leave at once, all else at an epoch's end.
  static func updates(_ ledger: inout LedgerContext) -> [ValidatorUpdate] {
    guard var set = ledger.state.get(.validatorSet) else { return [] }
    let before = set
    var updates = set.removed.map { ValidatorUpdate(key: $0, power: 0) }
    set.removed = []
    let clock = ledger.epochClock
    if clock.number > 0, clock.turnedAt == ledger.block.height {
      updates += set.elect(ledger.electedMembers(of: set))
    }
    if set != before { ledger.state.set(.validatorSet, set) }
    return updates
  }

  static func record(_ table: StateTable) -> (any Record.Type)? {
    switch table {
    case .bond: Bond.self
    case .offence: ConsensusKey.self
    case .validators: ValidatorSet.self
    default: nil
    }
  }
}

extension LedgerContext {
  /// The candidates that come into force, with their keys.
  fileprivate mutating func electedMembers(of set: ValidatorSet) -> [ValidatorSet.Member] {
    var members: [ValidatorSet.Member] = []
    for candidate in set.candidates.prefix(Int(clamping: parameters.validatorLimit)) {
      guard let bond = state.get(.bond(candidate.account)) else { continue }
      members.append(ValidatorSet.Member(account: candidate.account, key: bond.key, bond: candidate.bond))
    }
    return members
  }
}
