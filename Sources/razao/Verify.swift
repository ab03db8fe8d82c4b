import ArgumentParser
import Audit
import Dialects
import Foundation
import Hashing
import Node
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
        razao verify a.bin b.bin c.bin                              in one pass where they are of one program
        razao verify r.bin --ledger http://127.0.0.1:8090           anchored and settled, trusting no node
        razao verify --request body.json --response answer.json     what a plain client saved

      EXIT STATUS  0 verified, 1 refuted or malformed, 2 cannot tell, 64 usage
      """)

  /// How deep to look.
  enum Level: String, ExpressibleByArgument, CaseIterable {
    case signature, rerun
  }

  @Argument(help: "A bundle, as `razao ask --receipt` writes it; may be repeated.") var bundles: [String] = []
  @Option(help: "signature (offline, no program) or rerun (bit for bit).") var level: Level?
  @Option(help: "The program file to run the answer again with.") var program: String?
  @Option(help: "The request's body, as it was sent.") var request: String?
  @Option(help: "The response's body, as it came back.") var response: String?
  @OptionGroup var trust: LedgerTrustOptions
  @Option(help: "Where programs and stamps are kept. Default: RAZAO_HOME or ~/.razao.") var home: String?
  @Flag(help: "Ignore that a receipt has expired.") var ignoreExpiry = false
  @Flag(help: "Print the report as JSON.") var json = false

  func validate() throws {
    guard bundles.isEmpty == (request != nil), (request == nil) == (response == nil) else {
      throw ValidationError("Give a bundle, or --request and --response together.")
    }
  }

  func run() async throws {
    try await Terminal.reporting {
      let all = try readBundles()
      let now = ignoreExpiry ? nil : UInt64(Date().timeIntervalSince1970 * 1000)
      let statements = all.map { VerificationReport(bundle: $0, now: now) }
      let reruns = try rerun(all, statements, now: now)
      let anchors = try await trust.findings(statements, home: Files.home(home))
      let outcomes = statements.indices.map { index in
        VerifyOutcome(
          statement: statements[index], rerun: reruns[index],
          isRerunMissing: reruns[index] == nil && level != .signature && statements[index].isVerified,
          ledger: anchors[index])
      }
      print(outcomes)
      // Refuted before undecided before verified.
      let status = outcomes.map(\.status).max { Self.weight($0) < Self.weight($1) } ?? 0
      if status != 0 { throw ExitCode(status) }
    }
  }

  private static func weight(_ status: Int32) -> Int { status == 1 ? 2 : status == 2 ? 1 : 0 }

  private func print(_ outcomes: [VerifyOutcome]) {
    if let only = outcomes.first, outcomes.count == 1 {
      only.print(json: json)
    } else if json {
      Terminal.json([
        "results": .array(zip(bundles, outcomes).map { ["bundle": .string($0), "outcome": $1.value] })
      ])
    } else {
      for (name, outcome) in zip(bundles, outcomes) {
        Terminal.line("\(name):")
        outcome.print(json: false)
      }
    }
  }

  /// Runs the sound bundles again, those of one program in one pass.
  private func rerun(
    _ bundles: [[UInt8]], _ statements: [VerificationReport], now: UInt64?
  ) throws -> [RerunReport?] {
    var reports = [RerunReport?](repeating: nil, count: bundles.count)
    guard level != .signature else { return reports }
    var byRoot: [Digest: [Int]] = [:]
    for index in statements.indices where statements[index].isVerified {
      guard let root = statements[index].bundle?.receipt.body.programRoot else { continue }
      byRoot[root, default: []].append(index)
    }
    for (root, indices) in byRoot {
      do {
        guard let loaded = try findProgram(root) else { continue }
        let audited = try AnswerAuditor(loaded).audit(indices.map { bundles[$0] }, now: now)
        for (index, report) in zip(indices, audited) { reports[index] = report }
      } catch  where bundles.count > 1 {
        // One program that cannot be used must not keep the others from being checked.
        Terminal.note("razao: \(error)")
      }
    }
    return reports
  }

  private func readBundles() throws -> [[UInt8]] {
    guard let request, let response else { return try bundles.map { try Files.read($0) } }
    return [try SavedExchange(request: Files.read(request), response: Files.read(response)).bundle]
  }

  private func findProgram(_ root: Digest) throws -> LoadedProgram? {
    if let program { return try Files.program(program, home: Files.home(home)) }
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
    let endpoint = decoded.receipt.body.form.endpoint
    guard case .part(let part)? = try? AnswerEvent(body: response, endpoint: endpoint) else {
      throw CommandFailure(
        "response: not one plain answer; a client could show what its receipt does not cover", status: 1)
    }
    guard (try? InferenceRequest(endpoint: endpoint, body: request)).map({ part.hasForm(askedBy: $0) }) ?? true else {
      throw CommandFailure("response: its vectors are not cut or written as the request asks", status: 1)
    }
    guard part.shown == decoded.text else {
      throw CommandFailure("text: the response shows another text than its receipt commits to", status: 1)
    }
  }
}
