import Answering
import Audit
import Hashing
import Program
import ProgramTestSupport
import Receipts
import Runtime
import Testing

/// What a provider may try that level 0 cannot see: each is a soundly signed bundle, and level 1 refutes it.
@Suite struct AttackTests {
  private let honest: LoadedProgram
  private let auditor: AnswerAuditor

  init() throws {
    honest = try HonestAnswer.program()
    auditor = try AnswerAuditor(honest, parallel: Parallel(threadCount: 1))
  }

  /// The refutation of level 1; level 0 must have nothing to say.
  private func refutation(_ bundle: Bundle) -> RerunRefutation? {
    let report = auditor.audit(bundle.encoded())
    #expect(report.statement.isVerified, "level 0: \(report.statement.refutation?.reason ?? "")")
    return report.refutation
  }

  private func program(_ change: (inout ProgramRecipe) -> Void) throws -> LoadedProgram {
    var recipe = HonestAnswer.recipe
    change(&recipe)
    return try LoadedProgram(checking: RandomProgram(recipe).program())
  }

  @Test func anHonestAnswerIsVerified() throws {
    let report = auditor.audit(try HonestAnswer().bundle(running: honest).encoded())
    #expect(report.refutation == nil, "\(report.refutation?.reason ?? "")")
    #expect(report.findings.map(\.check) == RerunReport.Check.allCases)
    #expect(report.findings.allSatisfy { $0.isPassed })
  }

  @Test(arguments: [
    #"{"model":"m","messages":[{"role":"user","content":"a"}],"max_tokens":1,"seed":1}"#,
    #"{"model":"m","messages":[{"role":"user","content":"é😀"}],"max_tokens":30,"seed":-5,"temperature":0}"#,
    #"{"model":"m","messages":[{"role":"user","content":"x"}],"seed":3,"top_k":3,"top_p":0.5,"repetition_penalty":1.3}"#,
    #"{"model":"m","messages":[{"role":"user","content":"x"}],"seed":3,"stop":["a","b"],"logit_bias":{"97":5}}"#,
    #"{"model":"m","messages":[{"role":"user","content":"x"}],"seed":9,"frequency_penalty":1.5,"presence_penalty":-2}"#,
  ])
  func honestAnswersOfManyKindsAreVerified(body: String) throws {
    let report = auditor.audit(try HonestAnswer(body: body).bundle(running: honest).encoded())
    #expect(report.refutation == nil, "\(report.refutation?.reason ?? "")")
  }

  @Test func anotherModelUnderTheSameNameIsSeen() throws {
    let other = try program { $0.seed = 12 }
    let bundle = try HonestAnswer().bundle(running: other, claimed: honest.program.root)
    guard case .token = refutation(bundle) else {
      Issue.record("not refuted by a token")
      return
    }
  }

  @Test func anotherQuantisationOfTheSameIsSeen() throws {
    // The same weights behind two limbs of operands: more exact, and not the program that was paid for.
    let finer = try program {
      $0.inputMode = .twoLimbs
      $0.downMode = .twoLimbs
    }
    #expect(refutation(try HonestAnswer().bundle(running: finer, claimed: honest.program.root)) != nil)
  }

  @Test func oneFlippedWeightThatChangesNoTokenIsSeenByTheTraceAlone() throws {
    let (tampered, bundle) = try #require(try tamperedWithoutEffect())
    #expect(tampered.program.root != honest.program.root)
    guard case .trace(let position?, let layer?, _, _) = refutation(bundle) else {
      Issue.record("not refuted by the trace")
      return
    }
    #expect(position >= 0 && layer == 1)
  }

  @Test func withoutCellHashesTheTraceRootStillConvicts() throws {
    let (tampered, _) = try #require(try tamperedWithoutEffect())
    let bundle = try HonestAnswer(keepsCells: false).bundle(running: tampered, claimed: honest.program.root)
    guard case .trace(nil, nil, _, _) = refutation(bundle) else {
      Issue.record("not refuted by the trace root")
      return
    }
  }

  /// A program that differs in one weight of the last layer and gives the same greedy answer.
  private func tamperedWithoutEffect() throws -> (LoadedProgram, Bundle)? {
    let honestTokens = try HonestAnswer().bundle(running: honest).answer
    let random = RandomProgram(HonestAnswer.recipe)
    let down = try #require(random.graph.layers.last?.feedForward.gated?.down)
    for column in 0..<down.columns {
      var contents = random.contents
      let weight = contents[down.index].weights[column]
      contents[down.index].weights[column] = weight > 0 ? weight - 1 : weight + 1
      let bytes = ProgramWriter.encode(random.parts) { _, matrix in contents[matrix.index] }
      guard let opened = try? Program(.init(name: "tampered", bytes: bytes)),
        let loaded = try? LoadedProgram(checking: opened)
      else { continue }
      let bundle = try HonestAnswer().bundle(running: loaded, claimed: honest.program.root)
      if bundle.answer == honestTokens, bundle.receipt.body.trace.root != Digest.zero,
        auditor.audit(bundle.encoded()).refutation != nil
      {
        return (loaded, bundle)
      }
    }
    return nil
  }

