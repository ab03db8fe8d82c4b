import Dialects
import HTTPTypes
import Hummingbird
import HummingbirdTesting
import Receipts
import StrictJSON
import Testing

@testable import Node

/// The handlers without sockets.
@Suite struct RouterTests {
  let shop: Workshop

  init() throws { shop = try Workshop() }

  private var provider: some ApplicationProtocol {
    Application(
      router: ProviderRoutes(desk: shop.desk, runner: shop.runner, clock: shop.time.clock, logger: Peers.quiet)
        .router(),
      logger: Peers.quiet)
  }

  private func gateway() async throws -> some ApplicationProtocol {
    let parts = try await GatewayParts(
      GatewayConfiguration(home: shop.folder.path), payer: .random(), store: shop.store, recheck: nil,
      clock: shop.time.clock, logger: Peers.quiet
    ) { _ in }
    return Application(router: parts.routes.router(), logger: Peers.quiet)
  }

  private func json(_ response: TestResponse) -> JSON { (try? JSON.parse(Array(buffer: response.body))) ?? .null }

  @Test func everyResponseHasARequestID() async throws {
    try await gateway().test(.router) { client in
      for path in ["/healthz", "/nothing", "/v1/models", "/v1/receipts/zz"] {
        try await client.execute(uri: path, method: .get) { response in
          #expect(response.headers[.requestID]?.count == 32)
        }
      }
    }
  }

  @Test(arguments: [
    ("/nothing", HTTPRequest.Method.get, 404, "route_not_found"),
    ("/v1/chat/completions", .get, 404, "route_not_found"),
    ("/v1/receipts/00112233445566778899aabbccddeeff", .get, 404, "receipt_not_found"),
    ("/v1/receipts/zz", .get, 404, "receipt_not_found"),
    ("/v1/chat/completions", .post, 400, "invalid_json"),
    ("/razao/v1/providers", .post, 400, "invalid_json"),
    ("/razao/v1/reports", .post, 400, "invalid_json"),
  ])
  func gatewayErrorsHaveOpenAIsShape(_ path: String, _ method: HTTPRequest.Method, _ status: Int, _ code: String)
    async throws
  {
    try await gateway().test(.router) { client in
      try await client.execute(uri: path, method: method) { response in
        #expect(response.status.code == status)
        let error = try #require(json(response)["error"])
        #expect(error["code"]?.string == code)
        #expect(error["message"]?.string?.isEmpty == false)
        #expect(error["type"]?.string != nil)
        #expect(error.object?.members.map(\.name) == ["message", "type", "param", "code"])
      }
    }
  }

  @Test func anUnknownModelIs404AndSaysWhereToLook() async throws {
    try await gateway().test(.router) { client in
      try await client.execute(
        uri: "/v1/chat/completions", method: .post, body: ByteBuffer(bytes: Peers.chat())
      ) { response in
        #expect(response.status == .notFound)
        #expect(json(response)["error"]?["message"]?.string?.contains("/v1/models") == true)
      }
    }
  }

  @Test func aBodyBeyondTheLimitIs413() async throws {
    try await gateway().test(.router) { client in
      let body = ByteBuffer(repeating: 0x20, count: RequestLimits.byteCount + 1)
      try await client.execute(uri: "/v1/completions", method: .post, body: body) { response in
        #expect(response.status == .contentTooLarge)
        #expect(json(response)["error"]?["code"]?.string == "body_too_large")
      }
    }
  }

  @Test func aProviderWithoutAJobHeaderRefusesClearly() async throws {
    try await provider.test(.router) { client in
      for headers: HTTPFields in [[:], [.razaoJob: "zz"]] {
        try await client.execute(
          uri: "/v1/chat/completions", method: .post, headers: headers, body: ByteBuffer(bytes: Peers.chat())
        ) { response in
          #expect(response.status == .badRequest)
          #expect(json(response)["error"]?["code"]?.string == "job_mismatch")
        }
      }
    }
  }

