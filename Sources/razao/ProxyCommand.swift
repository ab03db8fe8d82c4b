import ArgumentParser
import Audit
import Foundation
import Hashing
import Node
import Program
import Receipts
import Runtime

extension ProxyLevel: ExpressibleByArgument {}

/// `razao proxy`.
struct ProxyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "proxy", abstract: "Make any tool of OpenAI's or Ollama's dialect a verifying client.",
    discussion: """
      Listens on 127.0.0.1 alone. Every answer is verified before anything of it is handed on; of one that fails, the
      tool gets an error, and HOME/proxy/evidence keeps the bundle.

      EXAMPLES
        razao proxy
        razao proxy --level rerun --program llama.razao
        razao proxy --provider https://127.0.0.1:9443 --port 9000
        OPENAI_BASE_URL=http://127.0.0.1:11434/v1 OPENAI_API_KEY=none my-tool
      """)

  @OptionGroup var service: ServiceOptions
  @Option(help: "The port on 127.0.0.1; 0 picks a free one. Default: Ollama's.") var port = 11_434
  @Option(help: "What every answer is verified at: signature, or rerun, which computes it again on this machine.")
  var level = ProxyLevel.signature
  @Option(help: "The gateway to ask. Default: RAZAO_GATEWAY or http://127.0.0.1:8080.") var gateway: String?
  @Option(help: "A provider to ask without any gateway, https://host:port.") var provider: String?
  @Option(help: "The provider's public key, where it must be this one.") var providerKey: String?
  @Option(
    help: "A program file to run answers again with; may be repeated. Default: the shipped one and those in the home.")
  var program: [String] = []

  func validate() throws {
    guard (0...65_535).contains(port) else { throw ValidationError("--port must be 0 to 65535.") }
    guard gateway == nil || provider == nil else { throw ValidationError("Give --gateway or --provider, not both.") }
    guard provider != nil || providerKey == nil else { throw ValidationError("--provider-key needs --provider.") }
    guard program.isEmpty || level == .rerun else { throw ValidationError("--program needs --level rerun.") }
  }

  func run() async throws {
    try await service.running {
      let home = Files.home(service.home)
      let requester = try await Paying(home: home).requester(route())
      let recheck: Node.Rerun? = level == .rerun ? try RerunPrograms(paths: program, home: home).recheck : nil
      let configuration = ProxyConfiguration(
        home: home, port: port, level: level, endsWithInput: service.supervised)
      let proxy = ProxyService(
        configuration, ask: { try await requester.ask($0, body: $1) }, models: { try await requester.models() },
        recheck: recheck, report: service.report)
      try await proxy.run()
    }
  }

  private func route() throws -> Requester.Route {
    guard let provider else {
      let environment = ProcessInfo.processInfo.environment["RAZAO_GATEWAY"]
      return .gateway(trimmed(gateway ?? environment ?? "http://127.0.0.1:8080"))
    }
    let key = try providerKey.map { text in
      guard let bytes = [UInt8](hex: text), let key = PublicKey(bytes) else {
        throw CommandFailure("--provider-key must be 64 hexadecimal digits", status: 64)
      }
      return key
    }
    return .provider(trimmed(provider), key: key)
  }

  private func trimmed(_ endpoint: String) -> String {
    endpoint.hasSuffix("/") ? String(endpoint.dropLast()) : endpoint
  }
}

/// The programs that answers are run again with: those that were named, opened at once, or the shipped one and those in
/// the home, each opened when an answer of it first comes. One answer is run again at a time, on all cores.
private actor RerunPrograms {
  private let home: String
  private let isOpen: Bool
  private var auditors: [Digest: AnswerAuditor] = [:]

  /// - Parameter paths: files of programs; none for those at hand.
  init(paths: [String], home: String) throws {
    self.home = home
    isOpen = paths.isEmpty
    for path in paths {
      let auditor = try AnswerAuditor(Files.program(path, home: home))
      auditors[auditor.programRoot] = auditor
    }
  }

  nonisolated var recheck: Node.Rerun {
    { bundles in
      var verdicts: [RerunVerdict] = []
      for bundle in bundles { verdicts.append(await self.verdict(bundle)) }
      return verdicts
    }
  }

  private func verdict(_ bytes: [UInt8]) -> RerunVerdict {
    guard let root = (try? Receipts.Bundle(decoding: bytes))?.receipt.body.programRoot else {
      return .refuted(reason: "the bundle cannot be read")
    }
    do {
      guard let auditor = try auditor(root) else {
        return .cannotTell(reason: "as the program \(root) is not at hand; name its file with --program")
      }
      return auditor.audit(bytes).refutation.map { .refuted(reason: $0.reason) } ?? .agrees
    } catch {
      return .cannotTell(reason: "as the program \(root) cannot be used: \(error)")
    }
  }

  private func auditor(_ root: Digest) throws -> AnswerAuditor? {
    if let known = auditors[root] { return known }
    guard isOpen, let program = try Files.program(root: root, home: home) else { return nil }
    let auditor = try AnswerAuditor(program)
    auditors[root] = auditor
    return auditor
  }
}
