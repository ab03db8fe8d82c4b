/// Codes of the messages about consensus validators: 150 to 199.
extension RefusalCode {
  public static let badPossession = RefusalCode(150, "the consensus key has not signed for this account and chain")
  public static let lowBond = RefusalCode(151, "what is bonded would be less than the least bond")
  public static let otherConsensusKey = RefusalCode(152, "the account's bond is for another consensus key")
  public static let takenConsensusKey = RefusalCode(153, "the consensus key belongs to another bond")
  public static let jailed = RefusalCode(154, "the validator has offended and is out for good")
  public static let tooManyCandidates = RefusalCode(155, "there are 256 candidates with larger bonds")
  public static let uncoveredUnbond = RefusalCode(156, "the bond does not cover the amount")
  public static let lastValidator = RefusalCode(157, "the last validator cannot leave")

  static let validators: [RefusalCode] = [
    badPossession, lowBond, otherConsensusKey, takenConsensusKey, jailed, tooManyCandidates, uncoveredUnbond,
    lastValidator,
  ]
}
