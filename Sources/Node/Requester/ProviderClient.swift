import Dialects
import Hashing
import NIOCore
import Receipts
import StrictJSON

/// A connection to one provider whose certificate is pinned, and the whole protocol over it.
package struct ProviderClient: Sendable {
  package let document: IdentityDocument
  /// `https://host:port`.
  package let endpoint: String
  private let http: PeerHTTP
  private let clock: WallClock

  /// - Parameter document: verified by the caller.
  package init(document: IdentityDocument, endpoint: String, http: PeerHTTP, clock: WallClock = .system) {
    self.document = document
    self.endpoint = endpoint
    self.http = http
    self.clock = clock
  }

  /// Fetches a provider's identity from an address and verifies it; the connection itself is not believed.
  /// - Throws: `PeerError`, `IdentityError`.
  package static func identity(
    at endpoint: String, network: Digest, expectedKey: PublicKey? = nil
  ) async throws -> IdentityDocument {
    let answer = try await PeerHTTP.unpinned.send(
      .get, "\(endpoint)/razao/v1/identity", timeout: .seconds(10), limit: 1 << 20)
    guard answer.status == 200 else { throw PeerError.refused(answer.refusal) }
    let document = try IdentityDocument(answer.body)
    try document.verify(network: network, expectedKey: expectedKey)
    return document
  }

  /// Whether the pinned provider answers.
  package func isHealthy() async throws -> Bool {
    try await http.send(.get, "\(endpoint)/healthz", timeout: .seconds(3), limit: 1 << 16).status == 200
  }

  /// The identity document over the pinned connection: proves that the address belongs to the certificate.
  package func currentDocument() async throws -> IdentityDocument {
    let answer = try await http.send(.get, "\(endpoint)/razao/v1/identity", timeout: .seconds(5), limit: 1 << 20)
    guard answer.status == 200 else { throw PeerError.refused(answer.refusal) }
    return try IdentityDocument(answer.body)
  }

  /// The full bundle of a job, trace hashes included where they are few.
  package func bundle(_ id: RequestID) async throws -> [UInt8] {
    let answer = try await http.send(.get, "\(endpoint)/v1/receipts/\(id)", timeout: .seconds(30))
    guard answer.status == 200 else { throw PeerError.refused(answer.refusal) }
    return answer.body
  }

  /// Hands a voucher to the provider.
  package func send(_ voucher: SignedVoucher) async throws {
    let answer = try await http.send(
      .post, "\(endpoint)/razao/v1/vouchers", body: voucher.encoded(), type: "application/octet-stream",
      timeout: .seconds(10), limit: 1 << 16)
    guard answer.status == 200 else { throw PeerError.refused(answer.refusal) }
  }

  /// Where a job's receipt is anchored; `nil` before it is.
  package func inclusion(_ id: RequestID) async throws -> Inclusion? {
    let answer = try await http.send(
      .get, "\(endpoint)/razao/v1/inclusions/\(id)", timeout: .seconds(10), limit: 1 << 16)
    return answer.status == 200 ? Inclusion(field: answer.body) : nil
  }

  /// Asks for an accept and verifies it.
  package func accept(_ errand: Errand, profile: RequesterProfile) async throws -> SignedAccept {
    let asked = errand.acceptRequest(profile, now: clock.now())
    let sent = errand.acceptMessage(asked)
    let answer = try await http.send(
      .post, "\(endpoint)/razao/v1/accept", headers: sent.headers, body: sent.body, type: "application/json",
      timeout: .seconds(10), limit: 1 << 16)
    guard answer.status == 200 else { throw PeerError.refused(answer.refusal) }
    guard let accept = try? SignedAccept(decoding: answer.body) else { throw PeerError.malformed("the accept") }
    try errand.verify(accept, asked: asked, by: document, now: clock.now())
    try await errand.verifyContribution(accept, lookup: profile.contributions)
    return accept
  }

  /// Asks a question: accept, reveal, answer, verification.
  ///
  /// - Parameters:
  ///   - onVerified: takes the verified answer before `onEvent` gets its receipt, so that it can be kept first.
  ///   - onEvent: takes each event of a stream after it was verified, or the one whole answer; while it waits,
  ///     so does the provider. The event that carries the receipt comes last before the end mark.
  /// - Throws: `PeerError` before the answer began, `BrokenAnswer` after, and whatever `onEvent` throws.
  package func ask(
    _ errand: Errand, profile: RequesterProfile, onVerified: (VerifiedAnswer) async -> Void = { _ in },
    onEvent: (FollowedEvent) async throws -> Void
  ) async throws -> VerifiedAnswer {
    let accept = try await accept(errand, profile: profile)
    let response = try await http.open(
      .post, endpoint + errand.question.form.endpoint.path, headers: [("razao-job", errand.reveal().text)],
      body: errand.question.body, type: "application/json", timeout: .seconds(3_600))
    guard response.status.code == 200 else {
      let answer = PeerHTTP.Answer(
        status: Int(response.status.code), body: try await PeerHTTP.body(response, limit: 1 << 20))
      throw PeerError.refused(answer.refusal)
    }
    var follower = AnswerFollower(errand: errand, accept: accept)
    if errand.question.form.generates,
      response.headers.first(name: "content-type")?.hasPrefix("text/event-stream") == true
    {
      try await followStream(
        response.body, &follower, accept: accept, form: errand.question.form, onVerified: onVerified, onEvent: onEvent)
    } else {
      let body = try await PeerHTTP.body(response, limit: AnswerBounds.eventLimit)
      try follower.receive(try Self.part(body, errand.question.form))
      if let verified = follower.verified { await onVerified(verified) }
      try await onEvent(.whole(body))
    }
    guard let verified = follower.verified else {
      throw BrokenAnswer(reason: .unverified("no receipt came"), accept: accept, checkpoint: follower.checkpoint)
    }
    return verified
  }

  private static func part(_ body: [UInt8], _ form: RequestForm) throws(PeerError) -> AnswerPart {
    let event: AnswerEvent
    do { event = try AnswerEvent(body: body, endpoint: form.endpoint) } catch { throw .malformed(error.description) }
    switch event {
    case .part(let part): return part
    case .failure(let error): throw .refused(error)
    case .done: throw .malformed("the answer")
    }
  }

  private func followStream(
    _ body: some AsyncSequence<ByteBuffer, any Error>, _ follower: inout AnswerFollower, accept: SignedAccept,
    form: RequestForm, onVerified: (VerifiedAnswer) async -> Void, onEvent: (FollowedEvent) async throws -> Void
  ) async throws {
    var parser = EventStreamParser(limit: AnswerBounds.eventLimit)
    var hasBegun = false
    func broken(_ reason: PeerError) -> any Error {
      hasBegun ? BrokenAnswer(reason: reason, accept: accept, checkpoint: follower.checkpoint) : reason
    }
    var chunks = body.makeAsyncIterator()
    while true {
      let events: [StreamEvent]
      do {
        guard let chunk = try await chunks.next() else { break }
        events = try parser.receive(chunk.readableBytesView)
      } catch is CancellationError {
        throw CancellationError()
      } catch let error as EventStreamError {
        throw broken(.malformed(error.description))
      } catch {
        throw broken(PeerError(connection: error))
      }
      for event in events {
        let step: FollowedEvent
        do throws(PeerError) { step = try Self.follow(event, form, &follower) } catch { throw broken(error) }
        if case .part = step, let verified = follower.verified { await onVerified(verified) }
        try await onEvent(step)
        if case .part(_, let part) = step, !part.text.isEmpty || part.razao != nil { hasBegun = true }
        if case .done = step { return }
      }
    }
    throw broken(.unreachable("the stream ended without its end mark"))
  }

  private static func follow(
    _ event: StreamEvent, _ form: RequestForm, _ follower: inout AnswerFollower
  ) throws(PeerError) -> FollowedEvent {
    let read: AnswerEvent
    do { read = try AnswerEvent(event, endpoint: form.endpoint) } catch { throw .malformed(error.description) }
    switch read {
    case .part(let part):
      try follower.receive(part)
      return .part(event, part)
    case .failure(let error): throw .refused(error)
    case .done: return .done
    }
  }
}

/// One verified event of an answer on its way to the client.
package enum FollowedEvent: Sendable {
  /// An answer that is not streamed: its body as it came.
  case whole([UInt8])
  /// An event of a stream as it came, and what it says.
  case part(StreamEvent, AnswerPart)
  /// The end mark.
  case done
}
