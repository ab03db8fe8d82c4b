/// The messages about money.
enum MoneyMessages {
  static let types: [any Message.Type] = [
    Transfer.self, Burn.self, AuthorizeKey.self, RevokeKey.self, BuyCredits.self, SellCredits.self, ReportPrice.self,
    AddStake.self, Unstake.self, WithdrawStake.self,
  ]
}
