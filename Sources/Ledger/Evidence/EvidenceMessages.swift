/// The messages about what a provider owes and has not done, or has stated wrongly.
enum EvidenceMessages {
  static let types: [any Message.Type] = [
    ClaimUnanchored.self, AnswerUnanchored.self, ClaimDropped.self, AnswerDropped.self, ResolveClaim.self,
    DisputeBatch.self, DisputeSettlement.self,
  ]
}
