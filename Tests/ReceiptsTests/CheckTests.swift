import Hashing
import Testing

@testable import Receipts

/// One forgery for every way in which a check can fail. Each is caught by that check alone, so a check that is
/// removed or weakened makes its line here fail.
struct Forgery: Sendable, CustomTestStringConvertible {
  let check: Check
  let name: String
  let make: @Sendable (Bundle) throws -> Bundle

  init(_ check: Check, _ name: String, _ make: @escaping @Sendable (Bundle) throws -> Bundle) {
    self.check = check
    self.name = name
    self.make = make
  }

  var testDescription: String { "\(check.rawValue): \(name)" }

  static func receipt(_ check: Check, _ name: String, _ edit: @escaping @Sendable (inout Receipt) -> Void) -> Forgery {
    Forgery(check, name) { try $0.forged(receipt: edit) }
  }

  /// The accept says the same wrong thing as the receipt.
  static func both(
    _ check: Check, _ name: String, _ accept: @escaping @Sendable (inout Accept) -> Void,
    _ receipt: @escaping @Sendable (inout Receipt) -> Void
  ) -> Forgery {
    Forgery(check, name) { try $0.forged(accept: accept, receipt: receipt) }
  }

  static let signatures: [Forgery] = [
    Forgery(.acceptSignature, "another key's") { bundle in
      var forged = bundle
      forged.accept = try signingKey(KeySeed.other).sign(bundle.accept.body)
      forged.receipt.body.acceptHash = forged.accept.hash
      forged.receipt = try signingKey().sign(forged.receipt.body)
      return forged
    },
    Forgery(.receiptSignature, "another key's") { bundle in
      let receipt = try signingKey(KeySeed.other).sign(bundle.receipt.body)
      return bundle.edited { $0.receipt = receipt }
    },
    .receipt(.provider, "another provider's id") { $0.provider = $0.provider.turned },
    Forgery(.certificate, "another certificate") { $0.edited { $0.certificate?.der[0] ^= 1 } },
  ]

  static let shared: [Forgery] = [
    .receipt(.accept, "network") { $0.network = $0.network.turned },
    .receipt(.accept, "nonce") { $0.clientNonce = $0.clientNonce.turned },
    .receipt(.accept, "program") { $0.programRoot = $0.programRoot.turned },
    .receipt(.accept, "endpoint") { $0.form = .completions },
    .receipt(.accept, "payer kind") { $0.payment.payerKind = .direct },
    .receipt(.accept, "payer") { $0.payment.payer = $0.payment.payer.turned },
    .receipt(.accept, "time") { $0.times.accepted += 1 },
    .receipt(.accept, "expiry") { $0.expiry += 1 },
    .receipt(.accept, "hash") { $0.acceptHash = $0.acceptHash.turned },
    .receipt(.accept, "consent") { $0.consentCommitment = $0.consentCommitment.turned },
    .receipt(.accept, "channel") {
      $0.channel = $0.network
      $0.channelOwed = $0.amountOwed
    },
    .receipt(.accept, "consent taken away") { $0.consentCommitment = .zero },
    Forgery(.accept, "request id") { bundle in
      let id = try #require(RequestID([UInt8](repeating: 3, count: 16)))
      return try bundle.forged(receipt: { $0.requestID = id })
    },
    Forgery(.accept, "request commitment") { bundle in
      try bundle.forged(accept: { $0.requestCommitment = $0.requestCommitment.turned })
    },
    Forgery(.accept, "request byte count") { try $0.forged(accept: { $0.requestByteCount += 1 }) },
    Forgery(.accept, "seed kind") { try $0.forged(accept: { $0.seedKind = .explicit }) },
    Forgery(.accept, "seed commitment") { try $0.forged(accept: { $0.seedCommitment = $0.seedCommitment.turned }) },
    Forgery(.accept, "price") { try $0.forged(accept: { $0.payment.prices.prompt += 1 }) },
  ]

