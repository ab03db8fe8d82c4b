import Answering
import Dialects
import Hashing
import Program
import Receipts
import Runtime
import StrictJSON

/// Re-runs answers of one program, bit for bit (level 1 of the ladder, SPEC.md, section 12).
///
/// *Soundness.* A report without a refutation means that this program, on exactly the request's bytes and the
/// receipt's seed, gives exactly these tokens and this text, or this value, and that the provider's committed trace is
/// the program's own, every cell of it. It does not tell who asked, nor whether the seed was drawn fairly: see the seed
/// kinds.
package struct AnswerAuditor: Sendable {
  /// The honest program, ready to run.
  private enum Subject {
    case text(Model, PromptBuilder)
    case value(ValueProgram)
  }

  private let subject: Subject
  private let parallel: Parallel

  /// - Parameter loaded: the honest program, checked in full.
  /// - Throws: `PromptBuilderError` when its tokenizer or template cannot be used.
  package init(_ loaded: LoadedProgram, parallel: Parallel = Parallel()) throws {
    if let value = try ValueProgram(loaded) {
      subject = .value(value)
    } else {
      subject = .text(try Model(loaded), try PromptBuilder(loaded.program))
    }
    self.parallel = parallel
  }

  private var program: Program {
    switch subject {
    case .text(let model, _): model.program
    case .value(let value): value.program
    }
  }

  /// The root of the program that answers are held to.
  package var programRoot: Digest { program.root }

  /// What the program is called in requests.
  package var programName: String { program.name }

  /// Checks a bundle at level 0, then runs its answer again.
  /// - Complexity: one prefill of prompt and answer.
  package func audit(_ bytes: [UInt8], now: UInt64? = nil) -> RerunReport { audit([bytes], now: now)[0] }

  /// Checks bundles at level 0, then runs their answers again in one pass, so that weights are read once for many.
  /// - Returns: a report for each bundle, each as it would be alone.
  package func audit(_ bundles: [[UInt8]], now: UInt64? = nil) -> [RerunReport] {
    let statements = bundles.map { VerificationReport(bundle: $0, now: now) }
    var reports = statements.map { statement in
      RerunReport(
        statement: statement, findings: [],
        refutation: statement.refutation.map { .statement($0) } ?? (statement.bundle == nil ? .unreadable : nil))
    }
    let sound = statements.indices.filter { reports[$0].refutation == nil }
    switch subject {
    case .text(let model, let prompts):
      let audits = sound.compactMap { index in
        statements[index].bundle.map { (index, TextAudit(bundle: $0, model: model, prompts: prompts)) }
      }
      run(audits, model, into: &reports)
    case .value(let value):
      for index in sound {
        guard let bundle = statements[index].bundle else { continue }
        var audit = ValueAudit(bundle: bundle, subject: value, parallel: parallel)
        let refutation = audit.run()
        reports[index] = RerunReport(
          statement: statements[index], findings: audit.steps.findings, refutation: refutation)
      }
    }
    return reports
  }

  /// Everything that takes no weights first, then all computations together, then what they are compared with.
  private func run(_ audits: [(index: Int, audit: TextAudit)], _ model: Model, into reports: inout [RerunReport]) {
    var audits = audits
    var jobs: [(place: Int, job: RerunJob)] = []
    for place in audits.indices {
      if let job = audits[place].audit.prepare() { jobs.append((place, job)) }
    }
    let reruns = BatchRerun.run(jobs.map(\.job), model: model, parallel: parallel)
    for (rerun, place) in zip(reruns, jobs.map(\.place)) { audits[place].audit.conclude(rerun) }
    for (index, audit) in audits {
      reports[index] = RerunReport(
        statement: reports[index].statement, findings: audit.steps.findings, refutation: audit.steps.refutation)
    }
  }
}

extension Program {
  /// What the program is called in requests: the name in its record, else its root.
  package var name: String {
    (try? JSON.parse(sources))?["name"]?.string ?? root.hex
  }
}

extension PromptBuilder {
  /// The prompt builder of a transformer's tokenizer, template and limits.
  /// - Throws: `PromptBuilderError` for sections that cannot be used, `ProgramError.kind` for a network.
  package init(_ program: Program) throws {
    let graph = try program.graph
    try self.init(
      tokenizer: program.tokenizer, template: program.template, vocabularyCount: graph.vocabularyCount,
      contextLength: graph.contextLength)
  }
}
