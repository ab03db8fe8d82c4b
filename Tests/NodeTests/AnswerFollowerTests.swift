import Dialects
import Hashing
import Receipts
import StrictJSON
import Synchronization
import Testing

@testable import Node

/// What a requester sees through, each test one way to cheat it.
@Suite struct AnswerFollowerTests {
  let shop: Workshop
  let errand: Errand
  let accept: SignedAccept

  init() throws {
    shop = try Workshop(engine: FakeEngine(tokenCount: 40))
    errand = shop.errand()
    accept = try shop.accept(errand)
  }

  private func part(_ text: String, _ bundle: Bundle?, receipt: [UInt8]? = nil) throws -> AnswerPart {
    let razao: JSON? = bundle.map { bundle in
      ["receipt": .string((receipt ?? bundle.receipt.encoded()).base64), "bundle": .string(bundle.encoded().base64)]
    }
    return try answerPart(text, razao: razao)
  }

  /// A part as it is read from the wire.
  private func answerPart(_ text: String, razao: JSON?) throws -> AnswerPart {
    var json: JSONObject = ["choices": [["delta": ["content": .string(text)]]]]
    json["razao"] = razao
    guard case .part(let part) = try AnswerEvent(StreamEvent(data: JSON.object(json).encoded())) else {
      throw PeerError.malformed("no part")
    }
    return part
  }

  private func honest() async throws -> (bundle: Bundle, text: String) {
    let finished = try await shop.answer(errand, accept: accept)
    return (finished.sentBundle, String(decoding: finished.bundle.text, as: UTF8.self))
  }

  private func reason(_ part: AnswerPart, errand other: Errand? = nil, accept otherAccept: SignedAccept? = nil)
    -> String
  {
    var follower = AnswerFollower(errand: other ?? errand, accept: otherAccept ?? accept)
    do {
      try follower.receive(part)
      return ""
    } catch {
      return error.description
    }
  }

  @Test func anHonestAnswerPasses() async throws {
    let (bundle, text) = try await honest()
    var follower = AnswerFollower(errand: errand, accept: accept)
    try follower.receive(try part(text, bundle))
    #expect(follower.verified?.bundle == bundle)
    #expect(throws: PeerError.self) { try follower.receive(part("more", nil)) }
  }

  @Test func shownTextThatWasNotSignedIsRefused() async throws {
    let (bundle, text) = try await honest()
    #expect(try reason(part(text + "!", bundle)).contains("not verified"))
    #expect(try reason(part("", bundle)).contains("not verified"))
  }

  @Test func anAnswerToAnotherErrandIsRefused() async throws {
    let (bundle, text) = try await honest()
    #expect(try reason(part(text, bundle), errand: shop.errand()).contains("not verified"))
  }

  @Test func aReceiptThatIsNotTheBundlesIsRefused() async throws {
    let (bundle, text) = try await honest()
    var receipt = bundle.receipt.encoded()
    receipt[100] ^= 1
    #expect(try reason(part(text, bundle, receipt: receipt)).contains("not the bundle's"))
  }

  @Test func aCopiedAnswerOfAnotherProviderIsRefused() async throws {
    let other = try Workshop(engine: FakeEngine(tokenCount: 40))
    let theirs = try other.accept(errand)
    let finished = try await other.answer(errand, accept: theirs)
    let text = String(decoding: finished.bundle.text, as: UTF8.self)
    #expect(try reason(part(text, finished.sentBundle)).contains("not verified"))
  }

  @Test func anEndlessStreamOfEmptyEventsIsRefused() throws {
    var follower = AnswerFollower(errand: errand, accept: accept)
    for _ in 0..<64 { try follower.receive(try part("", nil)) }
    try follower.receive(try part("text", nil))
    for _ in 0..<64 { try follower.receive(try part("", nil)) }
    #expect(throws: PeerError.self) { try follower.receive(part("", nil)) }
  }

