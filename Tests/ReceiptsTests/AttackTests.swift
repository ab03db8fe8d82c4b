import Hashing
import Testing

@testable import Receipts

/// What an adversary will try, and what level 0 says to it.
@Suite struct AttackTests {
  @Test(arguments: [nil, -7, .max] as [Int64?])
  func honestBundleIsVerified(seed: Int64?) throws {
    var job = Job(explicitSeed: seed)
    if let seed { job.requestBody = Array(#"{"model":"m","seed":\#(seed)}"#.utf8) }
    let report = VerificationReport(bundle: try job.bundle().encoded(), now: 2_000_000)
    #expect(report.isVerified)
    #expect(report.findings.filter { $0.verdict != .passed }.map(\.check) == [.consent])
    #expect(
      report.findings.map(\.check)
        == Check.allCases.filter { ![.prefix, .channel, .inclusion, .expectation].contains($0) })
  }

  @Test func everyFlippedByteOfABundleIsRefused() throws {
    let bytes = try Job().bundle().encoded()
    for index in bytes.indices {
      var flipped = bytes
      flipped[index] ^= 1 << UInt8(index % 8)
      let report = VerificationReport(bundle: flipped)
      #expect(!report.isVerified, "byte \(index)")
      #expect(report.refutation.map { !$0.reason.isEmpty } ?? false, "byte \(index)")
    }
  }

  @Test func replayedReceiptUnderAnotherRequest() throws {
    let bundle = try Job().bundle()
    let other = Array(#"{"model":"m","messages":[{"role":"user","content":"How tall is a gorilla??"}]}"#.utf8)
    #expect(other.count == bundle.requestBody.count + 1)
    #expect(
      VerificationReport(of: bundle.edited { $0.requestBody = other }).refutation
        == .requestByteCount(stated: UInt64(bundle.requestBody.count), actual: other.count))
    let sameLength = Array(other.filter { $0 != UInt8(ascii: "?") }) + Array(bundle.requestBody.suffix(1))
    let padded = Array(sameLength.prefix(bundle.requestBody.count))
    #expect(padded.count == bundle.requestBody.count)
    #expect(VerificationReport(of: bundle.edited { $0.requestBody = padded }).refutation == .requestCommitment)
    #expect(
      VerificationReport(of: bundle.edited { $0.blinds = Blinds(master: $0.blinds.master.turned) }).refutation
        == .requestCommitment)
  }

  /// A whole old bundle is sound; only the requester knows that it asked for something else.
  @Test func replayedBundleForANewJob() throws {
    let (old, new) = (try Job(drawn: 1).bundle(), try Job(drawn: 2).bundle())
    #expect(VerificationReport(of: old).isVerified)
    var expectation = ExpectedJob()
    expectation.requestID = new.receipt.body.requestID
    #expect(VerificationReport(of: old, expectation: expectation).refutation == .expectation(field: "request id"))
  }

  /// The copier keeps the honest provider's accept: it names another key.
  @Test func copiedAnswerUnderTheOriginalAccept() throws {
    let original = try Job().bundle()
    let key = try signingKey(KeySeed.other)
    var copy = original
    copy.receipt.body.providerKey = key.publicKey
    copy.receipt.body.provider = key.publicKey.provider
    copy.receipt = try key.sign(copy.receipt.body)
    copy.certificate = nil
    #expect(VerificationReport(of: copy).refutation == .accept(field: "provider key"))
  }

  /// The copier has an accept of its own: level 0 sees nothing and says so; the trace was salted for the original
  /// provider, so level 1 does.
  @Test func copiedAnswerUnderAnAcceptOfTheCopierIsLeftToLevelOne() throws {
    let original = try Job().bundle()
    let key = try signingKey(KeySeed.other).publicKey
    var copy = try original.forged(
      by: KeySeed.other, accept: { $0.providerKey = key },
      receipt: {
        $0.providerKey = key
        $0.provider = key.provider
      })
    #expect(VerificationReport(of: copy).refutation == .certificate)
    copy.certificate = nil
    let report = VerificationReport(of: copy)
    #expect(report.isVerified)
    #expect(report.limitations.contains { $0.contains("level rerun") })
    let blinds = original.blinds
    #expect(blinds.traceSalt(provider: key.provider) != blinds.traceSalt(provider: original.receipt.body.provider))
  }

