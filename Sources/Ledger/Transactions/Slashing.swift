import Hashing

extension LedgerContext {
  /// Takes stake from an account for a proven offence: first what is active, then what matures, the earliest first.
  /// Half of what is taken is burned, or whoever offends could show it himself and lose nothing; half goes to
  /// `challenger`, all is burned when there is none.
  /// - Parameter amount: grains; no more is taken than there is.
  /// - Returns: what was taken.
  public mutating func slash(
    _ account: Digest, _ amount: UInt64, challenger: Digest?, reference: Digest
  ) throws(Refusal) -> UInt64 {
    guard var stake = state.get(.stake(account)) else { return 0 }
    let taken = min(amount, stake.total)
    guard taken > 0 else { return 0 }
    stake.take(taken)
    stake.slashed = try Self.sum(stake.slashed, taken)
    state.set(.stake(account), stake)
    let reward = challenger == nil ? 0 : taken / 2
    try burn(.raz, taken - reward)
    if let challenger { try credit(challenger, .raz, reward, .reward, reference: reference) }
    emit(
      "slashed",
      [MessageField("account", account), MessageField("amount", taken), MessageField("reference", reference)])
    return taken
  }
}

extension Stake {
  /// Removes an amount that is there.
  fileprivate mutating func take(_ amount: UInt64) {
    var left = amount
    let fromActive = min(active, left)
    active -= fromActive
    left -= fromActive
    for index in maturing.indices where left > 0 {
      let part = min(maturing[index].amount, left)
      maturing[index].amount -= part
      left -= part
    }
    maturing.removeAll { $0.amount == 0 }
  }
}
