extension StateTable {
  /// What lies in a table, `nil` where nothing does; the law of conservation reads every record through it.
  public var record: (any Record.Type)? {
    switch self {
    case .parameters: Parameters.self
    case .supply: Supply.self
    case .pot: Pot.self
    case .account: Account.self
    case .hotKey: HotKey.self
    case .stake: Stake.self
    default: MoneyRules.record(self) ?? ValidatorRules.record(self) ?? InferenceRules.record(self)
    }
  }
}
