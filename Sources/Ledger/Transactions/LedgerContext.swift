import Hashing

/// The block that is being worked out, as rules see it.
public struct BlockContext: Equatable, Sendable {
  public let chain: Digest
  public let height: UInt64
  /// Milliseconds since 1970, later than the block before.
  public let time: UInt64
  /// The engine's hash of the block.
  public let hash: Digest

  public init(chain: Digest, height: UInt64, time: UInt64, hash: Digest) {
    self.chain = chain
    self.height = height
    self.time = time
    self.hash = hash
  }
}

/// What rules work on: the state under way, the block, and the record of what they did.
public struct LedgerContext: Sendable {
  public var state: WorkingState
  public let block: BlockContext
  public let parameters: Parameters
  public private(set) var entries: [Entry] = []
  public private(set) var events: [LedgerEvent] = []

  public init(state: WorkingState, block: BlockContext, parameters: Parameters) {
    self.state = state
    self.block = block
    self.parameters = parameters
  }

  /// Says that something happened.
  public mutating func emit(_ kind: String, _ attributes: [MessageField]) {
    events.append(LedgerEvent(kind, attributes))
  }

  /// Adds to an account's free balance, which makes the account if there was none.
  /// - Throws: `overflow`.
  public mutating func credit(
    _ account: Digest, _ token: Token, _ amount: UInt64, _ cause: EntryCause, reference: Digest = .zero
  ) throws(Refusal) {
    guard amount > 0 else { return }
    var record = state.get(.account(account)) ?? Account()
    let (sum, overflow) = record[token].addingReportingOverflow(amount)
    guard !overflow else { throw Refusal(.overflow, "\(account.hex)") }
    record[token] = sum
    state.set(.account(account), record)
    entries.append(
      Entry(account: account, token: token, amount: Int128(amount), cause: cause, reference: reference))
  }

  /// Takes from an account's free balance.
  /// - Throws: `overspent`.
  public mutating func debit(
    _ account: Digest, _ token: Token, _ amount: UInt64, _ cause: EntryCause, reference: Digest = .zero
  ) throws(Refusal) {
    guard amount > 0 else { return }
    var record = state.get(.account(account)) ?? Account()
    guard record[token] >= amount else {
      throw Refusal(.overspent, "\(record[token]) where \(amount) \(token) are needed")
    }
    record[token] -= amount
    state.set(.account(account), record)
    entries.append(
      Entry(account: account, token: token, amount: -Int128(amount), cause: cause, reference: reference))
  }

  /// Takes from the sender's free balance; a hot key's limit goes down by every grain.
  /// - Throws: `overspent`, `keyLimit`.
  public mutating func debit(
    from sender: Sender, _ token: Token, _ amount: UInt64, _ cause: EntryCause, reference: Digest = .zero
  ) throws(Refusal) {
    if !sender.isCold, token == .raz, var key = state.get(.hotKey(sender.account, sender.key)),
      key.razLimit != .max, amount > 0
    {
      guard key.razLimit >= amount else { throw Refusal(.keyLimit, "\(key.razLimit) of \(amount) grains") }
      key.razLimit -= amount
      state.set(.hotKey(sender.account, sender.key), key)
    }
    try debit(sender.account, token, amount, cause, reference: reference)
  }

  /// Adds to a pot.
  public mutating func fill(_ pot: PotName, _ token: Token, _ amount: UInt64) throws(Refusal) {
    var record = state.get(.pot(pot)) ?? Pot()
    let before = token == .raz ? record.raz : record.credit
    let (sum, overflow) = before.addingReportingOverflow(amount)
    guard !overflow else { throw Refusal(.overflow, "the pot \(pot)") }
    if token == .raz { record.raz = sum } else { record.credit = sum }
    state.set(.pot(pot), record)
  }

  /// Counts what was taken elsewhere as burned.
  public mutating func burn(_ token: Token, _ amount: UInt64) throws(Refusal) {
    try changeSupply { supply throws(Refusal) in
      if token == .raz {
        supply.razBurned = try Self.sum(supply.razBurned, amount)
      } else {
        supply.creditBurned = try Self.sum(supply.creditBurned, amount)
      }
    }
  }

  /// Counts what is added elsewhere as issued.
  public mutating func issue(_ token: Token, _ amount: UInt64) throws(Refusal) {
    try changeSupply { supply throws(Refusal) in
      if token == .raz {
        supply.razIssued = try Self.sum(supply.razIssued, amount)
      } else {
        supply.creditIssued = try Self.sum(supply.creditIssued, amount)
      }
    }
  }

  /// Changes the supply record.
  public mutating func changeSupply(_ change: (inout Supply) throws(Refusal) -> Void) throws(Refusal) {
    var supply = state.get(.supply) ?? Supply()
    try change(&supply)
    state.set(.supply, supply)
  }

  /// Sum of two amounts.
  /// - Throws: `overflow`.
  public static func sum(_ left: UInt64, _ right: UInt64) throws(Refusal) -> UInt64 {
    let (sum, overflow) = left.addingReportingOverflow(right)
    guard !overflow else { throw Refusal(.overflow) }
    return sum
  }

  /// Where the record of effects stands, to go back there.
  var mark: (entries: Int, events: Int) { (entries.count, events.count) }

  /// Forgets the effects after a mark.
  mutating func forget(after mark: (entries: Int, events: Int)) {
    entries.removeSubrange(mark.entries...)
    events.removeSubrange(mark.events...)
  }

  /// Forgets the effects between two marks: they stand with their transactions.
  mutating func forget(from start: (entries: Int, events: Int), to end: (entries: Int, events: Int)) {
    entries.removeSubrange(start.entries..<end.entries)
    events.removeSubrange(start.events..<end.events)
  }
}
