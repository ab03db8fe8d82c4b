import Hashing

extension VerificationReport {
  /// Level 0: checks everything in a bundle that can be checked without the program, offline.
  ///
  /// The checks and their order are those of the specification, section 9. All are made, whatever an earlier one
  /// found; only a layout that cannot be read ends the report at once.
  ///
  /// *Soundness.* A report without a refutation means that whoever holds the provider's key has stated, for exactly
  /// these request bytes, prompt ids, answer ids and text, exactly these counts, prices and trace root, and that
  /// these agree with each other. It does not mean that the program gives this answer, nor that prompt, sampling and
  /// text belong to request and ids: the caller must run the program (level 1), or name what it knows in
  /// `expectation`. The caller must also know that the network, the program root and the provider are those it wants;
  /// a bundle of another job is sound. Time is no part of it unless `now` is given.
  ///
  /// - Parameters:
  ///   - bytes: a bundle from anywhere; no bytes make this trap.
  ///   - expectation: what the caller knows from elsewhere.
  ///   - now: milliseconds since 1970, or `nil` to leave expiry out.
  /// - Complexity: O(bytes) hashing, two or three signatures.
  public init(bundle bytes: [UInt8], expectation: ExpectedJob? = nil, now: UInt64? = nil) {
    do {
      self.init(of: try Bundle(decoding: bytes), expectation: expectation, now: now)
    } catch {
      self.init(
        bundle: nil, findings: [Finding(.layout, .failed, error.description)], refutation: .layout(error))
    }
  }

  /// Level 0 of a bundle that is already read, or was never written.
  public init(of bundle: Bundle, expectation: ExpectedJob? = nil, now: UInt64? = nil) {
    let verifier = BundleVerifier(bundle: bundle, expectation: expectation, now: now)
    var findings = [Finding(.layout, .passed, "one canonical encoding")]
    var refutation: Refutation?
    for (check, make) in BundleVerifier.checks {
      do {
        guard let outcome = try make(verifier)() else { continue }
        findings.append(Finding(check, outcome.isCertain ? .passed : .cannotTell, outcome.detail))
      } catch {
        findings.append(Finding(check, .failed, error.reason))
        refutation = refutation ?? error
      }
    }
    self.init(bundle: bundle, findings: findings, refutation: refutation)
  }
}

/// The checks of level 0 as functions of one bundle.
struct BundleVerifier {
  let bundle: Bundle
  let expectation: ExpectedJob?
  let now: UInt64?

  var receipt: Receipt { bundle.receipt.body }
  var accept: Accept { bundle.accept.body }

  /// What a check says that did not fail; a check that does not apply says nothing.
  struct Outcome {
    var isCertain = true
    var detail: String
  }

  typealias CheckFunction = () throws(Refutation) -> Outcome?

  /// Every check after the layout, in order.
  static let checks: [(Check, @Sendable (BundleVerifier) -> CheckFunction)] = [
    (.acceptSignature, { $0.checkAcceptSignature }),
    (.receiptSignature, { $0.checkReceiptSignature }),
    (.provider, { $0.checkProvider }),
    (.accept, { $0.checkAccept }),
    (.request, { $0.checkRequest }),
    (.seed, { $0.checkSeed }),
    (.prompt, { $0.checkPrompt }),
    (.chain, { $0.checkChain }),
    (.text, { $0.checkText }),
    (.trace, { $0.checkTrace }),
    (.positions, { $0.checkPositions }),
    (.prefix, { $0.checkPrefix }),
    (.amount, { $0.checkAmount }),
    (.channel, { $0.checkChannel }),
    (.sampling, { $0.checkSampling }),
    (.finish, { $0.checkFinish }),
    (.times, { $0.checkTimes }),
    (.consent, { $0.checkConsent }),
    (.certificate, { $0.checkCertificate }),
    (.inclusion, { $0.checkInclusion }),
    (.expectation, { $0.checkExpectation }),
    (.expiry, { $0.checkExpiry }),
  ]

  func checkAcceptSignature() throws(Refutation) -> Outcome? {
    guard bundle.accept.isSigned else { throw .acceptSignature }
    return Outcome(detail: "Ed25519, key \(accept.providerKey.bytes.prefix(8).hex)…")
  }

  func checkReceiptSignature() throws(Refutation) -> Outcome? {
    guard bundle.receipt.isSigned else { throw .receiptSignature }
    return Outcome(detail: "Ed25519, key \(receipt.providerKey.bytes.prefix(8).hex)…")
  }

  func checkProvider() throws(Refutation) -> Outcome? {
    let computed = receipt.providerKey.provider
    guard computed == receipt.provider else { throw .provider(stated: receipt.provider, computed: computed) }
    return Outcome(detail: "\(computed)")
  }

  func checkAccept() throws(Refutation) -> Outcome? {
    let pairs: [(String, Bool)] = [
      ("network", accept.network == receipt.network),
      ("request id", accept.requestID == receipt.requestID),
      ("client nonce", accept.clientNonce == receipt.clientNonce),
      ("provider key", accept.providerKey == receipt.providerKey),
      ("program", accept.programRoot == receipt.programRoot),
      ("endpoint", accept.form == receipt.form),
      ("request commitment", accept.requestCommitment == receipt.requestCommitment),
      ("request byte count", accept.requestByteCount == receipt.requestByteCount),
      ("seed kind", accept.seedKind == receipt.seed.kind),
      ("seed commitment", accept.seedCommitment == receipt.seed.commitment),
      ("payment", accept.payment == receipt.payment),
      ("time", accept.acceptedAt == receipt.times.accepted),
      ("expiry", accept.expiry == receipt.expiry),
      ("consent commitment", accept.consentCommitment == receipt.consentCommitment),
      ("channel", accept.channel == receipt.channel),
      ("accept hash", bundle.accept.hash == receipt.acceptHash),
    ]
    for (field, agrees) in pairs where !agrees { throw .accept(field: field) }
    return Outcome(detail: "\(pairs.count) shared fields")
  }

  func checkAmount() throws(Refutation) -> Outcome? {
    let computed = receipt.payment.prices.amount(
      promptTokens: receipt.promptCount, answerTokens: receipt.answer.count)
    guard computed == receipt.amountOwed else { throw .amount(stated: receipt.amountOwed, computed: computed) }
    return Outcome(detail: "\(receipt.amountOwed) millionths of a credit owed")
  }

  func checkTimes() throws(Refutation) -> Outcome? {
    let times = receipt.times
    guard times.accepted <= times.firstToken, times.firstToken <= times.finished, times.finished <= receipt.expiry
    else { throw .times }
    return Outcome(detail: "\(times.finished - times.accepted) ms from accept to end, by the provider's clock")
  }

  /// Without a certificate there is nothing to check: the connection was somebody else's business.
  func checkCertificate() throws(Refutation) -> Outcome? {
    guard let certificate = bundle.certificate else { return nil }
    guard certificate.isSigned(by: receipt.providerKey) else { throw .certificate }
    return Outcome(detail: "signed by the provider's identity")
  }

  func checkExpectation() throws(Refutation) -> Outcome? {
    guard let expectation else { return nil }
    if let field = expectation.contradiction(in: bundle) { throw .expectation(field: field) }
    return Outcome(detail: "the job that was asked for")
  }

  func checkExpiry() throws(Refutation) -> Outcome? {
    guard let now else { return nil }
    guard now <= receipt.expiry else { throw .expired(at: receipt.expiry, now: now) }
    return Outcome(detail: "until \(receipt.expiry)")
  }
}
