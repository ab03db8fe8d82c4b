import Hashing

/// Parts of a stake or a bond that wait until they can be paid out.
extension [Stake.Maturing] {
  /// Adds a part that matures `wait` milliseconds from now; one that matures at the same time as the last joins it.
  /// - Throws: `tooManyMaturing`, `overflow`.
  mutating func add(_ amount: UInt64, now: UInt64, wait: UInt64) throws(Refusal) {
    let due = try LedgerContext.sum(now, wait)
    if let last = indices.last, self[last].maturesAt == due {
      self[last].amount = try LedgerContext.sum(self[last].amount, amount)
      return
    }
    guard count < Stake.maturingLimit else { throw Refusal(.tooManyMaturing, "\(count)") }
    append(Stake.Maturing(amount: amount, maturesAt: due))
  }

  /// Removes the parts that have matured.
  /// - Returns: their sum.
  /// - Throws: `nothingMatured`.
  mutating func takeMatured(now: UInt64) throws(Refusal) -> UInt64 {
    var sum: UInt64 = 0
    for part in self where part.maturesAt <= now { sum = try LedgerContext.sum(sum, part.amount) }
    guard sum > 0 else { throw Refusal(.nothingMatured, first.map { "the first does at \($0.maturesAt)" } ?? "") }
    removeAll { $0.maturesAt <= now }
    return sum
  }

  /// Removes an amount, the earliest parts first.
  /// - Returns: what was there of it.
  mutating func take(_ amount: UInt64) -> UInt64 {
    var left = amount
    for index in indices where left > 0 {
      let part = Swift.min(self[index].amount, left)
      self[index].amount -= part
      left -= part
    }
    removeAll { $0.amount == 0 }
    return amount - left
  }
}
