import Dialects
import Hashing
import Receipts
import StrictJSON
import Synchronization
import Testing

@testable import Node

/// Answers that do not verify at a proxy's level: nothing of them is handed on, and what there is of them is kept.
@Suite struct ProxyWithholdingTests {
  /// Every way to ask, streamed and not.
  private static let ways = [
    ("/v1/chat/completions", #"{"model":"fake-1","messages":[{"role":"user","content":"hi"}]}"#),
    ("/v1/chat/completions", #"{"model":"fake-1","messages":[{"role":"user","content":"hi"}],"stream":true}"#),
    ("/v1/completions", #"{"model":"fake-1","prompt":"hi"}"#),
    ("/api/chat", #"{"model":"fake-1","messages":[{"role":"user","content":"hi"}]}"#),
    ("/api/generate", #"{"model":"fake-1","prompt":"hi","stream":false}"#),
  ]

  /// Asks the bench and remembers the last answer, changed or not.
  private final class Memory: Sendable {
    let last = Mutex<VerifiedAnswer?>(nil)

    func ask(
      _ bench: ProxyBench, _ change: @escaping @Sendable (VerifiedAnswer) throws -> VerifiedAnswer = { $0 }
    ) -> VerifiedAsk {
      { form, body in
        let answer = try change(try await bench.ask(form, body))
        self.last.withLock { $0 = answer }
        return answer
      }
    }
  }

  private func expectWithheld(
    _ reply: Reply, _ bench: ProxyBench, _ memory: Memory, because reason: String, status: Int = 502
  ) throws {
    #expect(reply.status == status, "\(reply.text)")
    #expect(!reply.text.contains("w0"), "nothing of the answer")
    #expect(reply.text.contains(reason) && reply.text.contains("withheld"), "\(reply.text)")
    let answer = try #require(memory.last.withLock { $0 })
    let id = answer.bundle.receipt.body.requestID
    #expect(reply.text.contains("evidence/\(id).bundle"))
    #expect(bench.evidence("\(id).bundle") == answer.bytes)
  }

  @Test(arguments: ways)
  func anAnswerThatFailsTheRerun(_ path: String, _ body: String) async throws {
    let (bench, memory) = (try ProxyBench(), Memory())
    let routes = try bench.routes(
      .rerun, ask: memory.ask(bench), recheck: { $0.map { _ in .refuted(reason: "token 3 differs") } })
    let reply = try await bench.send(.post, path, body, to: routes)
    try expectWithheld(reply, bench, memory, because: "token 3 differs")
    #expect(try routes.store.bundleCount() == 0)
    if path.hasPrefix("/api") {
      #expect(reply.json["error"]?.string != nil)
    } else {
      #expect(reply.json["error"]?["code"]?.string == "provider_failed")
    }
  }

  @Test(arguments: ways)
  func anAnswerThatPassesTheRerun(_ path: String, _ body: String) async throws {
    let bench = try ProxyBench()
    let seen = Mutex<[[UInt8]]>([])
    let routes = try bench.routes(
      .rerun,
      recheck: { bundles in
        seen.withLock { $0 += bundles }
        return bundles.map { _ in .agrees }
      })
    let reply = try await bench.send(.post, path, body, to: routes)
    #expect(reply.status == 200 && reply.text.contains("w0") && reply.text.contains(#""level":"rerun""#))
    let stored = try routes.store.bundles(after: 0, limit: 2)
    #expect(stored.count == 1)
    #expect(try seen.withLock { $0 } == stored.map { try routes.store.bundle($0.requestID) })
  }

  @Test func whatCannotBeRunAgainIsNotVerified() async throws {
    for verdicts: [RerunVerdict] in [[.cannotTell(reason: "as the program is not at hand")], []] {
      let (bench, memory) = (try ProxyBench(), Memory())
      let routes = try bench.routes(.rerun, ask: memory.ask(bench), recheck: { _ in verdicts })
      let reply = try await bench.send(.post, Self.ways[0].0, Self.ways[0].1, to: routes)
      try expectWithheld(reply, bench, memory, because: "cannot be run again here")
    }
  }

  @Test func aLateFailureEndsTheStreamWithNothingOfTheAnswer() async throws {
    for (path, body) in [Self.ways[1], Self.ways[3]] {
      let (bench, memory) = (try ProxyBench(), Memory())
      let routes = try bench.routes(
        .rerun, ask: memory.ask(bench),
        recheck: { bundles in
          try? await Task.sleep(for: .milliseconds(100))
          return bundles.map { _ in .refuted(reason: "token 3 differs") }
        }, interval: .milliseconds(10))
      let reply = try await bench.send(.post, path, body, to: routes)
      try expectWithheld(reply, bench, memory, because: "token 3 differs", status: 200)
      #expect(!reply.text.contains("[DONE]") && !reply.text.contains(#""done":true"#))
      #expect(reply.text.contains(path.hasPrefix("/api") ? #""content":"""# : ": waiting\n\n"))
    }
  }

  @Test func aSlowAnswerComesAfterSignsOfLife() async throws {
    let bench = try ProxyBench(engine: FakeEngine(delay: .milliseconds(5)))
    let routes = try bench.routes(interval: .milliseconds(10))
    let reply = try await bench.send(.post, Self.ways[1].0, Self.ways[1].1, to: routes)
    #expect(reply.text.hasPrefix(": waiting\n\n"))
    #expect(try reply.parts().map(\.text).joined().hasPrefix("w0 w1 "))
  }

  @Test func anAnswerToAnotherRequest() async throws {
    let (bench, memory) = (try ProxyBench(), Memory())
    let other = try await bench.ask(.chat, Peers.chat("another"))
    let reply = try await bench.send(
      .post, Self.ways[0].0, Self.ways[0].1, to: try bench.routes(ask: memory.ask(bench) { _ in other }))
    try expectWithheld(reply, bench, memory, because: "another request")
  }

  @Test func anAnswerWhoseReportRefutesIt() async throws {
    let (bench, memory) = (try ProxyBench(), Memory())
    let changed: @Sendable (VerifiedAnswer) throws -> VerifiedAnswer = { answer in
      var changed = answer
      changed.bundle.text[0] ^= 1
      changed.bytes = changed.bundle.encoded()
      changed.report = VerificationReport(bundle: changed.bytes)
      return changed
    }
    let reply = try await bench.send(
      .post, Self.ways[0].0, Self.ways[0].1, to: try bench.routes(ask: memory.ask(bench, changed)))
    try expectWithheld(reply, bench, memory, because: "level signature")
  }

  @Test func aBundleThatWhoeverAsksFoundWanting() async throws {
    let bench = try ProxyBench()
    let bytes = try await bench.ask(.chat, Peers.chat()).bytes
    let id = try Bundle(decoding: bytes).receipt.body.requestID
    for bundle in [bytes, [1, 2, 3]] {
      let routes = try bench.routes(ask: { _, _ in throw UnverifiedAnswer(reason: "the text differs", bundle: bundle) })
      let reply = try await bench.send(.post, Self.ways[0].0, Self.ways[0].1, to: routes)
      #expect(reply.status == 502 && reply.text.contains("the text differs"))
    }
    #expect(bench.evidence("\(id).bundle") == bytes)
  }

  @Test func anAnswerThatBreaksOff() async throws {
    let bench = try ProxyBench()
    let accept = try await bench.ask(.chat, Peers.chat()).bundle.accept
    let routes = try bench.routes(ask: { _, _ in
      throw BrokenAnswer(reason: .unverified("a checkpoint\u{1B}[2J"), accept: accept, checkpoint: nil)
    })
    let reply = try await bench.send(.post, Self.ways[0].0, Self.ways[0].1, to: routes)
    #expect(reply.status == 502 && !reply.text.contains("\\u001"))
    #expect(bench.evidence("\(accept.body.requestID).accept") == accept.encoded())
  }

  @Test(arguments: [
    (PeerError.unreachable("nobody answers"), 503, "Nobody answers"), (.malformed("the bundle"), 502, "withheld"),
    (.unverified("the text"), 502, "withheld"),
    (.refused(RequestError(.tooManyRequests, nil, "All providers are busy.")), 429, "busy"),
    (.refused(RequestError(.paymentRequired, nil, "The channel is empty.")), 402, "channel"),
  ])
  func whatStandsInTheWayIsOneLine(_ error: PeerError, _ status: Int, _ word: String) async throws {
    let bench = try ProxyBench()
    for (path, body) in Self.ways {
      let reply = try await bench.send(.post, path, body, to: try bench.routes(ask: { _, _ in throw error }))
      #expect(reply.status == status)
      #expect(reply.text.contains(word) && !reply.text.contains("\\n"))
    }
  }

  @Test func aStreamThatCannotBeReadIsOneLineToo() async throws {
    let bench = try ProxyBench()
    let routes = try bench.routes(ask: { _, _ in throw EventStreamError.tooLong(limit: 7) })
    let reply = try await bench.send(.post, Self.ways[0].0, Self.ways[0].1, to: routes)
    #expect(reply.status == 502 && reply.text.contains("No verified answer came"))
  }

  @Test func levelRerunWithoutAProgramDoesNotStart() async throws {
    let folder = try TemporaryFolder()
    let service = ProxyService(
      ProxyConfiguration(home: folder.path, port: 0, level: .rerun), ask: { _, _ in throw CancellationError() },
      models: { [] }, logger: Peers.quiet)
    await #expect(throws: ServiceError.self) { try await service.run(handlesSignals: false) }
  }
}
