/// Codes of the beacon: 350 to 379.
extension RefusalCode {
  public static let otherRound = RefusalCode(350, "the round is not the present one")
  public static let commitsEnded = RefusalCode(351, "the round takes no more commitments")
  public static let revealsNotBegun = RefusalCode(352, "the round takes no secrets yet")
  public static let roundFull = RefusalCode(353, "the round has as many commitments as it takes")
  public static let alreadyCommitted = RefusalCode(354, "the account has committed in this round already")
  public static let notCommitted = RefusalCode(355, "the account has not committed in this round")
  public static let wrongReveal = RefusalCode(356, "the secret is not the one committed to")
  public static let alreadyRevealed = RefusalCode(357, "the secret is revealed already")
  public static let ineligible = RefusalCode(
    358, "the account has neither the stake nor the bond that the beacon asks for")

  static let beacon: [RefusalCode] = [
    otherRound, commitsEnded, revealsNotBegun, roundFull, alreadyCommitted, notCommitted, wrongReveal,
    alreadyRevealed, ineligible,
  ]
}
