import ArgumentParser
import Audit
import Dialects
import Foundation
import Hashing
import Receipts
import Runtime
import StrictJSON

/// `razao verify`.
struct Verify: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Check an answer.",
    discussion: """
      Without --level the answer is run again when its program is at hand (the shipped one, --program, or a file in
      HOME/programs); otherwise the outcome is `cannot tell`, unless --level signature asks for no more.

      EXAMPLES
        razao verify r.bin
        razao verify r.bin --level signature
        razao verify r.bin --level rerun --program model.razao
        razao verify --request body.json --response answer.json     what a plain client saved

      EXIT STATUS  0 verified, 1 refuted or malformed, 2 cannot tell, 64 usage
      """)

  /// How deep to look.
  enum Level: String, ExpressibleByArgument, CaseIterable {
    case signature, rerun
  }

  @Argument(help: "A bundle, as `razao ask --receipt` writes it.") var bundle: String?
  @Option(help: "signature (offline, no program) or rerun (bit for bit).") var level: Level?
  @Option(help: "The program file to run the answer again with.") var program: String?
  @Option(help: "The request's body, as it was sent.") var request: String?
  @Option(help: "The response's body, as it came back.") var response: String?
  @Option(help: "Where programs and stamps are kept. Default: RAZAO_HOME or ~/.razao.") var home: String?
  @Flag(help: "Ignore that a receipt has expired.") var ignoreExpiry = false
  @Flag(help: "Print the report as JSON.") var json = false

  func validate() throws {
    guard (bundle == nil) == (request != nil), (request == nil) == (response == nil) else {
      throw ValidationError("Give a bundle, or --request and --response together.")
    }
  }

  func run() async throws {
    try await Terminal.reporting {
      let bytes = try readBundle()
      let now = ignoreExpiry ? nil : UInt64(Date().timeIntervalSince1970 * 1000)
      let statement = VerificationReport(bundle: bytes, now: now)
      let loaded = level == .signature ? nil : try findProgram(statement)
      let rerun: RerunReport? =
        if statement.isVerified, let loaded {
          try AnswerAuditor(loaded).audit(bytes, now: now)
        } else {
          nil
        }
      let outcome = VerifyOutcome(
        statement: statement, rerun: rerun, isRerunMissing: rerun == nil && level != .signature && statement.isVerified)
      outcome.print(json: json)
      if outcome.status != 0 { throw ExitCode(outcome.status) }
    }
  }

  private func readBundle() throws -> [UInt8] {
    if let bundle { return try Files.read(bundle) }
    guard let request, let response else { throw CommandFailure("nothing to verify", status: 64) }
    return try SavedExchange(request: Files.read(request), response: Files.read(response)).bundle
  }

  private func findProgram(_ statement: VerificationReport) throws -> LoadedProgram? {
    if let program { return try Files.program(program, home: Files.home(home)) }
    guard let root = statement.bundle?.receipt.body.programRoot else { return nil }
    return try Files.program(root: root, home: Files.home(home))
  }
}

/// A request and a response that a plain client saved; the response carries the bundle.
struct SavedExchange {
  let bundle: [UInt8]

  /// - Throws: `CommandFailure` when the response has no bundle, or is of another request or shows another text.
  init(request: [UInt8], response: [UInt8]) throws {
    guard let json = try? JSON.parse(response), let text = json["razao"]?["bundle"]?.string,
      let data = Data(base64Encoded: text)
    else { throw CommandFailure("response: no `razao.bundle` in it; nothing to check", status: 2) }
    bundle = [UInt8](data)
    let decoded: Receipts.Bundle
    do { decoded = try Receipts.Bundle(decoding: bundle) } catch {
      throw CommandFailure("response: its bundle is malformed: \(error)", status: 1)
    }
    guard decoded.requestBody == request else {
      throw CommandFailure("prompt: the bundle is of another request than the one saved", status: 1)
    }
    let endpoint: Endpoint = decoded.receipt.body.form == .chat ? .chat : .completions
    guard case .part(let part)? = try? AnswerEvent(body: response, endpoint: endpoint) else {
      throw CommandFailure(
        "response: not one plain answer; a client could show what its receipt does not cover", status: 1)
    }
    guard Array(part.text.utf8) == decoded.text else {
      throw CommandFailure("text: the response shows another text than its receipt commits to", status: 1)
    }
  }
}
