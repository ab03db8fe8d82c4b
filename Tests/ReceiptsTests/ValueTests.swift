import Hashing
import Testing

@testable import Receipts

/// Receipts of values: embeddings, pictures, sequences.
@Suite struct ValueTests {
  private func job(_ form: RequestForm) -> Job {
    Job(answerCount: 0, sampling: StatedSampling(), finishReason: .complete, form: form)
  }

  private static let forms = [RequestForm.embeddings, .images, .sequences]

  @Test(arguments: forms) func honestValueIsVerified(form: RequestForm) throws {
    let report = VerificationReport(bundle: try job(form).bundle().encoded())
    #expect(report.isVerified, "\(report.refutation?.reason ?? "")")
  }

  @Test(arguments: forms) func valueWithTokens(form: RequestForm) throws {
    var job = job(form)
    job.answerCount = 1
    #expect(VerificationReport(of: try job.bundle()).failed == [.finish])
  }

  @Test(arguments: forms) func valueThatClaimsToBeCutShort(form: RequestForm) throws {
    var job = job(form)
    job.finishReason = .aborted
    #expect(VerificationReport(of: try job.bundle()).failed == [.finish])
  }

  @Test(arguments: forms) func valueThatClaimsToBeSampled(form: RequestForm) throws {
    var job = job(form)
    job.sampling = StatedSampling(temperature: 0)
    #expect(VerificationReport(of: try job.bundle()).failed == [.sampling])
  }

  @Test func textThatClaimsToBeAValue() throws {
    let job = Job(answerCount: 0, sampling: StatedSampling(), finishReason: .complete)
    #expect(VerificationReport(of: try job.bundle()).failed == [.finish])
  }

  @Test(arguments: forms) func gridOfAnotherSize(form: RequestForm) throws {
    let bundle = try job(form).bundle().edited { $0.trace = nil }.forged(receipt: { $0.trace.positions += 1 })
    #expect(VerificationReport(of: bundle).failed == [.positions])
  }
}
