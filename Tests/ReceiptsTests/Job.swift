import Hashing
import Testing

@testable import Receipts

/// SplitMix64: the same numbers in every run.
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var value = state
    value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
    value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
    return value ^ value >> 31
  }

  mutating func bytes(_ count: Int) -> [UInt8] {
    (0..<count).map { _ in UInt8.random(in: .min ... .max, using: &self) }
  }
  mutating func digest() throws -> Digest { try #require(Digest(bytes(32))) }
  mutating func tokens(_ count: Int) -> [UInt32] { (0..<count).map { _ in .random(in: 0..<32_000, using: &self) } }
}

/// Two providers' key seeds.
enum KeySeed {
  static let honest = [UInt8](repeating: 7, count: 32)
  static let other = [UInt8](repeating: 8, count: 32)
}

func signingKey(_ seed: [UInt8] = KeySeed.honest) throws -> SigningKey {
  guard let key = SigningKey(seed: seed) else { throw SigningError() }
  return key
}

/// One honest job: drawn tokens, a small invented trace, everything else as a provider would do it.
struct Job {
  var keySeed = KeySeed.honest
  var requestBody = Array(#"{"model":"m","messages":[{"role":"user","content":"How tall is a giraffe?"}]}"#.utf8)
  var text = Array("About five metres.".utf8)
  var promptCount = 5
  var answerCount = 7
  var layers: UInt32 = 2
  var explicitSeed: Int64?
  /// Where a joint seed's contribution comes from, and which.
  var contributions: ContributionTree?
  var slot: UInt32 = 7
  /// The channel that pays, and what it owed before.
  var channel: Digest?
  var owedBefore: UInt64 = 0
  /// Receipts of the batch that it is anchored in; the job's own is the last but one, or the only one.
  var batchCount: Int?
  var sampling = StatedSampling(maxTokens: 64)
  var finishReason = FinishReason.stopToken
  var hasTrace = true
  var hasCertificate = true
  var hasConsent = true
  /// Whether the requester tokenises itself.
  var namesPrompt = false
  var drawn: UInt64 = 1
  var form = RequestForm.chat
  /// What jobs of one payer share.
  var network: Digest?
  var payer: Digest?
  var program: Digest?
  /// An earlier job whose first positions are cached, and how many.
  var origin: (bundle: Bundle, length: Int)?

  private var positionCount: Int {
    switch form {
    case .chat, .completions: promptCount + answerCount - 1 - (origin?.length ?? 0)
    case .embeddings: promptCount
    case .images, .sequences: 1
    }
  }

  func bundle() throws -> Bundle {
    var generator = SeededGenerator(drawn)
    let key = try signingKey(keySeed)
    let blinds = Blinds(master: try generator.digest())
    let seed = try seed(&generator)
    let (prompt, answer) = (generator.tokens(promptCount), generator.tokens(answerCount))
    var promise = try accept(key.publicKey, blinds, seed, &generator)
    if hasConsent { promise.consentCommitment = Consent.commitment(isGiven: true, blind: try generator.digest()) }
    if let channel { promise.channel = channel }
    if let contributions { promise.contribution = try #require(contributions.slot(slot)) }
    if namesPrompt { promise.promptCommitment = blinds.commitment(toPrompt: prompt) }
    let accept = try key.sign(promise)
    let positions = UInt32(positionCount)
    let cells = try (0..<Int(positions * layers)).map { _ in try generator.digest() }
    let root = try #require(TraceHashes.root(of: cells, positions: positions, layers: layers))
    let amount = try #require(
      accept.body.payment.prices.amount(promptTokens: UInt32(promptCount), answerTokens: UInt32(answerCount)))
    let receipt = Receipt(
      for: accept, arithmeticVersion: 1, promptCommitment: blinds.commitment(toPrompt: prompt),
      promptCount: UInt32(promptCount), prefix: origin.map { $0.bundle.prefix($0.length) } ?? .none,
      sampling: sampling, seed: seed, answer: statement(of: answer, blinds),
      trace: TraceStatement(root: root, positions: positions, layers: layers),
      amountOwed: amount, channelOwed: channel == nil ? 0 : owedBefore + amount,
      times: ReceiptTimes(
        accepted: 1_000_000, firstToken: origin == nil ? 1_000_100 : 1_000_950,
        finished: origin == nil ? 1_000_900 : 1_000_999))
    let der = generator.bytes(90)
    let certificate = CertificateStatement(
      der: der, signature: try key.signature(over: CertificateStatement.digest(of: der)))
    let signed = try key.sign(receipt)
    return Bundle(
      receipt: signed, accept: accept, blinds: blinds, requestBody: requestBody, prompt: prompt,
      answer: answer, text: text, trace: hasTrace ? cells : nil, certificate: hasCertificate ? certificate : nil,
      prefixOrigin: origin.map { $0.bundle.origin($0.length) }, joint: contributions?.opening(of: slot),
      inclusion: try batchCount.map { try signed.inclusion(among: $0) })
  }

  private func seed(_ generator: inout SeededGenerator) throws -> SeedStatement {
    if let explicitSeed { return .explicit(explicitSeed) }
    let secret = try generator.digest()
    return contributions == nil ? .gateway(revealing: secret) : .joint(revealing: secret)
  }

  private func accept(
    _ key: PublicKey, _ blinds: Blinds, _ seed: SeedStatement, _ generator: inout SeededGenerator
  ) throws -> Accept {
    Accept(
      network: try network ?? generator.digest(), requestID: try #require(RequestID(generator.bytes(16))),
      clientNonce: try generator.digest(), providerKey: key, programRoot: try program ?? generator.digest(), form: form,
      requestCommitment: blinds.commitment(toRequest: requestBody), requestByteCount: UInt64(requestBody.count),
      seedKind: seed.kind, seedCommitment: seed.commitment,
      payment: Payment(
        payerKind: .gateway, payer: try payer ?? generator.digest(), prices: Prices(prompt: 150_000, answer: 600_001)),
      acceptedAt: 1_000_000, expiry: 9_000_000)
  }

  private func statement(of answer: [UInt32], _ blinds: Blinds) -> AnswerStatement {
    AnswerStatement(
      chainEnd: TokenChain(blinds, over: answer).end, count: UInt32(answer.count), finishReason: finishReason,
      isPartial: finishReason == .aborted, textCommitment: blinds.commitment(toText: text),
      textByteCount: UInt64(text.count))
  }
}

extension Bundle {
  /// Roots of the positions, which its trace has.
  private var tokenRoots: [Digest] {
    let layers = Int(receipt.body.trace.layers)
    let cells = trace ?? []
    return stride(from: 0, to: cells.count, by: layers).map { Merkle.root(of: cells[$0..<$0 + layers]) }
  }

