import Dialects
import Hashing
import Program
import ProgramTestSupport
import Receipts
import Runtime
import StrictJSON
import Testing

@testable import Node

/// OpenAI's dialect through a proxy.
@Suite struct ProxyOpenAITests {
  private static let chat = #"{"model":"fake-1","messages":[{"role":"user","content":"hi"}],"max_tokens":3"#

  private func bundle(_ razao: JSON?) throws -> [UInt8] {
    try #require(razao?["bundle"]?.string.flatMap { [UInt8](base64: $0) })
  }

  @Test func aWholeChatIsWrittenFromTheVerifiedText() async throws {
    let reply = try await ProxyBench().send(.post, "/v1/chat/completions", Self.chat + "}")
    #expect(reply.status == 200 && reply.type == "application/json")
    let choice = reply.json["choices"]?.array?.first
    #expect(choice?["message"]?["content"]?.string == "w0 w1 w2 ")
    #expect(choice?["finish_reason"]?.string == "length")
    #expect(reply.json["usage"]?["completion_tokens"]?.integer == 3)
    #expect(reply.json["created"]?.integer == 1_795_388_400)
    #expect(reply.json["razao"]?["level"]?.string == "signature")
    #expect(VerificationReport(bundle: try bundle(reply.json["razao"])).isVerified)
  }

  @Test func aStreamHasTheSameTextAndItsReceiptLast() async throws {
    let body = Self.chat + #","stream":true,"stream_options":{"include_usage":true}}"#
    let reply = try await ProxyBench().send(.post, "/v1/chat/completions", body)
    #expect(reply.status == 200 && reply.type == "text/event-stream")
    let parts = try reply.parts()
    #expect(parts.map(\.text).joined() == "w0 w1 w2 ")
    #expect(parts.compactMap(\.end) == [.length])
    #expect(parts.compactMap(\.usage?.completionTokens) == [3])
    #expect(parts.count { $0.razao?["bundle"] != nil } == 1)
    let last = try bundle(parts.last?.razao)
    #expect(try Bundle(decoding: last).requestBody == Array(body.utf8))
  }

  @Test(arguments: [false, true])
  func aCompletion(isStreamed: Bool) async throws {
    let body = #"{"model":"fake-1","prompt":"once","max_tokens":2,"stream":\#(isStreamed)}"#
    let reply = try await ProxyBench().send(.post, "/v1/completions", body)
    let text =
      isStreamed
      ? try reply.parts(.completions).map(\.text).joined() : reply.json["choices"]?.array?.first?["text"]?.string
    #expect(text == "w0 w1 ")
  }

  @Test func aReaderOfGatewaysReadsAProxyToo() async throws {
    let body = Array((Self.chat + #","stream":true}"#).utf8)
    let reply = try await ProxyBench().send(.post, "/v1/chat/completions", String(decoding: body, as: UTF8.self))
    var follower = PlainFollower(form: .chat, body: body, network: NetworkName.local)
    for part in try reply.parts() { try follower.receive(part) }
    #expect(try follower.finish().report.isVerified)
  }

  @Test func embeddingsAreCutFromTheVerifiedValue() async throws {
    let bench = try ProxyBench(engine: try Self.encoder())
    let one = try await bench.send(.post, "/v1/embeddings", #"{"model":"vectors","input":"a fox"}"#)
    #expect(one.status == 200, "\(one.text)")
    let both = try await bench.send(.post, "/v1/embeddings", #"{"model":"vectors","input":["a fox","x"]}"#)
    #expect(both.json["data"]?.array?.count == 2)
    #expect(both.json["data"]?.array?.first?["embedding"] == one.json["data"]?.array?.first?["embedding"])
    #expect(VerificationReport(bundle: try bundle(both.json["razao"])).isVerified)
    let ollama = try await bench.send(.post, "/api/embed", #"{"model":"vectors","input":["a fox","x"]}"#)
    #expect(
      ollama.json["embeddings"]?.array == both.json["data"]?.array?.compactMap { $0["embedding"] }, "\(ollama.text)")
    let older = try await bench.send(.post, "/api/embeddings", #"{"model":"vectors:latest","prompt":"a fox"}"#)
    #expect(older.json["embedding"] == one.json["data"]?.array?.first?["embedding"], "\(older.text)")
  }

  static func encoder() throws -> ValueEngine {
    var recipe = ProgramRecipe.randomEncoder(seed: 3)
    recipe.vocabularyCount = ByteVocabulary.count
    recipe.tokenizer = try ByteVocabulary.tokenizer().encoded()
    recipe.sources = Array(#"{"name":"vectors"}"#.utf8)
    return try #require(try ValueEngine(LoadedProgram(checking: RandomProgram(recipe).program())))
  }

  @Test func modelsCarryTheirRoots() async throws {
    let model = try await ProxyBench().send(.get, "/v1/models").json["data"]?.array?.first
    #expect(model?["id"]?.string == "fake-1")
    #expect(model.flatMap { ProxyModel(entry: $0) }?.root == FakeEngine.root)
  }

  @Test func aVerifiedBundleIsKeptAndServed() async throws {
    let bench = try ProxyBench()
    let routes = try bench.routes()
    let answer = try await bench.send(.post, "/v1/chat/completions", Self.chat + "}", to: routes)
    let id = try #require(answer.json["razao"]?["request_id"]?.string)
    let kept = try await bench.send(.get, "/v1/receipts/\(id)", to: routes)
    #expect(kept.type == BundleMedia.type && VerificationReport(bundle: kept.body).isVerified)
    let view = try await bench.send(.get, "/v1/receipts/\(id)", headers: [.accept: "application/json"], to: routes)
    #expect(view.text.contains(id) && view.json.object != nil)
    let none = try await bench.send(.get, "/v1/receipts/\(String(repeating: "0", count: 32))", to: routes)
    #expect(none.status == 404)
  }

  @Test(arguments: [
    ("", 400, "invalid_json"), ("[]", 400, "invalid_json"), ("{", 400, "invalid_json"),
    (#"{"messages":[]}"#, 400, "missing_required_parameter"),
    (#"{"model":"fake-1","messages":[]}"#, 400, "invalid_value"),
    (chat + #","n":2}"#, 400, "unsupported_parameter"), (chat + #","temprature":1}"#, 400, "unknown_parameter"),
    (chat + #","stream":true,"temperature":"hot"}"#, 400, "invalid_type"),
    (#"{"model":"nobody","messages":[{"role":"user","content":"hi"}]}"#, 404, "model_not_found"),
    (#"{"model":"nobody","messages":[{"role":"user","content":"hi"}],"stream":true}"#, 404, "model_not_found"),
  ])
  func refusals(_ body: String, _ status: Int, _ code: String) async throws {
    let reply = try await ProxyBench().send(.post, "/v1/chat/completions", body)
    #expect(reply.status == status)
    #expect(reply.json["error"]?["code"]?.string == code, "\(reply.text)")
  }

  @Test func badBodiesAreNotAskedAbout() async throws {
    let bench = try ProxyBench()
    let routes = try bench.routes(ask: { _, _ in
      Issue.record("it was asked")
      throw PeerError.unreachable("")
    })
    for path in ["/v1/chat/completions", "/v1/completions", "/v1/embeddings", "/api/chat", "/api/generate"] {
      #expect(try await bench.send(.post, path, #"{"model":"fake-1","nonsense":1}"#, to: routes).status == 400)
    }
  }
}
