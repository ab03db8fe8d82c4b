import Dialects
import Hashing
import Receipts
import StrictJSON

extension Requester {
  /// Asks a provider through a gateway that carries the conversation byte for byte. Another one is tried when one fails
  /// before any of its answer was shown.
  func ask(
    through gateway: String, _ form: RequestForm, _ body: [UInt8], _ onText: (String) async throws -> Void
  ) async throws -> VerifiedAnswer {
    let model = try RoutingFields(body: body).model
    return try await patiently { try await askOnce(through: gateway, model: model, form, body, onText) }
  }

  /// How long a request waits for a provider that is not ready yet.
  private static let patience = Duration.seconds(12)

  /// Tries again while providers say that they are not ready: a network that has just started registers them and
  /// anchors their contributions.
  func patiently(_ ask: () async throws -> VerifiedAnswer) async throws -> VerifiedAnswer {
    let deadline = ContinuousClock.now + Self.patience
    while true {
      do {
        return try await ask()
      } catch let error as PeerError {
        guard case .refused(let refusal) = error, refusal.code == .noProvider, ContinuousClock.now < deadline else {
          throw error
        }
        try await Task.sleep(for: .milliseconds(500))
      }
    }
  }

  private func askOnce(
    through gateway: String, model: String, _ form: RequestForm, _ body: [UInt8],
    _ onText: (String) async throws -> Void
  ) async throws -> VerifiedAnswer {
    let candidates = try await providers(of: model, at: gateway)
    guard !candidates.isEmpty else {
      throw RequestError(.noProvider, "model", "No provider that is up serves `\(model)`; GET /v1/models lists them.")
    }
    var last = PeerError.unreachable("no provider answered")
    // Each try may open a channel: a gateway that lists many must not cost a deposit for each.
    for (client, program) in candidates.prefix(3) {
      var hasShown = false
      do {
        return try await ask(client, program, form, body) { text in
          hasShown = true
          try await onText(text)
        }
      } catch let error as PeerError {
        guard !hasShown else { throw error }
        if case .refused(let refusal) = error, refusal.status == 400 { throw error }
        last = error
      }
    }
    throw last
  }

  /// Providers that serve a model, in random order; what they say of themselves is verified.
  private func providers(
    of model: String, at gateway: String
  ) async throws -> [(client: ProviderClient, program: ServedProgram)] {
    let answer = try await PeerHTTP.plain.send(.get, "\(gateway)/razao/v1/providers", timeout: .seconds(10))
    guard answer.status == 200 else { throw PeerError.refused(answer.refusal) }
    guard let entries = (try? JSON.parse(answer.body))?["providers"]?.array else {
      throw PeerError.malformed("the list of providers")
    }
    let root = try await root(of: model, at: gateway)
    var found: [(ProviderClient, ServedProgram)] = []
    for entry in entries where entry["up"] == true && (entry["excluded"]?.isNull ?? true) {
      guard let identity = entry["identity"], let document = try? IdentityDocument(json: identity),
        (try? document.verify(network: profile.network)) != nil,
        let program = document.programs.first(where: { $0.root == root })
      else { continue }
      let path = "\(gateway)/razao/v1/relay/\(document.id.hex)"
      found.append((ProviderClient(document: document, endpoint: path, http: .plain, clock: clock), program))
    }
    return found.shuffled()
  }

  /// What a model's name stands for: the gateway's word, as no provider's own name is; a root stands for itself.
  private func root(of model: String, at gateway: String) async throws -> Digest {
    if let root = Digest(hex: model) { return root }
    let answer = try await PeerHTTP.plain.send(.get, "\(gateway)/v1/models", timeout: .seconds(10))
    guard answer.status == 200 else { throw PeerError.refused(answer.refusal) }
    let entries = (try? JSON.parse(answer.body))?["data"]?.array ?? []
    let entry = entries.first { $0["id"]?.string.map { $0.utf8.elementsEqual(model.utf8) } ?? false }
    guard let root = entry?["razao"]?["root"]?.string.flatMap({ Digest(hex: $0) }) else {
      throw RequestError(.modelNotFound, "model", "No provider serves the model `\(model)`; GET /v1/models lists them.")
    }
    return root
  }

  /// The network that a gateway's providers belong to; `nil` where it does not say.
  package static func network(of gateway: String) async -> Digest? {
    guard let answer = try? await PeerHTTP.plain.send(.get, "\(gateway)/razao/v1/providers", timeout: .seconds(10)),
      answer.status == 200
    else { return nil }
    return (try? JSON.parse(answer.body))?["network"]?.string.flatMap { Digest(hex: $0) }
  }
}
