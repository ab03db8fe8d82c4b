import Audit
import Dialects
import Foundation
import Hashing
import Node
import Program
import Receipts
import Runtime
import Testing

/// The real engine behind the provider's desk, with the program that ships with Razao.
@Suite struct ProgramEngineTests {
  let folder: TemporaryFolder
  let engine: ProgramEngine
  let auditor: AnswerAuditor
  let desk: ProviderDesk
  let runner: AnswerRunner
  let profile = RequesterProfile(payerKind: .direct, payer: .random())

  init() throws {
    folder = try TemporaryFolder()
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let loaded = try LoadedProgram.open(root.path + "/Sources/razao/Resources/fabula.razao")
    engine = try ProgramEngine(loaded)
    auditor = try AnswerAuditor(loaded)
    desk = ProviderDesk(
      identity: try IdentityFile.loadOrMake(home: folder.path), network: NetworkName.local,
      offers: [ProviderOffer(engine: engine, prices: Peers.prices)])
    runner = AnswerRunner(
      desk: desk, gate: JobGate(runningLimit: 1, waitingLimit: 1),
      shelf: BundleShelf(store: try ReceiptStore(path: folder.path + "/r.sqlite"), logger: Peers.quiet),
      logger: Peers.quiet)
  }

  private func open(_ extra: String, seed: Int64? = nil) throws -> OpenedJob {
    let body = Array(
      #"{"model":"\#(engine.program.name)","messages":[{"role":"user","content":"Hello!"}]\#(extra)}"#.utf8)
    let errand = Errand(
      Question(form: .chat, body: body, programRoot: engine.program.root, explicitSeed: seed))
    _ = try desk.accept(errand.acceptRequest(profile, now: WallClock.system.now()))
    return try desk.open(errand.header, form: .chat, body: body)
  }

  @Test func anHonestAnswerIsTheProgramsBitForBit() async throws {
    let pieces = Collected()
    let finished = try await runner.run(try open(#","max_tokens":40,"seed":3"#, seed: 3)) { pieces.append($0) }
    let shown = pieces.all.flatMap(\.text)
    #expect(shown + finished.rest == finished.bundle.text)
    #expect(!finished.bundle.text.isEmpty)
    #expect(auditor.audit(finished.bundle.encoded()).refutation == nil)
    #expect(auditor.audit(finished.sentBundle.encoded()).refutation == nil)
  }

  @Test func aChangedTokenIsRefuted() async throws {
    let finished = try await runner.run(try open(#","max_tokens":8"#)) { _ in }
    var bundle = finished.sentBundle
    bundle.answer[3] ^= 1
    #expect(auditor.audit(bundle.encoded()).refutation != nil)
  }

  @Test func aPartialAnswerIsTheProgramsToo() async throws {
    struct Gone: Error {}
    let pieces = Collected()
    let finished = try await runner.run(try open(#","max_tokens":100,"temperature":0"#)) { piece in
      pieces.append(piece)
      if pieces.all.count == 3 { throw Gone() }
    }
    let receipt = finished.bundle.receipt.body
    #expect(receipt.answer.isPartial)
    #expect(receipt.answer.finishReason == .aborted)
    #expect(auditor.audit(finished.bundle.encoded()).refutation == nil)
  }

  @Test func aPromptBeyondTheContextIsTheClientsToCorrect() {
    let long = String(repeating: "word ", count: engine.program.context)
    #expect(throws: RequestError.self) {
      let body = Array(#"{"model":"\#(engine.program.name)","prompt":"\#(long)"}"#.utf8)
      _ = try engine.prompt(for: InferenceRequest(endpoint: .completions, body: body))
    }
  }
}
