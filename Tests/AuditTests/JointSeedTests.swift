import Audit
import Hashing
import Program
import Receipts
import Runtime
import Testing

/// Level 1 of answers with joint seeds: the sampler draws from both secrets.
@Suite struct JointSeedTests {
  private static let body = #"{"model":"m","messages":[{"role":"user","content":"hi"}],"max_tokens":20}"#

  private func report(drawnSlot: UInt32) throws -> RerunReport {
    let program = try HonestAnswer.program()
    let tree = ContributionTree(secret: SHA256.hash([5]), epoch: 3)
    let answer = HonestAnswer(body: Self.body, contributions: tree, drawnSlot: drawnSlot)
    return try AnswerAuditor(program, parallel: Parallel(threadCount: 1))
      .audit(answer.bundle(running: program).encoded())
  }

  @Test func honestJointAnswerIsVerified() throws {
    let report = try report(drawnSlot: 7)
    #expect(report.statement.isVerified && report.refutation == nil, "\(report.refutation?.reason ?? "")")
  }

  /// The provider opens the slot that it promised and draws with another one's contribution.
  @Test func seedSteeredWithAnotherContribution() throws {
    let report = try report(drawnSlot: 8)
    #expect(report.statement.isVerified)
    guard case .token = report.refutation else {
      Issue.record("not refuted by a token")
      return
    }
  }
}
