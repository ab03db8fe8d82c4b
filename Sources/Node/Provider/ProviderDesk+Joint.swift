import Dialects
import Hashing
import Receipts

/// Jobs with joint seeds: accepted only when they can be answered, and kept until they are.
extension ProviderDesk {
  /// Accepts with a joint seed that may wait for their jobs at once: each has used up a slot.
  static let openJointLimit = 64

  /// Whether a joint seed could be accepted now: what can be said before the request itself is read.
  /// - Throws: `RequestError`: 409 for an id that was accepted before, 429 when too many wait, 400 without contributions.
  package func checkRoom(for asked: AcceptRequest) throws(RequestError) {
    guard served[asked.programRoot] != nil else {
      throw RequestError(.modelNotFound, "program_root", "This provider does not serve program \(asked.programRoot).")
    }
    guard asked.requestByteCount <= RequestLimits.byteCount else {
      throw RequestError(.bodyTooLarge, "request_bytes", "The limit is \(RequestLimits.byteCount) bytes. Send less.")
    }
    try checkRoom(id: asked.requestID, now: now)
  }

  private func checkRoom(id: RequestID, now: UInt64) throws(RequestError) {
    guard contributions != nil else { throw Self.noContributions }
    let (isKnown, openCount) = book.withLock { book in
      (book.knows(id), book.openCount(now: now) { $0.slot != nil })
    }
    guard !isKnown else { throw RequestError(refusal: .repeated) }
    guard openCount < Self.openJointLimit else { throw Self.noRoom }
  }

  /// The slot for an accept with a joint seed, once its request is read and rendered; it is used up, whatever becomes of
  /// the accept. Nothing for the other kinds.
  func takeSlot(for accept: Accept, _ entrusted: EntrustedRequest?, now: UInt64) throws -> TakenSlot? {
    guard accept.seedKind == .joint else { return nil }
    guard let entrusted else {
      throw RequestError(.invalidValue, "seed_kind", "A joint seed needs the request itself with the accept request.")
    }
    try checkRoom(id: accept.requestID, now: now)
    try Self.checkBody(entrusted.body, accept: accept, blinds: entrusted.blinds)
    _ = try read(entrusted, accept: accept)
    guard let slot = try contributions?.take() else { throw Self.noContributions }
    return slot
  }

  /// Keeps an accepted job, on disk before its accept leaves.
  func keep(_ job: KeptJob) throws {
    do { try contributions?.keep(job) } catch StoreError.full { throw Self.noRoom }
  }

  /// Notes that a job has its receipt.
  func answered(_ accept: SignedAccept) throws(StoreError) {
    guard accept.body.seedKind == .joint else { return }
    try contributions?.answered(accept)
  }

  /// Opens a job whose secret came from the ledger, where its requester says that the answer was dropped.
  /// - Returns: `nil` for an accept that is not kept: never given, answered already, or too old.
  /// - Throws: `RequestError`: for a secret that is not the committed one, 409 for a job that is being answered.
  package func open(claimed acceptHash: Digest, secret: Digest) throws -> OpenedJob? {
    guard let (job, opening) = try contributions?.kept(acceptHash: acceptHash) else { return nil }
    try Self.checkReveal(secret, accept: job.accept.body)
    let id = job.accept.body.requestID
    let now = now
    // A job that the book has forgotten cannot be opened by its requester any more.
    try book.withLock { book throws(RequestError) in
      do throws(AcceptRefusal) { _ = try book.use(id, now: now) } catch {
        if error == .replayed { throw RequestError(refusal: error) }
      }
    }
    return try open(job.accept, job.request, reveal: secret, joint: opening)
  }

  private static var noContributions: RequestError {
    RequestError(
      .noProvider, "seed_kind", "This provider has no anchored contributions to joint seeds now; try again shortly.")
  }

  private static var noRoom: RequestError {
    RequestError(.tooManyRequests, "seed_kind", "Too many accepts with joint seeds wait for their jobs.")
  }
}