  @Test func aBiasedTokenIsSeenWithItsPlace() throws {
    let bundle = try HonestAnswer().bundle(running: honest) { statement in
      statement.tokens[4] = statement.tokens[4] == 65 ? 66 : 65
      statement.retell()
    }
    guard case .token(let index, _, let actual) = refutation(bundle) else {
      Issue.record("not refuted by a token")
      return
    }
    #expect(index == 4 && (65...66).contains(actual))
  }

  @Test func aChangedSystemPromptIsSeen() throws {
    let bundle = try HonestAnswer(keepsCells: false).bundle(running: honest) { $0.prompt.insert(0x21, at: 1) }
    #expect(refutation(bundle) == .prompt(index: 1))
  }

  @Test func aTruncatedContextIsSeen() throws {
    let bundle = try HonestAnswer(keepsCells: false).bundle(running: honest) { $0.prompt.removeFirst() }
    #expect(refutation(bundle) == .prompt(index: 0))
  }

  @Test func otherSamplingParametersAreSeen() throws {
    let bundle = try HonestAnswer().bundle(running: honest) { $0.sampling.temperature = 5_000 }
    #expect(refutation(bundle) == .parameters(field: "temperature"))
    let extras = try HonestAnswer().bundle(running: honest) { $0.sampling.extras = SHA256.hash([]) }
    #expect(refutation(extras) == .parameters(field: "logit_bias or stop"))
  }

  @Test func aCheaperProgramUnderTheNameThatWasAskedForIsSeen() throws {
    // The auditor of the cheap program itself: the answer is its own, but nobody asked for it.
    let cheap = try program { $0.sources = Array(#"{"name":"cheap"}"#.utf8) }
    let bundle = try HonestAnswer().bundle(running: cheap)
    let report = try AnswerAuditor(cheap, parallel: Parallel(threadCount: 1)).audit(bundle.encoded())
    #expect(report.refutation == .model(asked: "m", program: "cheap"))
  }

  @Test func anotherProgramsReceiptIsNotThisOnes() throws {
    let other = try program { $0.seed = 13 }
    guard case .program = refutation(try HonestAnswer().bundle(running: other)) else {
      Issue.record("another program's receipt passed")
      return
    }
  }

  @Test func layersThatTheProgramDoesNotHaveAreSeen() throws {
    let bundle = try HonestAnswer(keepsCells: false).bundle(running: honest) { $0.layers = 3 }
    #expect(refutation(bundle) == .layers(stated: 3, actual: 2))
  }

  @Test func aCopiedAnswerOfAnotherProviderIsSeen() throws {
    // The copier signs the other's tokens, trace and cells with its own key: the salt is not its own.
    var copied: (trace: Digest, cells: [Digest]?)?
    _ = try HonestAnswer(providerSeed: 2).bundle(running: honest) { copied = ($0.trace, $0.cells) }
    let source = try #require(copied)
    let bundle = try HonestAnswer().bundle(running: honest) { statement in
      statement.trace = source.trace
      statement.cells = source.cells
    }
    guard case .trace = refutation(bundle) else {
      Issue.record("a copied trace passed")
      return
    }
  }

  @Test func anAnswerCutShortAndCalledCompleteIsSeen() throws {
    let body = #"{"model":"m","messages":[{"role":"user","content":"hi"}],"seed":7,"stop":["zzzzzz"]}"#
    let bundle = try HonestAnswer(body: body, keepsCells: false).bundle(running: honest) { statement in
      statement.tokens.removeLast()
      statement.retell(as: .contextFull)
    }
    #expect(refutation(bundle) != nil)
  }

  @Test func aTextThatIsNotTheTokensIsSeen() throws {
    let bundle = try HonestAnswer().bundle(running: honest) { $0.shownText = Array("something else".utf8) }
    guard case .text = refutation(bundle) else {
      Issue.record("another text passed")
      return
    }
  }

  @Test func garbageIsRefusedWithoutATrap() {
    for count in [0, 1, 100, 5_000] {
      let report = auditor.audit([UInt8](repeating: 0x41, count: count))
      #expect(!report.isVerified)
    }
  }
}
