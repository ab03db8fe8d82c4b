import Dialects
import HTTPTypes
import Receipts
import StrictJSON
import Synchronization
import Testing

@testable import Node

/// A proxy as a service, and its small parts.
@Suite struct ProxyServiceTests {
  @Test func overSocketsWithARequesterBehindIt() async throws {
    let folder = try TemporaryFolder()
    try await withServices { start in
      let (seller, ready) = (ReadyPoint(), ReadyPoint())
      _ = start(Peers.provider(folder.path + "/p", ready: seller))
      let requester = Requester(
        .provider(try await seller.endpoint(), key: nil), profile: RequesterProfile(payerKind: .direct, payer: .zero))
      let proxy = ProxyService(
        ProxyConfiguration(home: folder.path, port: 0), ask: { try await requester.ask($0, body: $1) },
        models: { try await requester.models() }, logger: Peers.quiet
      ) { ready.receive($0) }
      _ = start { try await proxy.run(handlesSignals: false) }
      let endpoint = try await ready.endpoint()
      let through = Requester(.gateway(endpoint), profile: RequesterProfile(payerKind: .direct, payer: .zero))
      #expect(try await through.models() == requester.models())
      for isStreamed in [false, true] {
        let shown = Mutex("")
        let answer = try await through.ask(.chat, body: Peers.chat(extra: #","max_tokens":3"#, isStreamed: isStreamed))
        {
          text in shown.withLock { $0 += text }
        }
        #expect(shown.withLock { $0 } == "w0 w1 w2 " && answer.report.isVerified)
        #expect(VerificationReport(bundle: await through.fullBundle(of: answer)).isVerified)
      }
    }
  }

  @Test(arguments: [
    (HTTPFields([HTTPField(name: .origin, value: "https://evil.example")]), 403),
    (HTTPFields([HTTPField(name: .origin, value: "http://localhost.evil.example:80")]), 403),
    (HTTPFields([HTTPField(name: .origin, value: "null")]), 403),
    (HTTPFields([HTTPField(name: .origin, value: "http://localhost:3000")]), 200),
    (HTTPFields([HTTPField(name: .origin, value: "http://127.0.0.1")]), 200),
    (HTTPFields([HTTPField(name: .origin, value: "app://notes")]), 200), (HTTPFields(), 200),
  ])
  func pagesFromElsewhereAreRefused(_ headers: HTTPFields, _ status: Int) async throws {
    #expect(try await ProxyBench().send(.get, "/v1/models", headers: headers).status == status)
  }

  @Test func nobodyLeftMeansNobodyAsks() async throws {
    let isCancelled = Mutex(false)
    var pending: PendingAnswer? = PendingAnswer(interval: .milliseconds(1)) {
      do { try await Task.sleep(for: .seconds(60)) } catch {
        isCancelled.withLock { $0 = true }
        throw error
      }
      throw CancellationError()
    }
    #expect(try await pending?.next() == nil)
    #expect(try await pending?.next() == nil)
    pending = nil
    try await eventually("the asking is cancelled") { isCancelled.withLock { $0 } }
  }

  @Test(arguments: [
    (UInt64(0), "1970-01-01T00:00:00.000Z"), (951_782_400_000, "2000-02-29T00:00:00.000Z"),
    (1_795_388_400_123, "2026-11-22T23:00:00.123Z"), (4_107_542_399_999, "2100-02-28T23:59:59.999Z"),
    (4_107_542_400_000, "2100-03-01T00:00:00.000Z"),
  ])
  func moments(_ milliseconds: UInt64, _ text: String) {
    #expect(UTCTime.text(milliseconds: milliseconds) == text)
  }
}