  @Test func overCountedTokens() throws {
    let bundle = try Job().bundle()
    let prices = bundle.receipt.body.payment.prices
    let answer = try bundle.forged(receipt: {
      $0.answer.count += 10
      $0.trace.positions += 10
      $0.amountOwed = prices.amount(promptTokens: 5, answerTokens: 17) ?? 0
    })
    #expect(VerificationReport(of: answer).refutation == .answerCount(stated: 17, actual: 7))
    let prompt = try bundle.forged(receipt: {
      $0.promptCount += 10
      $0.trace.positions += 10
      $0.amountOwed = prices.amount(promptTokens: 15, answerTokens: 7) ?? 0
    })
    #expect(VerificationReport(of: prompt).refutation == .promptCount(stated: 15, actual: 5))
    let padded = try bundle.forged(receipt: { $0.answer.count += 1 }).edited { $0.answer.append(0) }
    #expect(VerificationReport(of: padded).refutation == .chain)
  }

  @Test func claimedPriceAboveTheOwedOne() throws {
    let bundle = try Job().bundle()
    let honest = bundle.receipt.body.amountOwed
    let greedy = try bundle.forged(receipt: { $0.amountOwed += 1 })
    #expect(VerificationReport(of: greedy).refutation == .amount(stated: honest + 1, computed: honest))
    let raised = try bundle.forged(receipt: { $0.payment.prices.answer += 1 })
    #expect(VerificationReport(of: raised).refutation == .accept(field: "payment"))
    var expectation = ExpectedJob()
    expectation.prices = bundle.receipt.body.payment.prices
    let both = try bundle.forged(
      accept: { $0.payment.prices.answer += 1 }, receipt: { $0.payment.prices.answer += 1 })
    #expect(VerificationReport(of: both, expectation: expectation).failed.contains(.expectation))
  }

