import Dialects
import Hashing
import Receipts
import StrictJSON

/// Follows a provider's answer as it comes in and verifies it: a pure value, no socket and no clock.
///
/// Checkpoints are verified as far as a requester can; the last object's receipt and bundle completely, at level
/// signature, against the errand and the text that was shown. An answer without such an end is no answer.
package struct AnswerFollower: Sendable {
  private let errand: Errand
  private let accept: SignedAccept
  /// The text so far, UTF-8, or the value.
  package private(set) var text: [UInt8] = []
  /// The last checkpoint, whose signature was verified.
  package private(set) var checkpoint: SignedCheckpoint?
  /// The verified end of the answer.
  package private(set) var verified: VerifiedAnswer?
  private var hasEnded = false
  private var bounds = AnswerBounds()
  /// What a value's answer says of its tokens.
  private var valueUsage: TokenUsage?

  /// Where the question was asked: what decides where an answer may hold text.
  package var endpoint: Endpoint { errand.question.form.endpoint }

  package init(errand: Errand, accept: SignedAccept) {
    self.errand = errand
    self.accept = accept
  }

  /// Takes a part of the answer, whole or of a stream.
  /// - Throws: `PeerError.malformed` or `.unverified`; the part must not be shown then.
  package mutating func receive(_ part: AnswerPart) throws(PeerError) {
    guard verified == nil else { throw .malformed("something follows the receipt") }
    try bounds.receive(part)
    // Some clients stop reading there, others do not.
    guard !hasEnded || part.shown.isEmpty else { throw .malformed("text follows the finish reason") }
    try part.checkForm(errand.question.form, body: errand.question.body)
    hasEnded = hasEnded || part.end != nil
    text.append(contentsOf: part.shown)
    if part.value != nil { valueUsage = part.usage }
    guard let razao = part.razao, !razao.isNull else { return }
    if let encoded = razao["checkpoint"] { try receive(checkpoint: encoded) }
    if razao["bundle"] != nil { try receive(final: razao) }
  }

  private mutating func receive(checkpoint json: JSON) throws(PeerError) {
    guard let bytes = json.string.flatMap({ [UInt8](base64: $0) }), let signed = try? SignedCheckpoint(decoding: bytes)
    else { throw .malformed("a checkpoint") }
    // The prompt's length is the provider's word until the bundle comes; it must not change on the way.
    let promptCount =
      UInt64(signed.body.positions) + 1 - min(UInt64(signed.body.answerCount), UInt64(signed.body.positions))
    if let before = checkpoint?.body,
      Int64(before.positions) - Int64(before.answerCount)
        != Int64(signed.body.positions) - Int64(signed.body.answerCount)
    {
      throw .unverified("a checkpoint changes the prompt's length")
    }
    do {
      try signed.check(accept: accept, promptCount: UInt32(clamping: promptCount), previous: checkpoint?.body)
    } catch {
      throw .unverified("a checkpoint: \(error)")
    }
    checkpoint = signed
  }

  private mutating func receive(final razao: JSON) throws(PeerError) {
    let reader = HexMembers(razao)
    let receipt: [UInt8]
    let bytes: [UInt8]
    do {
      receipt = try reader.base64("receipt")
      bytes = try reader.base64("bundle")
    } catch {
      throw .malformed("`razao`: \(error)")
    }
    let report = VerificationReport(bundle: bytes, expectation: errand.expectation(accept, shownText: text))
    if let refutation = report.refutation { throw .unverified(refutation.reason) }
    // Whoever follows an answer has not gone away, so nobody but the provider can have cut it short.
    if report.bundle?.receipt.body.answer.isPartial == true { throw .unverified("the provider cut the answer short") }
    guard let bundle = report.bundle, bundle.receipt.encoded() == receipt else {
      throw .unverified("the receipt is not the bundle's")
    }
    try valueUsage?.check(bundle)
    guard bundle.accept == accept else { throw .unverified("the bundle holds another accept") }
    try checkLastCheckpoint(bundle)
    verified = VerifiedAnswer(bundle: bundle, bytes: bytes, report: report)
  }

  /// The last checkpoint lies on the answer's chain.
  private func checkLastCheckpoint(_ bundle: Bundle) throws(PeerError) {
    guard let body = checkpoint?.body else { return }
    let count = Int(body.answerCount)
    guard count <= bundle.answer.count, Int(body.positions) + 1 == bundle.prompt.count + count,
      TokenChain(bundle.blinds, over: bundle.answer.prefix(count)).end == body.chain
    else { throw .unverified("a checkpoint is not of this answer") }
  }
}

/// An answer whose bundle verified at level signature.
package struct VerifiedAnswer: Sendable {
  package var bundle: Bundle
  /// The bundle as it came.
  package var bytes: [UInt8]
  package var report: VerificationReport

  package var text: [UInt8] { bundle.text }
}

/// An answer that broke off; what can be held against the provider is here.
package struct BrokenAnswer: Error, Sendable, CustomStringConvertible {
  package var reason: PeerError
  package var accept: SignedAccept
  /// The last checkpoint that verified: the partial receipt.
  package var checkpoint: SignedCheckpoint?

  package var description: String {
    let kept = checkpoint.map { "; a checkpoint over \($0.body.answerCount) tokens is kept" } ?? ""
    return "the answer broke off: \(reason)\(kept)"
  }
}