  @Test func theWholeProtocolOverTheRouter() async throws {
    let errand = shop.errand(Peers.chat(extra: #","max_tokens":3"#))
    let asked = errand.acceptRequest(shop.profile, now: shop.time.now)
    try await provider.test(.router) { client in
      let accept = try await client.execute(
        uri: "/razao/v1/accept", method: .post, body: ByteBuffer(bytes: asked.json.encoded())
      ) { try SignedAccept(decoding: Array(buffer: $0.body)) }
      try await client.execute(
        uri: "/v1/chat/completions", method: .post, headers: [.razaoJob: errand.header.text],
        body: ByteBuffer(bytes: errand.question.body)
      ) { response in
        var follower = AnswerFollower(errand: errand, accept: accept)
        guard case .part(let part) = try AnswerEvent(body: Array(buffer: response.body)) else { return }
        try follower.receive(part)
        #expect(follower.verified?.bundle.receipt.body.answer.finishReason == .lengthLimit)
      }
      try await client.execute(uri: "/v1/receipts/\(errand.requestID)", method: .get) { response in
        #expect(response.headers[.contentType] == BundleMedia.type)
        #expect(VerificationReport(bundle: Array(buffer: response.body)).isVerified)
      }
    }
  }

  @Test(arguments: ["", "[]", "{}", #"{"request_id":"00"}"#])
  func aBrokenAcceptRequestIsRefused(_ body: String) async throws {
    try await provider.test(.router) { client in
      try await client.execute(uri: "/razao/v1/accept", method: .post, body: ByteBuffer(string: body)) { response in
        #expect(response.status == .badRequest)
      }
    }
  }

  @Test func modelsAreListedInOpenAIsShape() async throws {
    try await provider.test(.router) { client in
      try await client.execute(uri: "/v1/models", method: .get) { response in
        let entry = try #require(json(response)["data"]?.array?.first)
        #expect(entry["id"]?.string == "fake-1")
        #expect(entry["razao"]?["root"]?.string == FakeEngine.root.hex)
      }
    }
  }

  @Test func theStatusAndTheListAreThere() async throws {
    let errand = shop.errand()
    _ = try await shop.answer(errand, accept: try shop.accept(errand))
    try await gateway().test(.router) { client in
      try await client.execute(uri: "/razao/v1/status", method: .get) { response in
        let status = json(response)
        #expect(status["store"]?["bundles"]?.integer == 1)
        #expect(status["providers"]?.array?.isEmpty == true)
      }
      try await client.execute(uri: "/razao/v1/receipts?after=0", method: .get) { response in
        #expect(json(response)["receipts"]?.array?.first?["request_id"]?.string == "\(errand.requestID)")
        #expect(json(response)["next"]?.integer == 1)
      }
      try await client.execute(uri: "/razao/v1/receipts?after=1", method: .get) { response in
        #expect(json(response)["receipts"]?.array?.isEmpty == true)
      }
    }
  }

  @Test(arguments: ["http://a", "https://a b", "https://a\u{1B}[2J", "https://\u{E9}", "https://a\n"])
  func anEndpointThatIsNoPlainAddressIsRefused(_ endpoint: String) async throws {
    try await gateway().test(.router) { client in
      let body: JSON = ["identity": shop.desk.document.json, "endpoint": .string(endpoint)]
      try await client.execute(
        uri: "/razao/v1/providers", method: .post, body: ByteBuffer(bytes: body.encoded())
      ) { response in
        #expect(response.status == .badRequest)
        #expect(json(response)["error"]?["param"]?.string == "endpoint")
      }
    }
  }

  @Test func aBodyWithoutAnAcceptOrLongerThanItIsNotRead() async throws {
    let errand = shop.errand()
    let strange = shop.errand()
    _ = try shop.accept(errand)
    try await provider.test(.router) { client in
      for header in [errand.header, strange.header] {
        try await client.execute(
          uri: "/v1/chat/completions", method: .post, headers: [.razaoJob: header.text],
          body: ByteBuffer(repeating: 0x20, count: RequestLimits.byteCount + 1)
        ) { response in
          #expect(response.status == .badRequest)
          #expect(json(response)["error"]?["code"]?.string == "job_mismatch")
        }
      }
    }
  }

  @Test func aProviderThatDoesNotAnswerCannotRegister() async throws {
    try await gateway().test(.router) { client in
      let body: JSON = ["identity": shop.desk.document.json, "endpoint": "https://127.0.0.1:1"]
      try await client.execute(
        uri: "/razao/v1/providers", method: .post, body: ByteBuffer(bytes: body.encoded())
      ) { response in
        #expect(response.status == .badRequest)
        #expect(json(response)["error"]?["message"]?.string?.contains("cannot be registered") == true)
      }
    }
  }
}
