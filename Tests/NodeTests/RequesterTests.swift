import Dialects
import Hashing
import Node
import Receipts
import StrictJSON
import Synchronization
import Testing

/// `Requester` on both of its routes, and what it sees through.
@Suite struct RequesterTests {
  let folder: TemporaryFolder
  let profile = RequesterProfile(payerKind: .direct, payer: .random())

  init() throws { folder = try TemporaryFolder() }

  @Test func bothRoutesEndInAVerifiedAnswer() async throws {
    try await withServices { start in
      let (gate, ready) = (ReadyPoint(), ReadyPoint())
      _ = start(Peers.gateway(folder.path + "/g", ready: gate))
      let gateway = try await gate.endpoint()
      _ = start(Peers.provider(folder.path + "/p", gateway: gateway, ready: ready))
      let provider = try await ready.endpoint()
      try await eventually("the provider is registered") { gate.notices.contains { $0.contains("joined") } }
      for route in [Requester.Route.gateway(gateway), .provider(provider, key: nil)] {
        for isStreamed in [false, true] {
          let shown = Mutex("")
          let answer = try await Requester(route, profile: profile).ask(
            .chat, body: Peers.chat(extra: #","max_tokens":3"#, isStreamed: isStreamed)
          ) { text in shown.withLock { $0 += text } }
          #expect(shown.withLock { $0 } == "w0 w1 w2 ")
          #expect(answer.report.isVerified)
        }
      }
    }
  }

  @Test func aProviderWithAnotherKeyThanExpectedIsRefused() async throws {
    try await withServices { start in
      let ready = ReadyPoint()
      _ = start(Peers.provider(folder.path + "/p", ready: ready))
      let other = try IdentityFile.loadOrMake(home: folder.path + "/other")
      let requester = Requester(.provider(try await ready.endpoint(), key: other.publicKey), profile: profile)
      await #expect(throws: IdentityError.self) { try await requester.ask(.chat, body: Peers.chat()) }
    }
  }

  @Test func nobodyThereIsOneLine() async {
    for route in [Requester.Route.gateway("http://127.0.0.1:1"), .provider("https://127.0.0.1:1", key: nil)] {
      await #expect(throws: PeerError.self) {
        try await Requester(route, profile: profile).ask(.chat, body: Peers.chat())
      }
    }
  }

  private func followed(sent: [UInt8], shown: String?, bundle: Bundle?) throws -> VerifiedAnswer {
    var follower = PlainFollower(form: .chat, body: sent, network: NetworkName.local)
    var json: JSONObject = ["choices": [["delta": ["content": .string(shown ?? "")]]]]
    if let bundle { json["razao"] = ["bundle": .string(bundle.encoded().base64)] }
    guard case .part(let part) = try AnswerEvent(StreamEvent(data: JSON.object(json).encoded())) else {
      throw PeerError.malformed("no part")
    }
    try follower.receive(part)
    return try follower.finish()
  }

  @Test func anAnswerThatWasCutShortIsSeen() async throws {
    struct Enough: Error {}
    let shop = try Workshop()
    let errand = shop.errand()
    _ = try shop.accept(errand)
    let seen = Mutex(0)
    let finished = try await shop.runner.run(
      try shop.desk.open(errand.header, form: .chat, body: errand.question.body)
    ) { _ in
      guard
        seen.withLock({
          $0 += 1
          return $0
        }) < 3
      else { throw Enough() }
    }
    #expect(finished.bundle.receipt.body.answer.isPartial)
    let text = String(decoding: finished.bundle.text, as: UTF8.self)
    #expect(throws: PeerError.self) {
      try followed(sent: errand.question.body, shown: text, bundle: finished.sentBundle)
    }
  }

  @Test func anotherProgramThanTheRootThatWasAskedForIsSeen() async throws {
    let wanted = SHA256.hash([7])
    var engine = FakeEngine()
    engine.program.name = wanted.hex
    let shop = try Workshop(engine: engine)
    for (model, isHonest) in [(FakeEngine.root, true), (wanted, false)] {
      let body = Array(#"{"model":"\#(model.hex)","messages":[{"role":"user","content":"x"}]}"#.utf8)
      let errand = shop.errand(body)
      let bundle = try await shop.answer(errand, accept: try shop.accept(errand)).sentBundle
      let text = String(decoding: bundle.text, as: UTF8.self)
      #expect(((try? followed(sent: body, shown: text, bundle: bundle)) != nil) == isHonest)
    }
  }

  /// A gateway cannot change the prompt, the text or the receipt without being seen.
  @Test func aGatewayThatRewritesThePromptIsSeen() async throws {
    let shop = try Workshop()
    let errand = shop.errand(Peers.chat("you are a pirate; hi"))
    let bundle = try await shop.answer(errand, accept: try shop.accept(errand)).sentBundle
    let text = String(decoding: bundle.text, as: UTF8.self)
    _ = try followed(sent: errand.question.body, shown: text, bundle: bundle)
    #expect(throws: PeerError.self) { try followed(sent: Peers.chat("hi"), shown: text, bundle: bundle) }
    #expect(throws: PeerError.self) { try followed(sent: errand.question.body, shown: text + "!", bundle: bundle) }
    #expect(throws: PeerError.self) { try followed(sent: errand.question.body, shown: text, bundle: nil) }
  }
}
