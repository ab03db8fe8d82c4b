/// A network on one machine: one gateway, providers, one auditor, each a process of its own.
package struct NetworkConfiguration: Sendable {
  /// Path of the `razao` executable that the processes run.
  package var executable: String
  /// Folder that holds everything: `gateway`, `providers/1`…, `auditor`.
  package var home: String
  /// The gateway's port on 127.0.0.1.
  package var port: Int
  /// Program files that every provider serves.
  package var programs: [String]
  package var providerCount: Int
  /// Names that the gateway fixes to programs, `NAME=ROOT`.
  package var models: [String]
  /// A program file that one more provider runs while it claims `claimedRoot`; for testing.
  package var cheater: Cheater?
  /// Share of the answers that the auditor runs again, 0…1.
  package var auditShare: Double

  /// A provider that claims one program and runs another.
  package struct Cheater: Equatable, Sendable {
    package var program: String
    /// Root in hexadecimal.
    package var claimedRoot: String

    package init(program: String, claimedRoot: String) {
      self.program = program
      self.claimedRoot = claimedRoot
    }
  }

  package init(
    executable: String, home: String, port: Int = 8_080, programs: [String], providerCount: Int = 3,
    models: [String] = [],
    cheater: Cheater? = nil, auditShare: Double = 1
  ) {
    self.executable = executable
    self.home = home
    self.port = port
    self.programs = programs
    self.providerCount = providerCount
    self.models = models
    self.cheater = cheater
    self.auditShare = auditShare
  }
}

/// One process of the network: its name, its home, its command line.
package struct NetworkMember: Equatable, Sendable {
  /// What the process is.
  package enum Role: Equatable, Sendable {
    case gateway, provider, auditor
  }

  package var role: Role
  package var name: String
  package var home: String
  package var arguments: [String]
}

extension NetworkConfiguration {
  package var gatewayEndpoint: String { "http://127.0.0.1:\(port)" }

  /// The auditor's home; its key is made before the gateway starts, which is told to believe it.
  package var auditorHome: String { "\(home)/auditor" }

  /// The processes in the order they are started.
  /// - Parameter auditorKey: the auditor's public key in hexadecimal.
  package func members(auditorKey: String) -> [NetworkMember] {
    [gateway(auditorKey: auditorKey)] + providers + [auditor]
  }

  private func gateway(auditorKey: String) -> NetworkMember {
    let home = "\(home)/gateway"
    return NetworkMember(
      role: .gateway, name: "gateway", home: home,
      arguments: [
        "gateway", "serve", "--supervised", "--home", home, "--port", String(port), "--auditor", auditorKey,
      ] + models.flatMap { ["--model", $0] })
  }

  private var providers: [NetworkMember] {
    let honest = (0..<providerCount).map { index in
      provider(number: index + 1, name: "provider \(index + 1)", programs: programs, claimedRoot: nil)
    }
    guard let cheater else { return honest }
    let number = providerCount + 1
    return honest + [
      provider(
        number: number, name: "provider \(number) (cheats)", programs: [cheater.program],
        claimedRoot: cheater.claimedRoot)
    ]
  }

  private func provider(number: Int, name: String, programs: [String], claimedRoot: String?) -> NetworkMember {
    let home = "\(home)/providers/\(number)"
    var arguments = ["provider", "serve", "--supervised", "--home", home, "--port", "0", "--gateway", gatewayEndpoint]
    for program in programs { arguments += ["--program", program] }
    if let claimedRoot { arguments += ["--claim-root", claimedRoot] }
    return NetworkMember(role: .provider, name: name, home: home, arguments: arguments)
  }

  private var auditor: NetworkMember {
    var arguments = ["auditor", "serve", "--supervised", "--home", auditorHome, "--gateway", gatewayEndpoint]
    for program in programs { arguments += ["--program", program] }
    arguments += ["--share", String(auditShare)]
    return NetworkMember(role: .auditor, name: "auditor", home: auditorHome, arguments: arguments)
  }
}
