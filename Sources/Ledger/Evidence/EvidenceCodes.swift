/// Codes of claims and disputes: 300 to 349.
extension RefusalCode {
  public static let foreignStatement = RefusalCode(300, "the statement is of another chain")
  public static let unsignedStatement = RefusalCode(301, "its provider has not signed the statement")
  public static let anchorWindowRuns = RefusalCode(302, "the provider's time to anchor the receipt has not passed")
  public static let expiredStatement = RefusalCode(303, "the statement has expired")
  public static let longLived = RefusalCode(304, "the receipt lives longer than receipts that can be anchored")
  public static let alreadyClaimed = RefusalCode(305, "there is, or was, a claim about this")
  public static let unknownClaim = RefusalCode(306, "there is no such claim")
  public static let claimDecided = RefusalCode(307, "the claim is decided")
  public static let claimOverdue = RefusalCode(308, "the time to answer the claim has passed")
  public static let claimRuns = RefusalCode(309, "the time to answer the claim has not passed")
  public static let wrongClaimKind = RefusalCode(310, "the claim is of another kind")
  public static let unknownBatch = RefusalCode(311, "the provider has no such batch")
  public static let notIncluded = RefusalCode(312, "the path does not lead from the receipt to the batch's root")
  public static let anchoredTooLate = RefusalCode(313, "the batch was not anchored before the claim")
  public static let notJoint = RefusalCode(314, "the accept promises no joint seed")
  public static let wrongSecret = RefusalCode(315, "the secret is not the one that the accept commits to")
  public static let untimelySecret = RefusalCode(316, "the secret was not posted in the time after the accept")
  public static let otherAnswer = RefusalCode(317, "the receipt does not answer this accept and secret")
  public static let soundBatch = RefusalCode(318, "the batch states an expiry that is late enough")
  public static let alreadyRefuted = RefusalCode(319, "it was refuted before")
  public static let unsettled = RefusalCode(320, "the receipt is not settled")
  public static let soundSettlement = RefusalCode(321, "the settlement agrees with the receipt")

  static let evidence: [RefusalCode] = [
    foreignStatement, unsignedStatement, anchorWindowRuns, expiredStatement, longLived, alreadyClaimed, unknownClaim,
    claimDecided, claimOverdue, claimRuns, wrongClaimKind, unknownBatch, notIncluded, anchoredTooLate, notJoint,
    wrongSecret, untimelySecret, otherAnswer, soundBatch, alreadyRefuted, unsettled, soundSettlement,
  ]
}
