/// A network on one machine: a ledger, one gateway, providers, one auditor, each a process of its own.
package struct NetworkConfiguration: Sendable {
  /// Path of the `razao` executable that the processes run.
  package var executable: String
  /// Folder that holds everything: `ledger`, `gateway`, `providers/1`…, `auditor`, and the user's `purse`.
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
  /// The ledger's port on 127.0.0.1; no ledger and no payments when `nil`.
  package var ledgerPort: Int?

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
    cheater: Cheater? = nil, auditShare: Double = 1, ledgerPort: Int? = nil
  ) {
    self.executable = executable
    self.home = home
    self.port = port
    self.programs = programs
    self.providerCount = providerCount
    self.models = models
    self.cheater = cheater
    self.auditShare = auditShare
    self.ledgerPort = ledgerPort
  }
}

/// One process of the network: its name, its home, its command line.
package struct NetworkMember: Equatable, Sendable {
  /// What the process is.
  package enum Role: Equatable, Sendable {
    case ledger, gateway, provider, auditor
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
    ledger + [gateway(auditorKey: auditorKey)] + providers + [auditor]
  }

  package var ledgerHome: String { "\(home)/ledger" }
  package var gatewayHome: String { "\(home)/gateway" }
  /// The user's channels and their key, which `razao ask` and `razao proxy` pay with.
  package var purseHome: String { "\(home)/purse" }
  package func providerHome(_ number: Int) -> String { "\(home)/providers/\(number)" }
  /// Providers, the one that cheats included.
  package var allProviders: Int { providerCount + (cheater == nil ? 0 : 1) }

  private var ledger: [NetworkMember] {
    guard let ledgerPort else { return [] }
    return [
      NetworkMember(
        role: .ledger, name: "ledger", home: ledgerHome,
        arguments: [
          "ledger", "serve", "--supervised", "--home", ledgerHome, "--port", String(ledgerPort), "--genesis",
          LocalGenesis.path(self), "--interval", "250",
        ])
    ]
  }

  /// How a member is told of the ledger.
  private var ledgerArguments: [String] {
    ledgerPort.map { ["--ledger", "http://127.0.0.1:\($0)"] } ?? []
  }

  private func gateway(auditorKey: String) -> NetworkMember {
    NetworkMember(
      role: .gateway, name: "gateway", home: gatewayHome,
      arguments: [
        "gateway", "serve", "--supervised", "--home", gatewayHome, "--port", String(port), "--auditor", auditorKey,
      ] + models.flatMap { ["--model", $0] } + ledgerArguments)
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
    let home = providerHome(number)
    var arguments = ["provider", "serve", "--supervised", "--home", home, "--port", "0", "--gateway", gatewayEndpoint]
    for program in programs { arguments += ["--program", program] }
    if let claimedRoot { arguments += ["--claim-root", claimedRoot] }
    arguments += ledgerArguments
    return NetworkMember(role: .provider, name: name, home: home, arguments: arguments)
  }

  private var auditor: NetworkMember {
    var arguments = ["auditor", "serve", "--supervised", "--home", auditorHome, "--gateway", gatewayEndpoint]
    for program in programs { arguments += ["--program", program] }
    arguments += ["--share", String(auditShare)] + ledgerArguments
    return NetworkMember(role: .auditor, name: "auditor", home: auditorHome, arguments: arguments)
  }
}
