import Audit
import Dialects
import Hashing
import NIOCore
import Receipts
import StrictJSON

/// Asks questions for a person or a script, through a gateway or of a provider directly, and verifies what comes back.
///
/// Through a gateway the gateway draws blinds and seed, as for every plain client; of a provider directly nobody but
/// this process knows them before the provider has accepted.
package struct Requester: Sendable {
  /// Whom to ask.
  package enum Route: Equatable, Sendable {
    /// A gateway, `http://host:port`.
    case gateway(String)
    /// A provider, `https://host:port`; with a key, only the provider that holds it.
    case provider(String, key: PublicKey?)
    /// A provider through a gateway that only carries the conversation: blinds, seed and money are the requester's own.
    case relay(String)
  }

  let route: Route
  let profile: RequesterProfile
  /// Pays providers; `nil` where nobody is paid, and for the gateway route, on which the gateway pays.
  let purse: ChannelPurse?
  let clock: WallClock

  /// - Parameter profile: network and payer; the payer counts on the direct routes only.
  package init(
    _ route: Route, profile: RequesterProfile, purse: ChannelPurse? = nil, clock: WallClock = .system
  ) {
    self.route = route
    self.profile = profile
    self.purse = purse
    self.clock = clock
  }

  /// Sends one request and follows the answer to its verified end.
  /// - Parameters:
  ///   - body: an OpenAI request, streamed or not; sent byte for byte.
  ///   - onText: takes the text as it comes; what is given is only final when this returns.
  /// - Returns: the answer's bundle, verified at level signature against the body and the text that was shown.
  /// - Throws: `PeerError`, `BrokenAnswer`, `IdentityError`, `RequestError` for a body without a model.
  package func ask(
    _ form: RequestForm, body: [UInt8], onText: (String) async throws -> Void = { _ in }
  ) async throws -> VerifiedAnswer {
    switch route {
    case .gateway(let endpoint): try await ask(gateway: endpoint, form, body, onText)
    case .provider(let endpoint, let key):
      try await patiently { try await ask(provider: endpoint, key: key, form, body, onText) }
    case .relay(let gateway): try await ask(through: gateway, form, body, onText)
    }
  }

  private func ask(
    provider endpoint: String, key: PublicKey?, _ form: RequestForm, _ body: [UInt8],
    _ onText: (String) async throws -> Void
  ) async throws -> VerifiedAnswer {
    let fields = try RoutingFields(body: body)
    let document = try await ProviderClient.identity(at: endpoint, network: profile.network, expectedKey: key)
    guard let program = document.program(fields.model) else {
      let names = document.programs.map(\.name).joined(separator: ", ")
      throw RequestError(.modelNotFound, "model", "The provider does not serve `\(fields.model)`; it serves \(names).")
    }
    let http = try PeerHTTP(pinning: document.certificate)
    let client = ProviderClient(document: document, endpoint: endpoint, http: http, clock: clock)
    do {
      let verified = try await ask(client, program, form, body, onText)
      await http.shutdown()
      return verified
    } catch {
      await http.shutdown()
      throw error
    }
  }

  /// Asks one provider and pays it.
  func ask(
    _ client: ProviderClient, _ program: ServedProgram, _ form: RequestForm, _ body: [UInt8],
    _ onText: (String) async throws -> Void
  ) async throws -> VerifiedAnswer {
    let errand = Errand(
      Question(
        form: form, body: body, programRoot: program.root, explicitSeed: try RoutingFields(body: body).seed),
      isJoint: profile.contributions != nil)
    return try await client.ask(errand, profile: profile, purse: purse) { event in
      switch event {
      case .whole(let body): try await onText(try Self.part(body, form).text)
      case .part(_, let part): if !part.text.isEmpty { try await onText(part.text) }
      case .done: break
      }
    }
  }

  private func ask(
    gateway endpoint: String, _ form: RequestForm, _ body: [UInt8], _ onText: (String) async throws -> Void
  ) async throws -> VerifiedAnswer {
    let response = try await PeerHTTP.plain.open(
      .post, endpoint + form.endpoint.path, body: body, type: "application/json", timeout: .seconds(3_600))
    guard response.status.code == 200 else {
      let answer = PeerHTTP.Answer(
        status: Int(response.status.code), body: try await PeerHTTP.body(response, limit: 1 << 20))
      throw PeerError.refused(answer.refusal)
    }
    var follower = PlainFollower(form: form, body: body, network: profile.network)
    guard form.generates, response.headers.first(name: "content-type")?.hasPrefix("text/event-stream") == true else {
      let part = try Self.part(try await PeerHTTP.body(response, limit: AnswerBounds.eventLimit), form)
      try follower.receive(part)
      try await onText(part.text)
      return try follower.finish()
    }
    var parser = EventStreamParser(limit: AnswerBounds.eventLimit)
    for try await chunk in response.body {
      for event in try parser.receive(chunk.readableBytesView) {
        switch try AnswerEvent(event, endpoint: form.endpoint) {
        case .part(let part):
          try follower.receive(part)
          if !part.text.isEmpty { try await onText(part.text) }
        case .failure(let error): throw PeerError.refused(error)
        case .done: return try follower.finish()
        }
      }
    }
    throw PeerError.unreachable("the stream ended without its end mark")
  }

  private static func part(_ body: [UInt8], _ form: RequestForm) throws -> AnswerPart {
    switch try AnswerEvent(body: body, endpoint: form.endpoint) {
    case .part(let part): return part
    case .failure(let error): throw PeerError.refused(error)
    case .done: throw PeerError.malformed("the answer")
    }
  }
}

