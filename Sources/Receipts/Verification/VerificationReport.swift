/// What level 0 found in a bundle.
public struct VerificationReport: Equatable, Sendable {
  /// The bundle, when its layout could be read.
  public let bundle: Bundle?
  /// One finding for each check made, in order.
  public let findings: [Finding]
  /// The first failed check's evidence; `nil` when none failed.
  public let refutation: Refutation?

  init(bundle: Bundle?, findings: [Finding], refutation: Refutation?) {
    self.bundle = bundle
    self.findings = findings
    self.refutation = refutation
  }

  /// Whether nothing stands against the bundle at this level.
  public var isVerified: Bool { refutation == nil }

  /// What this level cannot see even when every check passes, a line each.
  public var limitations: [String] {
    guard let bundle else { return [] }
    let receipt = bundle.receipt.body
    return [
      "that the answer is the program's: level 0 runs nothing; level rerun does",
      "that the prompt's ids are those of the request: that takes the program's template and tokenizer",
      receipt.seed.kind.limitation,
    ] + (receipt.answer.isPartial ? [Self.partialLimitation] : [])
  }

  private static var partialLimitation: String {
    "who cut the answer short, the requester or the provider: the program would have gone on"
  }

  /// The finding of one check, if it was made.
  public subscript(check: Check) -> Finding? { findings.first { $0.check == check } }
}
