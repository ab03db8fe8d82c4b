import Dialects
import Hashing
import Receipts
import Synchronization

/// The provider's side of the protocol without HTTP: what it accepts, which jobs it honours, what it signs.
package final class ProviderDesk: Sendable {
  package let identity: NodeIdentity
  package let network: Digest
  let served: [Digest: Served]
  let book: Mutex<AcceptBook<Promise>>
  let contributions: ContributionDesk?
  private let clock: WallClock

  /// An accept that was given, and the slot that went into it.
  struct Promise: Sendable {
    var accept: SignedAccept
    var slot: TakenSlot?
  }

  /// An engine under the name, root and price that the provider gives it.
  struct Served: Sendable {
    var engine: any AnswerEngine
    var program: EngineProgram
    var prices: Prices
  }

  /// - Parameters:
  ///   - offers: engines; the first of several with one root is taken.
  ///   - acceptLimit: accepts remembered at once.
  ///   - contributions: the provider's part of joint seeds; without it they are refused.
  package init(
    identity: NodeIdentity, network: Digest, offers: [ProviderOffer], acceptLimit: Int = 1_024,
    contributions: ContributionDesk? = nil, clock: WallClock = .system
  ) {
    self.identity = identity
    self.contributions = contributions
    self.network = network
    self.clock = clock
    served = Dictionary(
      offers.map { ($0.program.root, Served(engine: $0.engine, program: $0.program, prices: $0.prices)) },
      uniquingKeysWith: { first, _ in first })
    book = Mutex(AcceptBook(capacity: acceptLimit))
  }

  /// What `GET /razao/v1/identity` says.
  package var document: IdentityDocument {
    let programs = served.values.sorted { $0.program.root < $1.program.root }.map { served in
      ServedProgram(
        root: served.program.root, name: served.program.name, kind: served.program.kind,
        context: served.program.context, price: served.prices)
    }
    return IdentityDocument(identity: identity, network: network, programs: programs)
  }

  /// The engine and the program as this provider offers it.
  package func offer(_ root: Digest) -> (engine: any AnswerEngine, program: EngineProgram)? {
    served[root].map { ($0.engine, $0.program) }
  }

  /// Signs an accept and remembers it.
  /// - Parameter entrusted: the request itself, for a joint seed.
  /// - Throws: `RequestError`: 404 for a program that is not served, 400 for a clock that will not do, 409 for an id that
  ///   was accepted before.
  package func accept(_ asked: AcceptRequest, entrusting entrusted: EntrustedRequest? = nil) throws -> SignedAccept {
    guard let served = served[asked.programRoot] else {
      throw RequestError(.modelNotFound, "program_root", "This provider does not serve program \(asked.programRoot).")
    }
    guard asked.requestByteCount <= RequestLimits.byteCount else {
      throw RequestError(.bodyTooLarge, "request_bytes", "The limit is \(RequestLimits.byteCount) bytes. Send less.")
    }
    guard asked.seedKind != .explicit || asked.seedCommitment == .zero else {
      throw RequestError(.invalidValue, "seed_commitment", "An explicit seed has the zero commitment.")
    }
    let now = clock.now()
    do { try ClockTolerance.check(expiry: asked.expiry, now: now) } catch {
      throw RequestError(.invalidValue, "expiry", "The expiry cannot be accepted: \(error).")
    }
    var body = asked.accept(network: network, key: identity.publicKey, prices: served.prices, now: now)
    let slot = try takeSlot(for: body, entrusted, now: now)
    body.contribution = slot?.named ?? .none
    let signed = try identity.key.sign(body)
    if let entrusted, slot != nil { try keep(KeptJob(accept: signed, request: entrusted)) }
    let promise = Promise(accept: signed, slot: slot)
    do {
      try book.withLock { book throws(AcceptRefusal) in try book.add(promise, id: asked.requestID, now: now) }
    } catch {
      throw RequestError(refusal: error)
    }
    return signed
  }

  /// How long the body of an accepted job is: no more of it needs to be read.
  /// - Throws: `RequestError` for a job that was not accepted, or whose accept was used.
  package func byteCount(of header: JobHeader) throws(RequestError) -> Int {
    Int(clamping: try promise(of: header, now: clock.now()).accept.body.requestByteCount)
  }

  private func promise(of header: JobHeader, now: UInt64) throws(RequestError) -> Promise {
    do { return try book.withLock { book throws(AcceptRefusal) in try book.open(header.requestID, now: now) } } catch {
      throw RequestError(refusal: error)
    }
  }

  private func use(_ header: JobHeader, now: UInt64) throws(RequestError) {
    do { _ = try book.withLock { book throws(AcceptRefusal) in try book.use(header.requestID, now: now) } } catch {
      throw RequestError(refusal: error)
    }
  }

  /// Opens a job: checks header and body against the accept, uses the accept up, reads the request, renders the prompt.
  /// A body that is not the committed one costs nothing and changes nothing; the committed one is read and rendered
  /// once, even if it is refused then, or rendering it again and again would be free.
  /// - Throws: `RequestError`.
  package func open(_ header: JobHeader, form: RequestForm, body: [UInt8]) throws(RequestError) -> OpenedJob {
    let now = clock.now()
    let promise = try promise(of: header, now: now)
    let accept = promise.accept
    guard accept.body.form == form else {
      throw RequestError(.jobMismatch, nil, "The job was accepted for another endpoint.")
    }
    try Self.checkBody(body, accept: accept.body, blinds: header.blinds)
    try Self.checkReveal(header.seedReveal, accept: accept.body)
    try use(header, now: now)
    return try open(
      accept, EntrustedRequest(blinds: header.blinds, body: body), reveal: header.seedReveal,
      joint: promise.slot?.opening())
  }

  /// Reads and renders a request that its accept commits to.
  func open(
    _ accept: SignedAccept, _ entrusted: EntrustedRequest, reveal: Digest, joint: JointOpening?
  ) throws(RequestError) -> OpenedJob {
    let (request, prompt) = try read(entrusted, accept: accept.body)
    let seed = try Self.seed(of: request, accept: accept.body, reveal: reveal)
    return OpenedJob(
      accept: accept, blinds: entrusted.blinds, seed: seed, joint: joint, body: entrusted.body, request: request,
      prompt: prompt)
  }

  /// The request that a body makes, and its prompt, which is the one that was named if one was.
  func read(
    _ entrusted: EntrustedRequest, accept: Accept
  ) throws(RequestError) -> (request: InferenceRequest, prompt: [UInt32]) {
    guard let served = served[accept.programRoot] else {
      throw RequestError(.modelNotFound, "model", "This provider no longer serves the program.")
    }
    let request = try InferenceRequest(endpoint: accept.form.endpoint, body: entrusted.body)
    try served.program.checkModel(request.model)
    guard (accept.seedKind == .explicit) == (request.seed != nil) else {
      throw RequestError(.jobMismatch, "seed", "The job was accepted for the other kind of seed than the body has.")
    }
    let prompt = try served.engine.prompt(for: request)
    let named = accept.promptCommitment
    guard named == .zero || named == entrusted.blinds.commitment(toPrompt: prompt) else {
      throw RequestError(.jobMismatch, nil, "The program makes another prompt of the body than the accepted job names.")
    }
    return (request, prompt)
  }

  static func checkBody(_ body: [UInt8], accept: Accept, blinds: Blinds) throws(RequestError) {
    guard accept.requestByteCount == UInt64(body.count),
      accept.requestCommitment == blinds.commitment(toRequest: body)
    else {
      throw RequestError(.jobMismatch, nil, "The body is not the one that the accepted job committed to.")
    }
  }

  static func checkReveal(_ reveal: Digest, accept: Accept) throws(RequestError) {
    let fits =
      switch accept.seedKind {
      case .explicit: reveal == .zero
      case .joint, .gateway: SeedStatement.commitment(to: reveal) == accept.seedCommitment
      }
    guard fits else { throw RequestError(.jobMismatch, nil, "The seed is not the one that the job committed to.") }
  }

  private static func seed(
    of request: InferenceRequest, accept: Accept, reveal: Digest
  ) throws(RequestError) -> SeedStatement {
    switch (accept.seedKind, request.seed) {
    case (.explicit, let seed?): return .explicit(seed)
    case (.joint, nil): return .joint(revealing: reveal)
    case (.gateway, nil): return .gateway(revealing: reveal)
    default:
      throw RequestError(.jobMismatch, "seed", "The job was accepted for the other kind of seed than the body has.")
    }
  }

  /// Signs what a record states.
  func sign<Body: SignedLayout>(_ body: Body) throws(SigningError) -> Signed<Body> {
    try identity.key.sign(body)
  }

  var now: UInt64 { clock.now() }
}

/// An engine that a provider offers, under a root, a name and a price.
package struct ProviderOffer: Sendable {
  package var engine: any AnswerEngine
  /// What the provider claims to run: the engine's own program, unless something is being tested.
  package var program: EngineProgram
  package var prices: Prices

  package init(engine: any AnswerEngine, program: EngineProgram? = nil, prices: Prices) {
    self.engine = engine
    self.program = program ?? engine.program
    self.prices = prices
  }
}

extension EngineProgram {
  func checkModel(_ model: String) throws(RequestError) {
    guard name.utf8.elementsEqual(model.utf8) || Digest(hex: model) == root else {
      throw RequestError(.jobMismatch, "model", "The body names another model than the job that was accepted.")
    }
  }
}

extension RequestError {
  init(refusal: AcceptRefusal) {
    let message = "\(refusal)."
    switch refusal {
    case .repeated, .replayed:
      self.init(status: 409, kind: .invalidRequest, code: .jobMismatch, message: message)
    case .unknown, .late: self.init(.jobMismatch, nil, message)
    }
  }
}
