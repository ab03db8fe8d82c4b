/// Codes of the registries: 200 to 249.
extension RefusalCode {
  public static let notPublisher = RefusalCode(200, "another account has published this program")
  public static let royaltyTooHigh = RefusalCode(201, "the royalty is over half of the price")
  public static let royaltyRaised = RefusalCode(202, "a royalty never rises: answers were agreed on under the old one")
  public static let unnamed = RefusalCode(203, "the program has no name")
  public static let badEndpoint = RefusalCode(204, "the endpoint is no https:// address")
  public static let duplicateOffer = RefusalCode(205, "a program is offered twice")
  public static let noPossession = RefusalCode(206, "the registered key has not signed this registration")
  public static let understaked = RefusalCode(207, "the account's active stake is below the least")
  public static let notOwner = RefusalCode(208, "it belongs to another account")
  public static let unknownProvider = RefusalCode(209, "there is no such provider")
  public static let unknownAuditor = RefusalCode(210, "there is no such auditor")
  public static let retired = RefusalCode(211, "it has retired")

  static let registry: [RefusalCode] = [
    notPublisher, royaltyTooHigh, royaltyRaised, unnamed, badEndpoint, duplicateOffer, noPossession, understaked,
    notOwner, unknownProvider, unknownAuditor, retired,
  ]
}
