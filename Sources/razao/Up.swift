import ArgumentParser
import Audit
import Foundation
import Hashing
import Node
import Program
import Runtime

/// `razao up`.
struct Up: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Start a whole network on this machine: a ledger, a gateway, three providers, an auditor.",
    discussion: """
      The gateway speaks OpenAI's dialect at http://127.0.0.1:8080/v1. Ctrl-C ends everything.

      EXAMPLES
        razao up
        razao up --port 9000 --home ./network
        razao up --also minilm.razao --also mnist.razao
        razao up --with-cheater tampered.razao     one more provider runs this file and claims the honest root
      """)

  @Option(help: "Where keys, receipts and logs are kept. Default: RAZAO_HOME or ~/.razao.") var home: String?
  @Option(help: "The gateway's port on 127.0.0.1.") var port = 8080
  @Option(help: "The ledger's port on 127.0.0.1. Default: ten above the gateway's.") var ledgerPort: Int?
  @Option(help: "A program to serve; may be repeated. Default: the one that ships with Razao.") var program: [String] =
    []
  @Option(help: "One more program to serve, beside the shipped one or those given; may be repeated.")
  var also: [String] = []
  @Option(help: "How many providers.") var providers = 3
  @Option(help: "Share of the answers that the auditor runs again, 0 to 1.") var auditShare = 1.0
  @Option(help: "A program file that one more provider runs while it claims the honest one's root.")
  var withCheater: String?

  func validate() throws {
    guard (1...65_535).contains(port) else { throw ValidationError("--port must be 1 to 65535.") }
    guard (1...65_535).contains(ledgerPort ?? port + 10) else {
      throw ValidationError("--ledger-port must be 1 to 65535.")
    }
    guard (1...16).contains(providers) else { throw ValidationError("--providers must be 1 to 16.") }
    guard (0...1).contains(auditShare) else { throw ValidationError("--audit-share must be 0 to 1.") }
  }

  func run() async throws {
    try await Terminal.reporting {
      let home = Files.home(home)
      let paths = try (program.isEmpty ? [Files.shippedProgram()] : program) + also
      let loaded = try paths.map { try Files.program($0, home: home) }
      var configuration = NetworkConfiguration(
        executable: try Files.executable(), home: home, port: port, programs: paths, providerCount: providers,
        models: loaded.map { "\($0.program.name)=\($0.program.root)" }, auditShare: auditShare,
        ledgerPort: ledgerPort ?? port + 10)
      if let withCheater {
        configuration.cheater = .init(program: withCheater, claimedRoot: loaded[0].program.root.hex)
      }
      for program in loaded.map(\.program) { Terminal.line("program \(program.root)  \(program.name)") }
      try await NetworkSupervisor(configuration) { Terminal.line($0) }.run()
    }
  }
}

extension Files {
  /// The running executable, for child processes.
  static func executable() throws -> String {
    guard let path = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe") else {
      throw CommandFailure("the path of the running executable is unknown", status: 70)
    }
    return path
  }
}