  /// The first positions as a later receipt states them.
  func prefix(_ length: Int) -> CachedPrefix {
    CachedPrefix(
      length: UInt32(length), root: Merkle.root(of: tokenRoots[..<length]), traceBlind: blinds.trace)
  }

  /// What a later bundle carries of this one.
  func origin(_ length: Int) -> PrefixOrigin {
    PrefixOrigin(
      receipt: receipt, traceBlind: blinds.trace, root: Merkle.root(of: tokenRoots[..<length]),
      path: TreePrefix.path(length: length, of: tokenRoots[...]))
  }

  /// The same bundle after a provider has changed its mind and signed everything anew.
  func forged(
    by seed: [UInt8] = KeySeed.honest, accept editAccept: (inout Accept) -> Void = { _ in },
    receipt editReceipt: (inout Receipt) -> Void = { _ in }
  ) throws -> Bundle {
    let key = try signingKey(seed)
    var forged = self
    editAccept(&forged.accept.body)
    forged.accept = try key.sign(forged.accept.body)
    forged.receipt.body.acceptHash = forged.accept.hash
    editReceipt(&forged.receipt.body)
    forged.receipt = try key.sign(forged.receipt.body)
    return forged
  }

  /// The same bundle with other contents and the same signatures.
  func edited(_ edit: (inout Bundle) -> Void) -> Bundle {
    var edited = self
    edit(&edited)
    return edited
  }
}

extension SignedReceipt {
  /// The batch with so many receipts, of which this one is the last but one, or the only one.
  func batch(among count: Int) throws -> (batch: ReceiptBatch, index: UInt32) {
    let index = max(0, count - 2)
    let hashes = (0..<count).map { $0 == index ? hash : Merkle.leaf([UInt8(truncatingIfNeeded: $0)]) }
    return (try #require(ReceiptBatch(receipts: hashes)), UInt32(index))
  }

  func inclusion(among count: Int) throws -> Inclusion {
    let (batch, index) = try batch(among: count)
    return Inclusion(
      chain: body.network, provider: body.provider, batch: 3, height: 1_000, index: index, count: batch.count,
      path: try #require(batch.path(to: index)))
  }

  /// What the ledger has of that batch.
  func anchor(among count: Int) throws -> AnchoredBatch {
    let batch = try batch(among: count).batch
    return AnchoredBatch(number: 3, height: 1_000, root: batch.root, count: batch.count)
  }
}

extension VerificationReport {
  var failed: [Check] { findings.filter { $0.verdict == .failed }.map(\.check) }
}

extension Digest {
  /// Another digest: the lowest bit of the first byte turned.
  var turned: Digest { Digest([bytes[0] ^ 1] + bytes.dropFirst()) ?? .zero }
}