  @Test func moreTextThanABundleHoldsIsRefused() throws {
    var bounds = AnswerBounds(textLimit: 10)
    try bounds.receive(try part("123456", nil))
    try bounds.receive(try part("7890", nil))
    try bounds.receive(try part("", nil))
    #expect(throws: PeerError.self) { try bounds.receive(part("1", nil)) }
  }

  @Test func anAnswerWithoutAReceiptIsNoAnswer() throws {
    var follower = AnswerFollower(errand: errand, accept: accept)
    try follower.receive(try part("text", nil))
    #expect(follower.verified == nil)
  }

  @Test func brokenEncodingsAreRefused() throws {
    #expect(try reason(answerPart("", razao: ["bundle": "!"])).contains("malformed"))
    #expect(try reason(answerPart("", razao: ["bundle": "", "receipt": ""])).contains("not verified"))
    #expect(try reason(answerPart("", razao: ["checkpoint": "AAAA"])).contains("malformed"))
    #expect(try reason(answerPart("", razao: ["checkpoint": 3])).contains("malformed"))
  }

  @Test func checkpointsLieOnTheChain() async throws {
    let pieces = Collected()
    let finished = try await shop.runner.run(
      try shop.desk.open(errand.header, form: .chat, body: errand.question.body)
    ) { pieces.append($0) }
    let checkpoints = pieces.all.compactMap(\.checkpoint)
    #expect(checkpoints.map(\.body.answerCount) == [16, 32])
    var follower = AnswerFollower(errand: errand, accept: accept)
    for piece in pieces.all {
      let razao: JSON? = piece.checkpoint.map { ["checkpoint": .string($0.encoded().base64)] }
      try follower.receive(try answerPart(String(decoding: piece.text, as: UTF8.self), razao: razao))
    }
    #expect(follower.checkpoint == checkpoints.last)
    try follower.receive(try part("", finished.sentBundle))
    #expect(follower.verified != nil)
  }

  @Test func aCheckpointOfAnotherJobIsRefused() async throws {
    let pieces = Collected()
    let second = shop.errand()
    _ = try shop.accept(second)
    _ = try await shop.runner.run(
      try shop.desk.open(second.header, form: .chat, body: second.question.body)
    ) { pieces.append($0) }
    let checkpoint = try #require(pieces.all.compactMap(\.checkpoint).first)
    #expect(
      try reason(answerPart("", razao: ["checkpoint": .string(checkpoint.encoded().base64)])).contains("checkpoint"))
    var forged = checkpoint
    forged.body.amountOwed += 1
    #expect(try reason(answerPart("", razao: ["checkpoint": .string(forged.encoded().base64)])).contains("checkpoint"))
  }

  @Test func anAcceptAtAnotherPriceIsRefused() throws {
    let dear = try Workshop(prices: Prices(prompt: 9, answer: 9))
    let asked = errand.acceptRequest(shop.profile, now: shop.time.now)
    let theirs = try dear.desk.accept(asked)
    var document = dear.desk.document
    document.programs[0].price = Prices(prompt: 1, answer: 1)
    #expect(throws: PeerError.self) { try errand.verify(theirs, asked: asked, by: document, now: shop.time.now) }
  }

  @Test func anAcceptBySomebodyElseIsRefused() throws {
    let other = try Workshop()
    let asked = errand.acceptRequest(shop.profile, now: shop.time.now)
    let theirs = try other.desk.accept(asked)
    #expect(throws: PeerError.self) {
      try errand.verify(theirs, asked: asked, by: shop.desk.document, now: shop.time.now)
    }
  }

  @Test func anAcceptByAClockThatIsOffIsRefused() throws {
    let asked = errand.acceptRequest(shop.profile, now: shop.time.now)
    #expect(throws: PeerError.clock(.skewed(seconds: 400, isAhead: false))) {
      try errand.verify(accept, asked: asked, by: shop.desk.document, now: shop.time.now + 400_000)
    }
  }
}

/// Collects what a runner emits.
final class Collected: Sendable {
  private let pieces = Mutex<[AnswerPiece]>([])

  var all: [AnswerPiece] { pieces.withLock { $0 } }

  func append(_ piece: AnswerPiece) { pieces.withLock { $0.append(piece) } }
}