/// Follows an answer that came through a gateway: a pure value.
package struct PlainFollower: Sendable {
  private let form: RequestForm
  private let body: [UInt8]
  private let network: Digest
  private var text: [UInt8] = []
  private var hasEnded = false
  private var bundle: [UInt8]?
  private var bounds = AnswerBounds()
  /// What a value's answer says of its tokens.
  private var valueUsage: TokenUsage?

  package init(form: RequestForm, body: [UInt8], network: Digest) {
    self.form = form
    self.body = body
    self.network = network
  }

  /// Takes a part of the answer.
  package mutating func receive(_ part: AnswerPart) throws(PeerError) {
    guard bundle == nil else { throw .malformed("something follows the receipt") }
    try bounds.receive(part)
    guard !hasEnded || part.shown.isEmpty else { throw .malformed("text follows the finish reason") }
    try part.checkForm(form, body: body)
    if part.value != nil { valueUsage = part.usage }
    hasEnded = hasEnded || part.end != nil
    text.append(contentsOf: part.shown)
    guard let encoded = part.razao?["bundle"] else { return }
    guard let bytes = encoded.string.flatMap({ [UInt8](base64: $0) }) else { throw .malformed("the bundle") }
    bundle = bytes
  }

  /// Verifies the bundle against what was sent and shown. A model that is named by its program's root is that program.
  package func finish() throws(PeerError) -> VerifiedAnswer {
    guard let bundle else { throw .unverified("no receipt came") }
    var expectation = ExpectedJob()
    expectation.network = network
    expectation.form = form
    expectation.requestBody = body
    expectation.text = text
    expectation.programRoot = (try? RoutingFields(body: body)).flatMap { Digest(hex: $0.model) }
    expectation.sampling = (try? InferenceRequest(endpoint: form.endpoint, body: body)).map {
      StatedSampling(stating: $0.sampling)
    }
    let report = VerificationReport(bundle: bundle, expectation: expectation)
    if let refutation = report.refutation { throw .unverified(refutation.reason) }
    guard let opened = report.bundle else { throw .malformed("the bundle") }
    try valueUsage?.check(opened)
    // Whoever follows an answer has not gone away, so nobody but gateway or provider can have cut it short.
    if opened.receipt.body.answer.isPartial { throw .unverified("the answer was cut short") }
    return VerifiedAnswer(bundle: opened, bytes: bundle, report: report)
  }
}
