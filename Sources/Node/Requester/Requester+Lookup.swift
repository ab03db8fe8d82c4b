import Dialects
import Hashing
import Receipts
import StrictJSON

extension Requester {
  /// The name of the first model of a kind on offer.
  /// - Throws: `PeerError` when nobody answers, `RequestError` when nothing of the kind is offered.
  package func firstModel(_ kind: ProgramKind = .text) async throws -> String {
    switch route {
    case .gateway(let endpoint), .relay(let endpoint):
      let answer = try await PeerHTTP.plain.send(.get, "\(endpoint)/v1/models", timeout: .seconds(10))
      guard answer.status == 200 else { throw PeerError.refused(answer.refusal) }
      let models = (try? JSON.parse(answer.body))?["data"]?.array ?? []
      let first = models.first { $0["razao"]?["kind"]?.string == kind.rawValue }
      guard let name = first?["id"]?.string else { throw Self.nothing(kind) }
      return name
    case .provider(let endpoint, let key):
      let document = try await ProviderClient.identity(at: endpoint, network: profile.network, expectedKey: key)
      guard let name = document.programs.first(where: { $0.kind == kind })?.name else { throw Self.nothing(kind) }
      return name
    }
  }

  private static func nothing(_ kind: ProgramKind) -> RequestError {
    RequestError(.noProvider, nil, "No \(kind) model is on offer; are providers up?")
  }

  /// The bundle of a verified answer with its cell hashes, where they are kept; what was verified otherwise.
  ///
  /// What comes back counts only if it is of the very same receipt and sound itself.
  package func fullBundle(of verified: VerifiedAnswer) async -> [UInt8] {
    let id = verified.bundle.receipt.body.requestID
    guard let bytes = try? await fetchBundle(id, from: verified.bundle.receipt.body.provider),
      let full = try? Bundle(decoding: bytes),
      full.receipt == verified.bundle.receipt, VerificationReport(of: full).isVerified
    else { return verified.bytes }
    return bytes
  }

  /// The same, with the receipt's place on the ledger: waits for it while the provider anchors.
  /// - Parameter limit: how long to wait; without a place in that time the bundle comes without it.
  package func anchoredBundle(of verified: VerifiedAnswer, within limit: Duration) async -> [UInt8] {
    let deadline = ContinuousClock.now + limit
    while true {
      let bytes = await fullBundle(of: verified)
      if (try? Bundle(decoding: bytes))?.inclusion != nil || ContinuousClock.now >= deadline { return bytes }
      try? await Task.sleep(for: .milliseconds(300))
    }
  }

  private func fetchBundle(_ id: RequestID, from provider: Digest) async throws -> [UInt8] {
    switch route {
    case .gateway(let endpoint):
      let answer = try await PeerHTTP.plain.send(
        .get, "\(endpoint)/v1/receipts/\(id)", headers: [("accept", "application/vnd.razao.bundle")],
        timeout: .seconds(30))
      guard answer.status == 200 else { throw PeerError.refused(answer.refusal) }
      return answer.body
    case .provider(let endpoint, let key):
      let document = try await ProviderClient.identity(at: endpoint, network: profile.network, expectedKey: key)
      let http = try PeerHTTP(pinning: document.certificate)
      let bytes = try? await ProviderClient(document: document, endpoint: endpoint, http: http).bundle(id)
      await http.shutdown()
      guard let bytes else { throw PeerError.malformed("the bundle") }
      return bytes
    case .relay(let gateway):
      let answer = try await PeerHTTP.plain.send(
        .get, "\(gateway)/razao/v1/relay/\(provider.hex)/v1/receipts/\(id)",
        headers: [("accept", "application/vnd.razao.bundle")], timeout: .seconds(30))
      guard answer.status == 200 else { throw PeerError.refused(answer.refusal) }
      return answer.body
    }
  }
}
