import Audit
import Dialects
import Hashing
import Receipts
import StrictJSON

/// Who asks, and on whose account.
package struct RequesterProfile: Sendable {
  package var network: Digest
  package var payerKind: PayerKind
  package var payer: Digest
  /// How long its receipts live as evidence, in milliseconds.
  package var receiptLifetime: UInt64
  /// Where the roots of providers' contributions are looked up. With it seeds are joint unless the request names one.
  package var contributions: (any ContributionLookup)?

  package init(
    network: Digest = NetworkName.local, payerKind: PayerKind, payer: Digest, receiptLifetime: UInt64 = 86_400_000,
    contributions: (any ContributionLookup)? = nil
  ) {
    self.network = network
    self.payerKind = payerKind
    self.payer = payer
    self.receiptLifetime = receiptLifetime
    self.contributions = contributions
  }
}

/// What is asked of a provider.
package struct Question: Sendable {
  package var form: RequestForm
  /// The client's body, byte for byte.
  package var body: [UInt8]
  /// The program that must answer.
  package var programRoot: Digest
  /// The request's own seed, if it names one.
  package var explicitSeed: Int64?

  package init(form: RequestForm, body: [UInt8], programRoot: Digest, explicitSeed: Int64?) {
    self.form = form
    self.body = body
    self.programRoot = programRoot
    self.explicitSeed = explicitSeed
  }
}

/// A question with everything that the requester draws for it: nothing of it leaves before the provider has accepted,
/// save that for a joint seed the provider gets everything but the seed's secret with the accept request.
package struct Errand: Sendable {
  package let question: Question
  package let requestID: RequestID
  package let nonce: Digest
  package let blinds: Blinds
  /// The secret whose hash is committed; `nil` for an explicit seed.
  package let secret: Digest?
  package let seedKind: SeedKind
  /// The channel that pays; zero for none.
  package var channel = Digest.zero
  private let revelation = Revelation()

  /// Draws id, nonce, blinds and secret from the system's generator.
  /// - Parameter isJoint: whether the provider shall contribute to the seed, unless the request names one.
  package init(_ question: Question, isJoint: Bool = false) {
    self.question = question
    requestID = .random()
    nonce = .random()
    blinds = Blinds(master: .random())
    secret = question.explicitSeed == nil ? .random() : nil
    seedKind = question.explicitSeed != nil ? .explicit : isJoint ? .joint : .gateway
  }

  /// What the provider is asked to accept.
  package func acceptRequest(_ profile: RequesterProfile, now: UInt64) -> AcceptRequest {
    AcceptRequest(
      requestID: requestID, nonce: nonce, programRoot: question.programRoot, form: question.form,
      requestCommitment: blinds.commitment(toRequest: question.body), requestByteCount: UInt64(question.body.count),
      seedKind: seedKind,
      seedCommitment: secret.map(SeedStatement.commitment) ?? .zero, payerKind: profile.payerKind,
      payer: profile.payer, expiry: now.addingSaturating(profile.receiptLifetime), channel: channel)
  }

  /// What opens the commitments, once the provider has accepted.
  package var header: JobHeader {
    JobHeader(requestID: requestID, blinds: blinds, seedReveal: secret ?? .zero)
  }

  /// What opens the commitments, for the provider of a verified accept. The secret of a joint seed is revealed once:
  /// whoever has seen it could look for a contribution that suits it.
  /// - Throws: `PeerError.unverified` for a second time.
  package func reveal() throws(PeerError) -> JobHeader {
    guard seedKind != .joint || revelation.happensNow() else {
      throw .unverified("the seed's secret was revealed before; ask again with another")
    }
    return header
  }

  /// Checks an accept: signed by the key, word for word what was asked, at the price that was offered, by a clock that
  /// agrees with ours.
  package func verify(
    _ accept: SignedAccept, asked: AcceptRequest, by provider: IdentityDocument, now: UInt64
  ) throws(PeerError) {
    guard accept.isSigned, accept.body.providerKey == provider.key else { throw .unverified("the accept's signature") }
    guard let program = provider.programs.first(where: { $0.root == question.programRoot }) else {
      throw .unverified("the provider does not offer this program")
    }
    let expected = asked.accept(
      network: provider.network, key: provider.key, prices: program.price, now: accept.body.acceptedAt,
      contribution: seedKind == .joint ? accept.body.contribution : .none)
    guard accept.body == expected else { throw .unverified("the accept is not what was asked for") }
    do { try ClockTolerance.check(peerTime: accept.body.acceptedAt, now: now) } catch { throw .clock(error) }
  }

  /// What the bundle that comes back must say.
  package func expectation(_ accept: SignedAccept, shownText: [UInt8]) -> ExpectedJob {
    var expectation = ExpectedJob()
    expectation.network = accept.body.network
    expectation.requestID = requestID
    expectation.clientNonce = nonce
    expectation.provider = accept.body.providerKey.provider
    expectation.programRoot = question.programRoot
    expectation.form = question.form
    expectation.requestBody = question.body
    expectation.blinds = blinds
    expectation.seedSecret = secret
    expectation.channel = accept.body.channel
    expectation.contributionsRoot = accept.body.contribution.root
    expectation.prices = accept.body.payment.prices
    expectation.channel = channel
    expectation.sampling = (try? InferenceRequest(endpoint: question.form.endpoint, body: question.body))
      .map { StatedSampling(stating: $0.sampling) }
    expectation.text = shownText
    return expectation
  }
}

extension RequestForm {
  /// The same endpoint where requests are read.
  package var endpoint: Endpoint {
    switch self {
    case .chat: .chat
    case .completions: .completions
    case .embeddings: .embeddings
    case .images: .images
    case .sequences: .sequences
    }
  }
}

extension Endpoint {
  /// The same endpoint where receipts are written.
  package var form: RequestForm {
    switch self {
    case .chat: .chat
    case .completions: .completions
    case .embeddings: .embeddings
    case .images: .images
    case .sequences: .sequences
    }
  }
}
