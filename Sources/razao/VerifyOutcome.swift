import Audit
import Receipts
import StrictJSON

/// What `razao verify` found, for people and for programs.
struct VerifyOutcome {
  let statement: VerificationReport
  let rerun: RerunReport?
  /// A rerun was asked for, and there is no program to run it with.
  let isRerunMissing: Bool
  /// What the ledger says, where one was asked.
  var ledger: LedgerFindings?

  /// The levels that were reached.
  var level: String {
    [rerun == nil ? "signature" : "rerun", ledger?.level].compactMap { $0 }.joined(separator: ", ")
  }

  /// What is wrong, if anything is.
  var refutation: String? { statement.refutation?.reason ?? rerun?.refutation?.reason ?? ledger?.refutation }

  var status: Int32 { refutation != nil ? 1 : isRerunMissing || isAnchorMissing ? 2 : 0 }

  private var isAnchorMissing: Bool { ledger.map { !$0.isAnchored } ?? false }

  var verdict: String {
    switch status {
    case 0: "verified"
    case 1: "refuted"
    default: "cannot tell"
    }
  }

  func print(json: Bool) {
    if json { Terminal.json(value) } else { printLines() }
  }

  private func printLines() {
    for finding in statement.findings { printFinding(finding.check.rawValue, finding.verdict.rawValue, finding.detail) }
    for finding in rerun?.findings ?? [] {
      printFinding("rerun: \(finding.check.rawValue)", finding.isPassed ? "passed" : "failed", finding.detail)
    }
    for line in ledger?.lines ?? [] { printFinding(line.check, line.verdict, line.detail) }
    switch status {
    case 0:
      Terminal.line("verified at level \(level)")
      for words in ledger?.trust ?? [] { Terminal.line("  trusted: \(words)") }
      for limitation in limitations { Terminal.line("  not covered: \(limitation)") }
    case 1: Terminal.line("refuted: \(refutation ?? "")")
    default:
      guard isRerunMissing else { return Terminal.line("cannot tell: the receipt is sound, but not on the ledger yet") }
      Terminal.line("cannot tell: the receipt is sound, but its program is not at hand; give it with --program FILE")
    }
  }

  private func printFinding(_ check: String, _ verdict: String, _ detail: String) {
    let mark = verdict == "passed" ? "ok  " : verdict == "failed" ? "FAIL" : "?   "
    Terminal.line("  \(mark) \(check.padded(to: 18)) \(detail)")
  }

  /// What the level that was reached cannot see.
  private var limitations: [String] {
    guard rerun != nil else { return statement.limitations }
    // The first two are what level 0 leaves to level 1.
    return Array(statement.limitations.dropFirst(2))
  }

  var value: JSON {
    let checks = statement.findings.map { finding -> JSON in
      [
        "check": .string(finding.check.rawValue), "verdict": .string(finding.verdict.rawValue),
        "detail": .string(finding.detail),
      ]
    }
    let reruns = (rerun?.findings ?? []).map { finding -> JSON in
      [
        "check": .string("rerun: \(finding.check.rawValue)"), "verdict": finding.isPassed ? "passed" : "failed",
        "detail": .string(finding.detail),
      ]
    }
    let anchors = (ledger?.lines ?? []).map { line -> JSON in
      ["check": .string(line.check), "verdict": .string(line.verdict), "detail": .string(line.detail)]
    }
    return [
      "verdict": .string(verdict), "level": .string(level), "reason": refutation.map { .string($0) } ?? .null,
      "checks": .array(checks + reruns + anchors), "trusted": .array((ledger?.trust ?? []).map { .string($0) }),
      "not_covered": .array(limitations.map { .string($0) }),
    ]
  }
}

extension String {
  /// The text with spaces after it up to `count` characters.
  func padded(to count: Int) -> String {
    self + String(repeating: " ", count: max(0, count - self.count))
  }
}
