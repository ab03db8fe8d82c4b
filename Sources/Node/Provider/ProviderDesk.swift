import Dialects
import Hashing
import Receipts
import Synchronization

/// The provider's side of the protocol without HTTP: what it accepts, which jobs it honours, what it signs.
package final class ProviderDesk: Sendable {
  package let identity: NodeIdentity
  package let network: Digest
  private let served: [Digest: Served]
  private let book: Mutex<AcceptBook<SignedAccept>>
  private let clock: WallClock

  /// An engine under the name, root and price that the provider gives it.
  private struct Served: Sendable {
    var engine: any AnswerEngine
    var program: EngineProgram
    var prices: Prices
  }

  /// - Parameters:
  ///   - offers: engines; the first of several with one root is taken.
  ///   - acceptLimit: accepts remembered at once.
  package init(
    identity: NodeIdentity, network: Digest, offers: [ProviderOffer], acceptLimit: Int = 1_024,
    clock: WallClock = .system
  ) {
    self.identity = identity
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
  /// - Throws: `RequestError`: 404 for a program that is not served, 400 for a clock that will not do, 409 for an id that
  ///   was accepted before.
  package func accept(_ asked: AcceptRequest) throws -> SignedAccept {
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
    let signed = try identity.key.sign(
      asked.accept(network: network, key: identity.publicKey, prices: served.prices, now: now))
    do { try book.withLock { book throws(AcceptRefusal) in try book.add(signed, id: asked.requestID, now: now) } } catch
    {
      throw RequestError(refusal: error)
    }
    return signed
  }

  /// How long the body of an accepted job is: no more of it needs to be read.
  /// - Throws: `RequestError` for a job that was not accepted, or whose accept was used.
  package func byteCount(of header: JobHeader) throws(RequestError) -> Int {
    Int(clamping: try accept(of: header, now: clock.now()).body.requestByteCount)
  }

  private func accept(of header: JobHeader, now: UInt64) throws(RequestError) -> SignedAccept {
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
    let accept = try accept(of: header, now: now)
    guard let served = served[accept.body.programRoot] else {
      throw RequestError(.modelNotFound, "model", "This provider no longer serves the program.")
    }
    try Self.checkFit(accept.body, header: header, form: form, body: body)
    try use(header, now: now)
    let request = try InferenceRequest(endpoint: form.endpoint, body: body)
    try served.program.checkModel(request.model)
    let seed = try Self.seed(of: request, accept: accept.body, reveal: header.seedReveal)
    let prompt = try served.engine.prompt(for: request)
    let named = accept.body.promptCommitment
    guard named == .zero || named == header.blinds.commitment(toPrompt: prompt) else {
      throw RequestError(.jobMismatch, nil, "The program makes another prompt of the body than the accepted job names.")
    }
    return OpenedJob(
      accept: accept, blinds: header.blinds, seed: seed, body: body, request: request, prompt: prompt)
  }

  private static func checkFit(
    _ accept: Accept, header: JobHeader, form: RequestForm, body: [UInt8]
  ) throws(RequestError) {
    guard accept.form == form else {
      throw RequestError(.jobMismatch, nil, "The job was accepted for another endpoint.")
    }
    guard accept.requestByteCount == UInt64(body.count),
      accept.requestCommitment == header.blinds.commitment(toRequest: body)
    else {
      throw RequestError(.jobMismatch, nil, "The body is not the one that the accepted job committed to.")
    }
    let fits =
      switch accept.seedKind {
      case .explicit: header.seedReveal == .zero
      case .gateway: SeedStatement.commitment(to: header.seedReveal) == accept.seedCommitment
      }
    guard fits else { throw RequestError(.jobMismatch, nil, "The seed is not the one that the job committed to.") }
  }

  private static func seed(
    of request: InferenceRequest, accept: Accept, reveal: Digest
  ) throws(RequestError) -> SeedStatement {
    switch (accept.seedKind, request.seed) {
    case (.explicit, let seed?): return .explicit(seed)
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
