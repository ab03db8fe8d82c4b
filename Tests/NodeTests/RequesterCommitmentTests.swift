import Dialects
import Hashing
import Node
import Receipts
import StrictJSON
import Testing

/// What a requester fixes before the provider answers: its user's consent, the prompt it tokenised, the text's end.
@Suite struct RequesterCommitmentTests {
  let shop: Workshop

  init() throws { shop = try Workshop() }

  private func asked(_ errand: Errand) -> AcceptRequest {
    errand.acceptRequest(shop.profile, now: shop.time.now)
  }

  @Test func providerDropsTheConsent() async throws {
    let errand = shop.errand()
    var asked = asked(errand)
    asked.consentCommitment = Consent.commitment(isGiven: true, blind: .random())
    let accept = try shop.desk.accept(asked)
    try errand.verify(accept, asked: asked, by: shop.desk.document, now: shop.time.now)
    let finished = try await shop.answer(errand, accept: accept)
    #expect(finished.bundle.receipt.body.consentCommitment == asked.consentCommitment)
    var other = shop.errand().acceptRequest(shop.profile, now: shop.time.now)
    let without = try shop.desk.accept(other)
    other.consentCommitment = asked.consentCommitment
    #expect(throws: PeerError.self) {
      try errand.verify(without, asked: other, by: shop.desk.document, now: shop.time.now)
    }
  }

  /// The desk's engine makes 1, 2, 3 of every body.
  @Test func providerRewritesANamedPrompt() async throws {
    let errand = shop.errand()
    var asked = asked(errand)
    asked.promptCommitment = errand.blinds.commitment(toPrompt: [1, 2, 4])
    _ = try shop.desk.accept(asked)
    for _ in 0..<2 {
      let error = #expect(throws: RequestError.self) {
        try shop.desk.open(errand.header, form: .chat, body: errand.question.body)
      }
      #expect(error?.code == .jobMismatch)
    }
    let second = shop.errand()
    var named = self.asked(second)
    named.promptCommitment = second.blinds.commitment(toPrompt: [1, 2, 3])
    let finished = try await shop.answer(second, accept: try shop.desk.accept(named))
    #expect(finished.bundle.accept.body.promptCommitment == finished.bundle.receipt.body.promptCommitment)
    #expect(VerificationReport(of: finished.bundle).isVerified)
  }

  /// Some clients stop reading at the finish reason.
  @Test func providerWritesOnAfterTheFinishReason() throws {
    let errand = shop.errand()
    let accept = try shop.accept(errand)
    var follower = AnswerFollower(errand: errand, accept: accept)
    var plain = PlainFollower(form: .chat, body: errand.question.body, network: NetworkName.local)
    for text in ["", "a"] {
      let body = #"{"choices":[{"delta":{"content":"\#(text)"},"finish_reason":"stop"}]}"#
      guard case .part(let part) = try AnswerEvent(StreamEvent(data: Array(body.utf8)), endpoint: .chat) else { return }
      guard text.isEmpty else {
        #expect(throws: PeerError.malformed("text follows the finish reason")) { try follower.receive(part) }
        #expect(throws: PeerError.malformed("text follows the finish reason")) { try plain.receive(part) }
        return
      }
      try follower.receive(part)
      try plain.receive(part)
    }
  }
}
