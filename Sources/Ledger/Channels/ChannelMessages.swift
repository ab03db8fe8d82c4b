/// The messages about channels and about batches of receipts.
enum ChannelMessages {
  static let types: [any Message.Type] = [
    OpenChannel.self, TopUpChannel.self, RedeemVoucher.self, CloseChannel.self, SettleChannel.self,
    AnchorReceipts.self, AnchorContributions.self,
  ]
}
