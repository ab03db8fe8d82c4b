import Dialects
import Hashing
import Node
import Receipts
import StrictJSON
import Testing

@Suite struct ProviderDeskTests {
  let shop: Workshop

  init() throws { shop = try Workshop() }

  private func refusal(_ body: () throws -> Void) -> RequestError? {
    do {
      try body()
      return nil
    } catch {
      return error as? RequestError
    }
  }

  @Test func anAcceptSaysWhatWasAsked() throws {
    let errand = shop.errand()
    let asked = errand.acceptRequest(shop.profile, now: shop.time.now)
    let accept = try shop.desk.accept(asked)
    try errand.verify(accept, asked: asked, by: shop.desk.document, now: shop.time.now)
    #expect(accept.body.payment.prices == Peers.prices)
    #expect(accept.body.acceptedAt == shop.time.now)
  }

  @Test func aJobOpensToItsPromptAndSeed() throws {
    let errand = shop.errand(Peers.chat(extra: #","seed":-3"#), seed: -3)
    let accept = try shop.accept(errand)
    let job = try shop.desk.open(errand.header, form: .chat, body: errand.question.body)
    #expect(job.accept == accept)
    #expect(job.prompt == [1, 2, 3])
    #expect(job.seed.explicitSeed == -3)
  }

  @Test func aReplayedJobIsRefused() throws {
    let errand = shop.errand()
    _ = try shop.accept(errand)
    _ = try shop.desk.open(errand.header, form: .chat, body: errand.question.body)
    let error = refusal { _ = try shop.desk.open(errand.header, form: .chat, body: errand.question.body) }
    #expect(error?.status == 409)
    #expect(refusal { _ = try shop.accept(errand) }?.status == 409)
  }

  @Test func aChangedBodyIsRefusedAndCostsNothing() throws {
    let errand = shop.errand()
    _ = try shop.accept(errand)
    var other = errand.question.body
    other[other.count - 3] ^= 1
    for body in [other, [], errand.question.body + [0x20]] {
      #expect(refusal { _ = try shop.desk.open(errand.header, form: .chat, body: body) }?.code == .jobMismatch)
    }
    _ = try shop.desk.open(errand.header, form: .chat, body: errand.question.body)
  }

  @Test func aWrongBlindSeedOrEndpointIsRefused() throws {
    let errand = shop.errand()
    _ = try shop.accept(errand)
    var blind = errand.header
    blind.blinds = Blinds(master: .random())
    var seed = errand.header
    seed.seedReveal = .random()
    for header in [blind, seed] {
      let error = refusal { _ = try shop.desk.open(header, form: .chat, body: errand.question.body) }
      #expect(error?.code == .jobMismatch)
    }
    let error = refusal { _ = try shop.desk.open(errand.header, form: .completions, body: errand.question.body) }
    #expect(error?.code == .jobMismatch)
  }

  @Test func aSeedThatTheBodyHidesOrInventsIsRefused() throws {
    let hidden = shop.errand(Peers.chat(extra: #","seed":5"#), seed: nil)
    _ = try shop.accept(hidden)
    #expect(
      refusal { _ = try shop.desk.open(hidden.header, form: .chat, body: hidden.question.body) }?.code == .jobMismatch)
    let invented = shop.errand(Peers.chat(), seed: 5)
    _ = try shop.accept(invented)
    #expect(
      refusal { _ = try shop.desk.open(invented.header, form: .chat, body: invented.question.body) }?.code
        == .jobMismatch)
  }

  @Test func anotherModelThanTheAcceptedOneIsRefused() throws {
    let body = Array(#"{"model":"other","messages":[{"role":"user","content":"x"}]}"#.utf8)
    let errand = shop.errand(body)
    _ = try shop.accept(errand)
    #expect(refusal { _ = try shop.desk.open(errand.header, form: .chat, body: body) }?.parameter == "model")
  }

  @Test func aProgramThatIsNotServedIsRefused() {
    #expect(refusal { _ = try shop.accept(shop.errand(root: .zero)) }?.status == 404)
  }

  @Test func aClockThatIsOffIsSaidSo() {
    let errand = shop.errand()
    let asked = errand.acceptRequest(shop.profile, now: 0)
    let error = refusal { _ = try shop.desk.accept(asked) }
    #expect(error?.parameter == "expiry")
    #expect(error?.message.contains("check both clocks") == true)
  }

  @Test func aJobAfterItsAcceptGrewOldIsRefused() throws {
    let errand = shop.errand()
    _ = try shop.accept(errand)
    shop.time.now += 700_000
    let error = refusal { _ = try shop.desk.open(errand.header, form: .chat, body: errand.question.body) }
    #expect(error?.message.contains("too long ago") == true)
  }

  @Test func acceptsThatAreNeverUsedDoNotStopTheProvider() throws {
    for _ in 0..<100 { _ = try shop.accept(shop.errand()) }
    let errand = shop.errand()
    _ = try shop.accept(errand)
    _ = try shop.desk.open(errand.header, form: .chat, body: errand.question.body)
  }

  @Test func aCommittedBodyThatIsRefusedCannotBeRenderedAgain() throws {
    let messages = Array(repeating: #"{"role":"user","content":"x"}"#, count: 101).joined(separator: ",")
    let errand = shop.errand(Array(#"{"model":"fake-1","messages":[\#(messages)]}"#.utf8))
    _ = try shop.accept(errand)
    let open = { _ = try self.shop.desk.open(errand.header, form: .chat, body: errand.question.body) }
    #expect(refusal(open)?.code == .contextLength)
    #expect(refusal(open)?.status == 409)
  }

  @Test func anExplicitSeedNeedsTheZeroCommitment() {
    var asked = shop.errand(seed: 1).acceptRequest(shop.profile, now: shop.time.now)
    asked.seedCommitment = .random()
    #expect(refusal { _ = try shop.desk.accept(asked) }?.parameter == "seed_commitment")
  }

  @Test func aBodyBeyondTheLimitIsRefusedBeforeItIsSent() {
    var asked = shop.errand().acceptRequest(shop.profile, now: shop.time.now)
    asked.requestByteCount = UInt64(RequestLimits.byteCount) + 1
    #expect(refusal { _ = try shop.desk.accept(asked) }?.status == 413)
  }
}

@Suite struct AcceptRequestTests {
  let asked = Errand(
    Question(form: .completions, body: [1], programRoot: .random(), explicitSeed: nil)
  ).acceptRequest(RequesterProfile(payerKind: .gateway, payer: .random()), now: 5)

  @Test func itSurvivesJSON() throws {
    #expect(try AcceptRequest(json: asked.json) == asked)
  }

  @Test func everyMemberIsNeeded() throws {
    for member in try #require(asked.json.object).members {
      for value: JSON? in [nil, "zz", -1, 300, true] {
        var json = try #require(asked.json.object)
        json[member.name] = value
        if let value, value == 300, ["request_bytes", "expiry"].contains(member.name) { continue }
        #expect(throws: MemberError(member: member.name)) { try AcceptRequest(json: .object(json)) }
      }
    }
  }

  @Test func headersSurviveTheirText() {
    let header = JobHeader(requestID: .random(), blinds: Blinds(master: .random()), seedReveal: .random())
    #expect(JobHeader(header.text) == header)
    #expect(JobHeader(header.text + "A") == nil)
    #expect(JobHeader(String(header.text.dropLast())) == nil)
    #expect(JobHeader(header.text + "=") == nil)
    #expect(JobHeader("") == nil)
    #expect(JobHeader(String(repeating: "é", count: 53)) == nil)
  }
}