  static let contents: [Forgery] = [
    .both(.request, "byte count", { $0.requestByteCount += 1 }, { $0.requestByteCount += 1 }),
    .both(
      .request, "commitment", { $0.requestCommitment = $0.requestCommitment.turned },
      { $0.requestCommitment = $0.requestCommitment.turned }),
    .receipt(.seed, "another secret") { $0.seed.material = $0.seed.material.turned },
    .both(.seed, "a commitment to nothing", { $0.seedCommitment = .zero }, { $0.seed.commitment = .zero }),
    Forgery(.seed, "a contribution that nobody asked for") {
      try $0.forged(accept: { $0.contribution = ContributionSlot(epoch: 1, slot: 2, root: $0.network) })
    },
    .receipt(.prompt, "commitment") { $0.promptCommitment = $0.promptCommitment.turned },
    Forgery(.prompt, "another than the accept names") { bundle in
      try bundle.forged(accept: { $0.promptCommitment = bundle.receipt.body.promptCommitment.turned })
    },
    Forgery(.prompt, "an id more than stated") { $0.edited { $0.prompt.append(1) } },
    .receipt(.chain, "end") { $0.answer.chainEnd = $0.answer.chainEnd.turned },
    Forgery(.chain, "an id more than stated") { $0.edited { $0.answer.append(1) } },
    .receipt(.text, "commitment") { $0.answer.textCommitment = $0.answer.textCommitment.turned },
    .receipt(.text, "byte count") { $0.answer.textByteCount += 1 },
    .receipt(.trace, "root") { $0.trace.root = $0.trace.root.turned },
    .receipt(.trace, "layers") { $0.trace.layers += 1 },
    Forgery(.trace, "two cells swapped") { $0.edited { $0.trace?.swapAt(0, 1) } },
    Forgery(.trace, "a cell more") { $0.edited { $0.trace?.append(.zero) } },
  ]

  static let statements: [Forgery] = [
    Forgery(.positions, "one fewer") { bundle in
      try bundle.edited { $0.trace = nil }.forged(receipt: { $0.trace.positions -= 1 })
    },
    Forgery(.positions, "no layers") { try $0.edited { $0.trace = nil }.forged(receipt: { $0.trace.layers = 0 }) },
    Forgery(.positions, "1,025 layers") {
      try $0.edited { $0.trace = nil }.forged(receipt: { $0.trace.layers = 1_025 })
    },
    .receipt(.amount, "one more") { $0.amountOwed += 1 },
    .receipt(.amount, "one less") { $0.amountOwed -= 1 },
    .receipt(.channel, "owed without a channel") { $0.channelOwed = 1 },
    .both(.channel, "owing less than this answer", { $0.channel = $0.network }, { $0.channel = $0.network }),
    Forgery(.inclusion, "of another chain") { bundle in
      let inclusion = try bundle.receipt.inclusion(among: 5)
      return bundle.edited {
        $0.inclusion = inclusion
        $0.inclusion?.chain = inclusion.provider
      }
    },
    .both(
      .amount, "a price beyond 64 bits", { $0.payment.prices.answer = .max }, { $0.payment.prices.answer = .max }),
    .receipt(.finish, "length below the limit") { $0.answer.finishReason = .lengthLimit },
    .receipt(.finish, "more than the limit") { $0.sampling.maxTokens = 6 },
    .receipt(.finish, "length without a limit") {
      $0.sampling.maxTokens = 0
      $0.answer.finishReason = .lengthLimit
    },
    .receipt(.finish, "context full at the limit") {
      $0.sampling.maxTokens = 7
      $0.answer.finishReason = .contextFull
    },
    .receipt(.finish, "aborted at the limit") {
      $0.sampling.maxTokens = 7
      $0.answer.finishReason = .aborted
      $0.answer.isPartial = true
    },
    .receipt(.finish, "aborted and whole") { $0.answer.finishReason = .aborted },
    .receipt(.finish, "stopped and partial") { $0.answer.isPartial = true },
    .receipt(.times, "first token before accept") { $0.times.firstToken = $0.times.accepted - 1 },
    .receipt(.times, "end before first token") { $0.times.finished = $0.times.firstToken - 1 },
    .receipt(.times, "end after expiry") { $0.times.finished = $0.expiry + 1 },
  ]

  static let ranges: [Forgery] = [
    .receipt(.sampling, "arithmetic version") { $0.arithmeticVersion = 2 },
    .receipt(.sampling, "temperature low") { $0.sampling.temperature = 99 },
    .receipt(.sampling, "temperature high") { $0.sampling.temperature = 1_000_001 },
    .receipt(.sampling, "top-p low") { $0.sampling.topP = 0 },
    .receipt(.sampling, "top-p high") { $0.sampling.topP = 10_001 },
    .receipt(.sampling, "top-k") { $0.sampling.topK = 1 << 31 },
    .receipt(.sampling, "repetition low") { $0.sampling.repetition = 999 },
    .receipt(.sampling, "repetition high") { $0.sampling.repetition = 100_001 },
    .receipt(.sampling, "presence low") { $0.sampling.presence = -20_001 },
    .receipt(.sampling, "presence high") { $0.sampling.presence = 20_001 },
    .receipt(.sampling, "frequency low") { $0.sampling.frequency = -20_001 },
    .receipt(.sampling, "frequency high") { $0.sampling.frequency = 20_001 },
    .receipt(.sampling, "limit") { $0.sampling.maxTokens = 1 << 20 + 1 },
    .receipt(.sampling, "choice") { $0.sampling.choice = 1 },
    .receipt(.prefix, "a cached prefix's root without a prefix") { $0.prefix.commitment = $0.network },
  ]

