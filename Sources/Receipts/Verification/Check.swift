/// The checks of level 0, in the order in which they are made.
public enum Check: String, Sendable, CaseIterable {
  case layout
  case acceptSignature = "accept signature"
  case receiptSignature = "receipt signature"
  case provider
  case accept
  case request
  case seed
  case prompt
  case chain
  case text
  case trace
  case positions
  case prefix = "cached prefix"
  case amount
  case channel
  case sampling
  case finish
  case times
  case consent
  case certificate
  case inclusion
  case expectation
  case expiry
}

/// What a check found.
public struct Finding: Equatable, Sendable {
  /// Passed, failed, or not decidable from what is there.
  public enum Verdict: String, Sendable {
    case passed
    case failed
    case cannotTell = "cannot tell"
  }

  public let check: Check
  public let verdict: Verdict
  /// One line: what was compared, or what stands against it.
  public let detail: String

  public init(_ check: Check, _ verdict: Verdict, _ detail: String) {
    self.check = check
    self.verdict = verdict
    self.detail = detail
  }
}
