/// Codes of channels and batches: 250 to 299.
extension RefusalCode {
  public static let channelExists = RefusalCode(250, "there is, or was, a channel of this id")
  public static let unknownChannel = RefusalCode(251, "there is no such channel")
  public static let notPayer = RefusalCode(252, "only the channel's payer may do this")
  public static let channelClosing = RefusalCode(253, "the channel is being closed")
  public static let notPayee = RefusalCode(254, "only the account of the channel's provider may do this")
  public static let foreignVoucher = RefusalCode(255, "the voucher is of another chain")
  public static let wrongVoucherKey = RefusalCode(256, "the voucher names another key than the channel")
  public static let unsignedVoucher = RefusalCode(257, "the channel's key has not signed the voucher")
  public static let replayedVoucher = RefusalCode(258, "the voucher pays no more than was redeemed already")
  public static let uncoveredVoucher = RefusalCode(259, "the voucher pays more than the channel holds")
  public static let wrongLines = RefusalCode(260, "the lines do not sum up to what the voucher adds")
  public static let alreadySettled = RefusalCode(261, "a receipt is settled already")
  public static let notParty = RefusalCode(262, "only payer and provider may close the channel")
  public static let notClosing = RefusalCode(263, "nobody has asked to close the channel")
  public static let closePeriodRuns = RefusalCode(264, "the provider's time to redeem has not passed")
  public static let batchOutOfOrder = RefusalCode(270, "the batch's number is not the provider's next")
  public static let badBatchCount = RefusalCode(271, "a batch has 1 to 1,048,576 receipts")
  public static let farExpiry = RefusalCode(272, "a receipt's life would be longer than the ledger allows")
  public static let exposed = RefusalCode(273, "the open receipts would need more stake than is active")
  public static let epochNotRising = RefusalCode(274, "contributions are anchored for rising epochs only")

  static let channels: [RefusalCode] = [
    channelExists, unknownChannel, notPayer, channelClosing, notPayee, foreignVoucher, wrongVoucherKey,
    unsignedVoucher, replayedVoucher, uncoveredVoucher, wrongLines, alreadySettled, notParty, notClosing,
    closePeriodRuns, batchOutOfOrder, badBatchCount, farExpiry, exposed, epochNotRising,
  ]
}
