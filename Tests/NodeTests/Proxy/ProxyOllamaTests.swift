import Dialects
import Receipts
import StrictJSON
import Testing

@testable import Node

/// Ollama's dialect through a proxy.
@Suite struct ProxyOllamaTests {
  private static let messages = #""messages":[{"role":"user","content":"hi"}],"options":{"num_predict":3}"#

  @Test func aStreamIsLinesOfWhichTheLastIsDone() async throws {
    let reply = try await ProxyBench().send(.post, "/api/chat", #"{"model":"fake-1:latest",\#(Self.messages)}"#)
    #expect(reply.status == 200 && reply.type == "application/x-ndjson")
    let lines = reply.lines
    #expect(lines.compactMap { $0["message"]?["content"]?.string }.joined() == "w0 w1 w2 ")
    #expect(lines.compactMap { $0["done"]?.bool } == [false, true])
    let last = try #require(lines.last)
    #expect(last["done_reason"]?.string == "length" && last["eval_count"]?.integer == 3)
    #expect(last["created_at"]?.string == "2026-11-22T23:00:00.123Z")
    let bytes = try #require(last["razao"]?["bundle"]?.string.flatMap { [UInt8](base64: $0) })
    #expect(VerificationReport(bundle: bytes).isVerified)
  }

  @Test func aWholeChatIsOneObject() async throws {
    let reply = try await ProxyBench().send(.post, "/api/chat", #"{"model":"fake-1","stream":false,\#(Self.messages)}"#)
    #expect(reply.type == "application/json")
    #expect(reply.json["message"]?["content"]?.string == "w0 w1 w2 ")
    #expect(reply.json["done"]?.bool == true && reply.json["model"]?.string == "fake-1")
    #expect(reply.json["razao"]?["level"]?.string == "signature")
  }

  @Test(arguments: [false, true])
  func aPromptIsAnswered(isRaw: Bool) async throws {
    let body = #"{"model":"fake-1","prompt":"hi","raw":\#(isRaw),"options":{"num_predict":2,"num_ctx":4096}}"#
    let lines = try await ProxyBench().send(.post, "/api/generate", body).lines
    #expect(lines.compactMap { $0["response"]?.string }.joined() == "w0 w1 ")
  }

  @Test func whatToolsAskFirst() async throws {
    let bench = try ProxyBench()
    #expect(try await bench.send(.get, "/").text.contains("verified at level signature"))
    #expect(try await bench.send(.head, "/").status == 200)
    #expect(try await bench.send(.get, "/healthz").status == 200)
    #expect(try await bench.send(.get, "/api/version").json == ["version": "0.1.0"])
    let model = try await bench.send(.get, "/api/tags").json["models"]?.array?.first
    #expect(model?["name"]?.string == "fake-1:latest" && model?["digest"]?.string == FakeEngine.root.hex)
    for body in [#"{"model":"fake-1"}"#, #"{"name":"fake-1:latest"}"#] {
      let shown = try await bench.send(.post, "/api/show", body)
      #expect(shown.json["model_info"]?["razao.root"]?.string == FakeEngine.root.hex)
      #expect(shown.json["capabilities"] == ["completion"])
    }
  }

  @Test(arguments: [
    ("/api/chat", "", 400), ("/api/chat", "[]", 400), ("/api/chat", #"{"model":"fake-1","messages":[]}"#, 400),
    ("/api/chat", #"{"model":"nobody","messages":[{"role":"user","content":"hi"}]}"#, 404),
    ("/api/chat", #"{"model":"fake-1","messages":[{"role":"user","content":"x"}],"format":"json"}"#, 400),
    ("/api/generate", #"{"model":"fake-1","prompt":"x","options":{"mirostat":1}}"#, 400),
    ("/api/generate", #"{"model":"fake-1","prompt":"x","options":{"temperature":200}}"#, 400),
    ("/api/embed", #"{"model":"fake-1","input":[]}"#, 400), ("/api/show", #"{"model":"nobody"}"#, 404),
    ("/api/show", "{}", 400), ("/api/nothing", "{}", 404),
  ])
  func refusals(_ path: String, _ body: String, _ status: Int) async throws {
    let reply = try await ProxyBench().send(.post, path, body)
    #expect(reply.status == status, "\(reply.text)")
    #expect(reply.json.object?.members.map(\.name) == ["error"])
    #expect(reply.json["error"]?.string?.isEmpty == false)
  }
}
