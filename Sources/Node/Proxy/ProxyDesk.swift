import Dialects
import Hashing
import Logging
import Receipts

/// Asks one request of somebody and verifies the answer at level signature.
package typealias VerifiedAsk = @Sendable (_ form: RequestForm, _ body: [UInt8]) async throws -> VerifiedAnswer

/// An answer whose bundle did not verify at level signature, with that bundle: for whoever asks to keep both.
package struct UnverifiedAnswer: Error, Sendable {
  package var reason: String
  /// As it came.
  package var bundle: [UInt8]

  package init(reason: String, bundle: [UInt8]) {
    self.reason = reason
    self.bundle = bundle
  }
}

/// Gets answers, verifies each at the proxy's level, and keeps it: as a receipt when it holds, as evidence when not.
///
/// What `answer` returns has been verified; of any other answer nothing leaves this type but one line.
struct ProxyDesk: Sendable {
  let level: ProxyLevel
  let ask: VerifiedAsk
  /// Runs answers again; level rerun needs it.
  let recheck: Rerun?
  let shelf: BundleShelf
  let evidence: EvidenceFolder
  let clock: WallClock
  let logger: Logger

  /// - Throws: `RequestError`: the peer's refusal, or 502 for an answer that did not verify.
  func answer(_ form: RequestForm, body: [UInt8]) async throws -> VerifiedAnswer {
    let answer: VerifiedAnswer
    do { answer = try await ask(form, body) } catch { throw refusal(error) }
    if let reason = Self.contradiction(answer, form, body) { throw failure(reason, answer) }
    if level == .rerun { try await runAgain(answer) }
    shelf.put(answer.bundle, now: clock.now())
    return answer
  }

  /// Whether what came is a verified answer to what was asked; whoever asks has seen to that, and this costs nothing.
  private static func contradiction(_ answer: VerifiedAnswer, _ form: RequestForm, _ body: [UInt8]) -> String? {
    let receipt = answer.bundle.receipt.body
    if let refutation = answer.report.refutation { return refutation.reason }
    if receipt.form != form || answer.bundle.requestBody != body { return "the receipt is for another request" }
    if receipt.answer.isPartial { return "the answer was cut short" }
    return nil
  }

  private func runAgain(_ answer: VerifiedAnswer) async throws {
    guard let recheck else { throw failure("no program is at hand to run it again", answer) }
    switch await recheck([answer.bytes]).first {
    case .agrees: return
    case .refuted(let reason): throw failure(reason, answer)
    case .cannotTell(let reason): throw failure("it cannot be run again here, \(reason)", answer)
    case nil: throw failure("it cannot be run again here", answer)
    }
  }

  private func failure(_ reason: String, _ answer: VerifiedAnswer) -> RequestError {
    failure(reason, keeping: answer.bytes, of: answer.bundle.receipt.body.requestID)
  }

  private func failure(_ reason: String, keeping bundle: [UInt8], of id: Receipts.RequestID) -> RequestError {
    let isKept = evidence.keep(bundle: bundle, of: id)
    return withheld(reason, kept: isKept ? "its bundle is kept as evidence/\(id).bundle" : nil)
  }

  /// What a client is told of an answer that it does not get.
  private func withheld(_ reason: String, kept: String?) -> RequestError {
    let line = "The answer was not verified at level \(level.rawValue) and is withheld: \(reason)"
    let message = (kept.map { "\(line); \($0)." } ?? "\(line).").withoutControls
    logger.warning("\(message)")
    return RequestError(.providerFailed, nil, message)
  }

  /// What a client is told when no answer came.
  private func refusal(_ error: any Error) -> any Error {
    switch error {
    case let broken as BrokenAnswer:
      let isKept = evidence.keep(broken)
      let id = broken.accept.body.requestID
      return withheld("\(broken.reason)", kept: isKept ? "what there is of it is kept as evidence/\(id).accept" : nil)
    case let unverified as UnverifiedAnswer:
      guard let id = try? Bundle(decoding: unverified.bundle).receipt.body.requestID else {
        return withheld(unverified.reason, kept: nil)
      }
      return failure(unverified.reason, keeping: unverified.bundle, of: id)
    case PeerError.refused(let refusal): return refusal
    case PeerError.unreachable(let reason):
      let message = "Nobody answers where this proxy asks: \(reason). Start a network, or name another one."
      return RequestError(.noProvider, nil, message.withoutControls)
    case let error as PeerError: return withheld("\(error)", kept: nil)
    case is RequestError, is any RequestErrorConvertible, is CancellationError: return error
    default: return RequestError(.providerFailed, nil, "No verified answer came: \(error).".withoutControls)
    }
  }
}