  static let all = signatures + shared + contents + statements + ranges
}

@Suite struct CheckTests {
  @Test(arguments: Forgery.all)
  func forgeryIsCaughtByItsCheckAlone(forgery: Forgery) throws {
    let report = VerificationReport(bundle: try forgery.make(Job().bundle()).encoded())
    #expect(report.failed == [forgery.check])
    #expect(report.refutation.map { !$0.reason.isEmpty } ?? false)
  }

  /// Layout, expectation and expiry have tests of their own among the attacks. Consent never fails: what it must be
  /// equal to is checked with the accept.
  @Test func everyCheckHasAForgery() {
    let covered = Set(Forgery.all.map(\.check)).union([.layout, .consent, .expectation, .expiry])
    #expect(covered == Set(Check.allCases))
  }

  @Test func explicitSeedWithACommitmentOrPaddingIsRefused() throws {
    var job = Job(explicitSeed: 5)
    job.requestBody = Array(#"{"seed":5}"#.utf8)
    let bundle = try job.bundle()
    let padded = try bundle.forged(receipt: {
      $0.seed.material = Digest($0.seed.material.bytes.dropLast() + [1]) ?? .zero
    })
    #expect(VerificationReport(of: padded).refutation == .seed(.material))
    let committed = try bundle.forged(
      accept: { $0.seedCommitment = $0.seedCommitment.turned },
      receipt: { $0.seed.commitment = $0.seed.commitment.turned })
    #expect(VerificationReport(of: committed).failed == [.seed])
  }

  @Test func aPromptWithoutTokensIsRefused() throws {
    let empty = try Job(promptCount: 1).bundle()
    let blinds = empty.blinds
    let forged = try empty.edited { $0.prompt = [] }.forged(receipt: {
      $0.promptCount = 0
      $0.promptCommitment = blinds.commitment(toPrompt: [])
    })
    #expect(VerificationReport(of: forged).failed.contains(.prompt))
  }

  @Test func finishReasonsThatNeedATokenAreRefusedWithoutOne() throws {
    for reason in [FinishReason.stopToken, .stopString, .contextFull] {
      let bundle = try Job(text: [], answerCount: 0, finishReason: reason).bundle()
      #expect(VerificationReport(of: bundle).failed == [.finish], "\(reason)")
    }
  }

  @Test func finishReasonsWithinTheirRulesPass() throws {
    for (reason, limit) in [
      (FinishReason.stopString, 7), (.stopToken, 0), (.lengthLimit, 7), (.contextFull, 0), (.contextFull, 8),
      (.aborted, 0),
    ] as [(FinishReason, UInt32)] {
      let bundle = try Job(sampling: StatedSampling(maxTokens: limit), finishReason: reason).bundle()
      #expect(VerificationReport(of: bundle).isVerified, "\(reason) \(limit)")
    }
  }

  @Test func everyExpectedFieldIsCompared() throws {
    let bundle = try Job().bundle()
    let receipt = bundle.receipt.body
    var expectation = ExpectedJob()
    expectation.network = receipt.network
    expectation.requestID = receipt.requestID
    expectation.clientNonce = receipt.clientNonce
    expectation.provider = receipt.provider
    expectation.programRoot = receipt.programRoot
    expectation.form = receipt.form
    expectation.requestBody = bundle.requestBody
    expectation.blinds = bundle.blinds
    expectation.seedSecret = receipt.seed.material
    expectation.prices = receipt.payment.prices
    expectation.prompt = bundle.prompt
    expectation.sampling = receipt.sampling
    expectation.text = bundle.text
    #expect(VerificationReport(of: bundle, expectation: expectation)[.expectation]?.verdict == .passed)
    let edits: [(String, (inout ExpectedJob) -> Void)] = [
      ("network", { $0.network = .zero }), ("request id", { $0.requestID = RequestID([UInt8](0..<16)) }),
      ("client nonce", { $0.clientNonce = .zero }), ("provider", { $0.provider = .zero }),
      ("program", { $0.programRoot = .zero }), ("endpoint", { $0.form = .completions }),
      ("request", { $0.requestBody = [] }), ("blind", { $0.blinds = Blinds(master: .zero) }),
      ("seed", { $0.seedSecret = .zero }), ("price", { $0.prices?.prompt += 1 }), ("prompt", { $0.prompt = [] }),
      ("sampling parameters", { $0.sampling?.topK = 3 }), ("text", { $0.text = [] }),
    ]
    for (field, edit) in edits {
      var wrong = expectation
      edit(&wrong)
      #expect(VerificationReport(of: bundle, expectation: wrong).refutation == .expectation(field: field))
    }
  }
}
