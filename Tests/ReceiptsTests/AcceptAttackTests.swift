import Hashing
import Testing

@testable import Receipts

/// Attacks on what requester and provider settle before the answer, and on what a bundle may hold.
@Suite struct AcceptAttackTests {
  /// The provider holds the master blind, and with it every blind that is made of it.
  @Test func providerReadsTheConsentWithItsBlinds() throws {
    let bundle = try Job().bundle()
    let stated = bundle.accept.body.consentCommitment
    let (master, blinds) = (bundle.blinds.master, bundle.blinds)
    let known = [
      master, .zero, blinds.request, blinds.prompt, blinds.chain, blinds.text, blinds.trace,
      taggedHash("razao/blind/consent/1", master.bytes),
    ]
    for blind in known {
      #expect(Consent.commitment(isGiven: true, blind: blind) != stated)
      #expect(Consent.commitment(isGiven: false, blind: blind) != stated)
    }
  }

  @Test func providerExchangesTheConsent() throws {
    let bundle = try Job().bundle()
    let refusal = Consent.commitment(isGiven: false, blind: bundle.blinds.master)
    for replacement in [refusal, .zero] {
      let forged = try bundle.forged(receipt: { $0.consentCommitment = replacement })
      #expect(VerificationReport(of: forged).refutation == .accept(field: "consent commitment"))
    }
    let invented = try Job(hasConsent: false).bundle().forged(receipt: { $0.consentCommitment = refusal })
    #expect(VerificationReport(of: invented).refutation == .accept(field: "consent commitment"))
  }

  @Test func consentIsLeftToItsUser() throws {
    let report = VerificationReport(of: try Job().bundle())
    #expect(report.isVerified)
    #expect(report[.consent] == Finding(.consent, .cannotTell, "opened by its user"))
    #expect(VerificationReport(of: try Job(hasConsent: false).bundle())[.consent] == nil)
  }

  /// Ids, count, commitment and amount agree with each other; only the requester's word from before the accept
  /// stands against them.
  @Test func providerRewritesThePrompt() throws {
    func rewritten(_ job: Job) throws -> VerificationReport {
      let bundle = try job.bundle().edited { $0.prompt[2] ^= 1 }
      return VerificationReport(
        of: try bundle.forged(receipt: { $0.promptCommitment = bundle.blinds.commitment(toPrompt: bundle.prompt) }))
    }
    let seen = try rewritten(Job(namesPrompt: true))
    #expect(seen.refutation == .promptReplaced && seen.failed == [.prompt])
    let unseen = try rewritten(Job())
    #expect(unseen.isVerified)
    #expect(unseen.limitations.contains { $0.contains("template and tokenizer") })
    let honest = VerificationReport(of: try Job(namesPrompt: true).bundle())
    #expect(honest.isVerified)
    #expect(honest[.prompt]?.detail.contains("named by the requester") ?? false)
  }

  /// A trace without hashes says as much as no trace: it has no encoding of its own.
  @Test func bundleWithASecondEncoding() throws {
    let bundle = try Job(hasTrace: false).bundle()
    #expect(Bundle.withTrace([], like: bundle) == bundle)
    #expect(bundle.edited { $0.trace = [] } == bundle)
    let bytes = bundle.encoded()
    #expect(bundle.edited { $0.trace = [] }.encoded() == bytes)
    let certificateCount = 4 + 64 + 90
    let mode = bytes.count - certificateCount - 1
    #expect(bytes[(mode - 4)...mode].elementsEqual([1, 0, 0, 0, 0]))
    var second = bytes
    second[mode] = 1
    let error = #expect(throws: ReceiptDecodingError.self) { try Bundle(decoding: second) }
    #expect(error?.description.contains("a trace of an unknown mode or size") ?? false)
  }

  /// A grid without cells has one root, whether or not hashes come along.
  @Test func emptyGridWithARoot() throws {
    let job = Job(text: [], promptCount: 1, answerCount: 0, finishReason: .aborted)
    let honest = try job.bundle()
    #expect(VerificationReport(of: honest)[.trace]?.verdict == .passed)
    let forged = try honest.forged(receipt: { $0.trace.root = $0.trace.root.turned })
    #expect(VerificationReport(of: forged).failed == [.trace])
  }

  @Test func requestThatIsTooLargeOrTooDeepToRead() throws {
    var job = Job()
    func refutation(_ body: String) throws -> Refutation? {
      job.requestBody = Array(body.utf8)
      return VerificationReport(of: try job.bundle()).refutation
    }
    func nested(_ depth: Int) -> String {
      #"{"a":"# + String(repeating: "[", count: depth) + String(repeating: "]", count: depth) + "}"
    }
    #expect(try refutation(nested(32)) == nil)
    #expect(try refutation(nested(33)) == .seed(.unreadable))
    let largest = #"{"a":""# + String(repeating: "x", count: 8 << 20 - 8) + #""}"#
    #expect(largest.utf8.count == 8 << 20)
    #expect(try refutation(largest) == nil)
    #expect(try refutation(largest + " ") == .seed(.unreadable))
  }

  @Test(arguments: ["5", "5.0", "5e0", "0.5e1", "50e-1"]) func seedWrittenInAnyFormOfAnInteger(text: String) throws {
    var job = Job(explicitSeed: 5)
    job.requestBody = Array(#"{"seed":\#(text)}"#.utf8)
    #expect(VerificationReport(of: try job.bundle()).isVerified)
  }
}

extension Bundle {
  /// The same bundle made anew with another trace.
  fileprivate static func withTrace(_ trace: [Digest]?, like bundle: Bundle) -> Bundle {
    Bundle(
      receipt: bundle.receipt, accept: bundle.accept, blinds: bundle.blinds, requestBody: bundle.requestBody,
      prompt: bundle.prompt, answer: bundle.answer, text: bundle.text, trace: trace, certificate: bundle.certificate)
  }
}
