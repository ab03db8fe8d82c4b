import Dialects
import Hashing
import Logging
import Receipts
import StrictJSON

/// What a client gets from the gateway.
package enum RelayEvent: Sendable {
  /// A whole answer's body, as the provider wrote it.
  case whole([UInt8])
  /// A stream's event, as the provider wrote it.
  case event(StreamEvent)
}

/// Asks providers until one answers, verifies what comes, passes it on, keeps the bundle.
///
/// Another provider is tried when one fails before anything of its answer was passed on, and never after: a client
/// must not get the beginning of one answer and the end of another.
package struct AnswerRelay: Sendable {
  package let registry: GatewayRegistry
  package let shelf: BundleShelf
  private let profile: RequesterProfile
  /// Pays the providers; `nil` where nobody is paid.
  private let purse: ChannelPurse?
  private let clock: WallClock
  private let logger: Logger

  package init(
    registry: GatewayRegistry, shelf: BundleShelf, profile: RequesterProfile, purse: ChannelPurse? = nil,
    clock: WallClock, logger: Logger
  ) {
    self.purse = purse
    self.registry = registry
    self.shelf = shelf
    self.profile = profile
    self.clock = clock
    self.logger = logger
  }

  /// - Throws: `RequestError` when no provider answers, `BrokenAnswer` when one stops midway, and what `pass` throws.
  package func relay(
    form: RequestForm, body: [UInt8], pass: @Sendable (RelayEvent) async throws -> Void
  ) async throws {
    let fields = try RoutingFields(body: body)
    let candidates = await registry.candidates(model: fields.model)
    guard !candidates.isEmpty else { throw await nobody(model: fields.model) }
    var failures: [PeerError] = []
    var refusals: [RequestError] = []
    for (client, program) in candidates {
      let question = Question(form: form, body: body, programRoot: program.root, explicitSeed: fields.seed)
      do {
        return try await attempt(question, client, pass: pass)
      } catch let error as PeerError {
        // One provider's word that the request is wrong is not enough, or a broken one could turn everybody away.
        if case .refused(let refusal) = error, refusal.isAboutRequest { refusals.append(refusal) }
        if let refusal = refusals.first, refusals.count == 2 { throw refusal }
        logger.warning("provider \(client.document.id.short) failed before its answer began: \(error)")
        failures.append(error)
      }
    }
    throw refusals.first ?? Self.allFailed(failures)
  }

  private func nobody(model: String) async -> RequestError {
    guard await registry.knows(model: model) else {
      return RequestError(
        .modelNotFound, "model", "No provider serves the model `\(model)`; GET /v1/models lists them.")
    }
    return RequestError(.noProvider, nil, "All providers of this model are down or excluded; try again later.")
  }

  private static func allFailed(_ failures: [PeerError]) -> RequestError {
    let isBusy = failures.allSatisfy { if case .refused(let refusal) = $0 { refusal.status == 429 } else { false } }
    if isBusy { return RequestError(.tooManyRequests, nil, "All providers of this model are busy; try again shortly.") }
    let last = failures.last.map { " The last one: \($0)." } ?? ""
    return RequestError(.providerFailed, nil, "None of \(failures.count) providers could answer.\(last)")
  }

  /// One provider's try.
  /// - Throws: `PeerError` only when nothing was passed on.
  private func attempt(
    _ question: Question, _ client: ProviderClient, pass: @Sendable (RelayEvent) async throws -> Void
  ) async throws {
    let id = client.document.id
    await registry.begin(id)
    let start = ContinuousClock.now
    var passing = Passing()
    do {
      _ = try await client.ask(Errand(question), profile: profile, purse: purse) { verified in
        await keep(verified, of: client)
      } onEvent: { event in
        for ready in try passing.receive(event) { try await pass(ready) }
      }
    } catch {
      await registry.end(id)
      throw await judged(error, by: passing, of: id, after: ContinuousClock.now - start)
    }
    await registry.end(id)
    if let whole = passing.whole { try await pass(.whole(whole)) }
  }

  /// Stores a verified answer: before its receipt is passed on, as the client may leave once it has that.
  private func keep(_ verified: VerifiedAnswer, of client: ProviderClient) async {
    shelf.put(await Self.fullBundle(of: verified, client), now: clock.now())
    await registry.answered(client.document.id)
  }

  /// Counts what ended a try, and says what to throw for it.
  private func judged(_ error: any Error, by passing: Passing, of id: Digest, after wait: Duration) async -> any Error {
    switch error {
    case is CancellationError:
      if !passing.hasPassed, passing.whole == nil, wait > Self.patience {
        await registry.broke(id, reason: "it gave nothing in \(wait.components.seconds) seconds")
      }
      return error
    case let reason as PeerError:
      await note(reason, of: id)
      return reason
    case let broken as BrokenAnswer:
      await note(broken.reason, of: id)
      return passing.hasPassed ? broken : broken.reason
    default: return error
    }
  }

  /// A client that waited so long before it left was given no answer.
  private static let patience = Duration.seconds(60)

  /// The bundle with the cell hashes that the provider kept, so that an audit can name a cell; what was verified, if the
  /// provider has no such bundle of the very same receipt.
  private static func fullBundle(of verified: VerifiedAnswer, _ client: ProviderClient) async -> Bundle {
    let id = verified.bundle.receipt.body.requestID
    guard let bytes = try? await client.bundle(id), let full = try? Bundle(decoding: bytes),
      full.receipt == verified.bundle.receipt, VerificationReport(of: full).isVerified
    else { return verified.bundle }
    return full
  }

  /// Counts a failure against the provider, unless it only said no.
  private func note(_ reason: PeerError, of id: Digest) async {
    if case .refused(let refusal) = reason, refusal.status < 500 { return }
    await registry.broke(id, reason: reason.description)
  }
}

extension RequestError {
  /// Whether every provider would refuse this request: it is the client's to correct.
  fileprivate var isAboutRequest: Bool {
    (400..<500).contains(status) && ![404, 409, 429].contains(status) && code != .jobMismatch
  }
}