  @Test func steeredSeed() throws {
    let gateway = try Job().bundle()
    let drawnAgain = try gateway.forged(receipt: { $0.seed.material = $0.seed.material.turned })
    #expect(VerificationReport(of: drawnAgain).refutation == .seed(.commitment))
    let recommitted = try gateway.forged(receipt: { $0.seed = .gateway(revealing: $0.seed.material.turned) })
    #expect(VerificationReport(of: recommitted).refutation == .accept(field: "seed commitment"))
    var job = Job(explicitSeed: 42)
    job.requestBody = Array(#"{"seed":42}"#.utf8)
    let steered = try job.bundle().forged(receipt: { $0.seed = .explicit(43) })
    #expect(VerificationReport(of: steered).refutation == .seed(.ignored))
  }

  @Test func ignoredAndInventedSeeds() throws {
    var job = Job()
    job.requestBody = Array(#"{"seed":42}"#.utf8)
    #expect(VerificationReport(of: try job.bundle()).failed == [.seed])
    #expect(VerificationReport(of: try job.bundle()).refutation == .seed(.ignored))
    #expect(VerificationReport(of: try Job(explicitSeed: 1).bundle()).refutation == .seed(.invented))
    let exponent = #"{"seed":1e-9223372036854775808}"#
    for body in ["not JSON", #"{"seed":1.5}"#, #"{"seed":"1"}"#, "[]", exponent] {
      job.requestBody = Array(body.utf8)
      #expect(VerificationReport(of: try job.bundle()).refutation == .seed(.unreadable), "\(body)")
    }
    job.requestBody = Array(#"{"seed":null}"#.utf8)
    #expect(VerificationReport(of: try job.bundle()).isVerified)
  }

  /// The gateway commits to its own wording; what the user asked for is not in the receipt. The user who keeps the
  /// request sees it; without it `verify` cannot, and prints what the gateway kind does not protect against.
  @Test func promptRewrittenByAGateway() throws {
    let asked = Array(#"{"model":"m","messages":[{"role":"user","content":"Is it safe?"}]}"#.utf8)
    let bundle = try Job().bundle()
    var expectation = ExpectedJob()
    expectation.requestBody = asked
    #expect(VerificationReport(of: bundle, expectation: expectation).refutation == .expectation(field: "request"))
    #expect(VerificationReport(of: bundle).limitations.contains { $0.contains("gateway and a provider together") })
  }

  @Test func promptOfOtherTokens() throws {
    let bundle = try Job().bundle()
    #expect(VerificationReport(of: bundle.edited { $0.prompt[2] ^= 1 }).refutation == .promptCommitment)
    #expect(VerificationReport(of: bundle.edited { $0.prompt.swapAt(0, 1) }).refutation == .promptCommitment)
    #expect(VerificationReport(of: bundle.edited { $0.answer.swapAt(0, 1) }).refutation == .chain)
    #expect(VerificationReport(of: bundle.edited { $0.text[0] ^= 1 }).refutation == .textCommitment)
  }

  @Test func wrongAccept() throws {
    let (bundle, other) = (try Job(drawn: 1).bundle(), try Job(drawn: 2).bundle())
    #expect(VerificationReport(of: bundle.edited { $0.accept = other.accept }).refutation == .accept(field: "network"))
    let unsigned = bundle.edited { $0.accept.body.expiry += 1 }
    #expect(VerificationReport(of: unsigned).refutation == .acceptSignature)
  }

  @Test func expiredReceipt() throws {
    let bundle = try Job().bundle()
    #expect(VerificationReport(of: bundle, now: 9_000_000).isVerified)
    #expect(VerificationReport(of: bundle, now: 9_000_001).refutation == .expired(at: 9_000_000, now: 9_000_001))
    #expect(VerificationReport(of: bundle)[.expiry] == nil)
  }

  @Test(arguments: [1, 7]) func partialReceiptIsValid(count: Int) throws {
    let report = VerificationReport(of: try Job(answerCount: count, finishReason: .aborted).bundle())
    #expect(report.isVerified)
    #expect(report[.finish]?.detail.contains("partial") ?? false)
  }

  /// Either side can end an answer early, and the receipt looks the same.
  @Test func providerThatCutsAnAnswerShortAndBlamesTheRequester() throws {
    let (whole, partial) = (Job(), Job(answerCount: 3, finishReason: .aborted))
    #expect(
      VerificationReport(of: try partial.bundle()).limitations.contains {
        $0.hasPrefix("who cut the answer short") && $0.contains("the program would have gone on")
      })
    #expect(!VerificationReport(of: try whole.bundle()).limitations.contains { $0.contains("cut the answer short") })
  }

  @Test func receiptWithoutAnyAnswerTokenIsValid() throws {
    let job = Job(text: [], promptCount: 1, answerCount: 0, finishReason: .aborted)
    #expect(VerificationReport(of: try job.bundle()).isVerified)
  }

  @Test func signatureOfAnotherKey() throws {
    let bundle = try Job().bundle()
    let receipt = try signingKey(KeySeed.other).sign(bundle.receipt.body)
    #expect(VerificationReport(of: bundle.edited { $0.receipt = receipt }).failed == [.receiptSignature])
    let accept = try signingKey(KeySeed.other).sign(bundle.accept.body)
    let foreign = bundle.edited { $0.accept = accept }
    #expect(VerificationReport(of: foreign).refutation == .acceptSignature)
  }

  @Test func signatureOfAnotherKindOfStatement() throws {
    let bundle = try Job().bundle()
    let wrongDomain = try signingKey().signature(over: taggedHash("razao/accept/1", bundle.receipt.body.body))
    #expect(VerificationReport(of: bundle.edited { $0.receipt.signature = wrongDomain }).failed == [.receiptSignature])
  }

  @Test func strippedTraceIsSaid() throws {
    let report = VerificationReport(of: try Job(hasTrace: false, hasCertificate: false, hasConsent: false).bundle())
    #expect(report.isVerified)
    #expect(report[.trace]?.verdict == .cannotTell)
    #expect(report[.certificate] == nil && report[.consent] == nil)
  }
}
