import ArgumentParser
import Audit
import Dialects
import Foundation
import Hashing
import Node
import Program
import Receipts
import Runtime
import StrictJSON

/// Options that every service has.
struct ServiceOptions: ParsableArguments {
  @Option(help: "Where keys and receipts are kept. Default: RAZAO_HOME or ~/.razao.") var home: String?
  @Flag(help: .hidden) var supervised = false

  /// Tells whoever started the service what happens: a person in words, a supervisor in JSON lines.
  var report: @Sendable (ServiceEvent) -> Void {
    let supervised = supervised
    return { event in Terminal.line(supervised ? event.line : event.words) }
  }

  /// Runs a service; a failure is also an event, so that a supervisor can say it.
  func running(_ body: () async throws -> Void) async throws {
    do {
      try await body()
    } catch {
      guard supervised else { return try await Terminal.reporting { throw error } }
      let status = Terminal.status(of: error)
      report(.failed(message: "\(error)", status: status))
      throw ExitCode(status)
    }
  }
}

/// `razao provider`.
struct ProviderCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "provider", abstract: "Sell answers.", subcommands: [ProviderServe.self])
}

/// `razao provider serve`.
struct ProviderServe: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve", abstract: "Serve programs over HTTPS with signed receipts.",
    discussion: """
      EXAMPLES
        razao provider serve --port 9443 --gateway http://127.0.0.1:8080
        razao provider serve --program llama.razao --prompt-price 20000 --answer-price 60000
      """)

  @OptionGroup var service: ServiceOptions
  @Option(help: "A program file; may be repeated. Default: the one that ships with Razao.") var program: [String] = []
  @Option(help: "The address to listen at.") var host = "127.0.0.1"
  @Option(help: "The port; 0 picks a free one.") var port = 0
  @Option(help: "The gateway to register with.") var gateway: String?
  @Option(help: "The address that others reach this provider at, https://host:port.") var publicEndpoint: String?
  @Option(help: "Millionths of a credit for a million prompt tokens.") var promptPrice: UInt64 = 20_000
  @Option(help: "Millionths of a credit for a million answer tokens.") var answerPrice: UInt64 = 60_000
  @Option(help: "Answers computed together, 1 to 64; as many again wait, any more are refused with 429.")
  var running = 16
  @Option(help: "Threads of each program, 1 to 1024, of which 64 are used at most. Default: all cores.") var threads:
    Int?
  @OptionGroup var money: LedgerOption
  @Option(help: "The account that owns this provider and has authorised its key. Default: the key's own.")
  var account: String?
  @Option(help: "For testing: claim this root, whatever the program's own is. Auditors will notice.")
  var claimRoot: String?

  func run() async throws {
    try await service.running {
      let home = Files.home(service.home)
      let paths = try programs()
      let offers = try paths.map { path in try offer(path, home: home, shareOfMemory: paths.count) }
      var configuration = ProviderConfiguration(
        home: home, host: host, port: port, gateway: gateway, publicEndpoint: publicEndpoint, runningLimit: running,
        waitingLimit: running, endsWithInput: service.supervised, ledger: try await money.open(),
        account: try owner())
      configuration.programs = try paths.map { try Files.program($0, home: home).program }
      try await ProviderService(configuration, offers: offers, report: service.report).run()
    }
  }

  func validate() throws {
    guard (1...64).contains(running) else { throw ValidationError("--running must be 1 to 64.") }
    try Threads.validate(threads)
    guard (0...65_535).contains(port) else { throw ValidationError("--port must be 0 to 65535.") }
  }

  private func owner() throws -> Digest? {
    try account.map { text in
      guard let id = Digest(hex: text) else {
        throw CommandFailure("--account must be 64 hexadecimal digits", status: 64)
      }
      return id
    }
  }

  private func programs() throws -> [String] {
    try program.isEmpty ? [Files.shippedProgram()] : program
  }

  /// - Parameter shareOfMemory: programs that share this provider's memory.
  private func offer(_ path: String, home: String, shareOfMemory: Int) throws -> ProviderOffer {
    let report = service.report
    let name = path.split(separator: "/").last.map(String.init) ?? path
    var said = 0
    let loaded = try Files.program(path, home: home) { share in
      // A line for every quarter: enough for a great program, not too much for a small one.
      let quarter = Int(share * 4)
      guard quarter > said else { return }
      said = quarter
      report(.loading(what: "checking \(name)", done: quarter, total: 4))
    }
    if let warning = (try? Model(loaded))?.residentWarning { report(.notice("\(name): \(warning)")) }
    let engine = try engine(loaded, shareOfMemory: shareOfMemory)
    var claimed = engine.program
    if let claimRoot {
      guard let root = Digest(hex: claimRoot) else {
        throw CommandFailure("--claim-root must be 64 hexadecimal digits", status: 64)
      }
      claimed.root = root
    }
    return ProviderOffer(
      engine: engine, program: claimed, prices: Prices(prompt: promptPrice, answer: answerPrice))
  }
}

extension ProviderServe {
  /// The engine of a program, whatever its kind.
  private func engine(_ loaded: LoadedProgram, shareOfMemory: Int) throws -> any AnswerEngine {
    let parallel = Threads.parallel(threads)
    if let values = try ValueEngine(loaded, parallel: parallel) { return values }
    var options = BatchOptions()
    options.parallel = parallel
    options.sequenceLimit = running
    options.cacheByteLimit = Memory.physicalByteCount / 4 / shareOfMemory
    options.prefixByteLimit = min(Memory.physicalByteCount / 16, 256 << 20) / shareOfMemory
    return try ProgramEngine(loaded, options: options)
  }
}

/// `razao gateway`.
struct GatewayCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gateway", abstract: "Route requests to providers.", subcommands: [GatewayServe.self])
}

/// `razao gateway serve`.
struct GatewayServe: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve", abstract: "Speak OpenAI's dialect to clients and the verified protocol to providers.",
    discussion: """
      EXAMPLES
        razao gateway serve
        razao gateway serve --port 9000 --auditor 8d1f…     believe this auditor's reports
      """)

  @OptionGroup var service: ServiceOptions
  @Option(help: "The address to listen at.") var host = "127.0.0.1"
  @Option(help: "The port; 0 picks a free one.") var port = 8080
  @Option(help: "The public key of an auditor whose reports are believed; may be repeated.") var auditor: [String] = []
  @Option(
    help: "Fix a name to a program, NAME=ROOT; may be repeated. Another name stands for what its first provider serves."
  )
  var model: [String] = []
  @OptionGroup var money: LedgerOption

  func run() async throws {
    try await service.running {
      let keys = try auditor.map { text in
        guard let bytes = [UInt8](hex: text), let key = PublicKey(bytes) else {
          throw CommandFailure("--auditor must be 64 hexadecimal digits, not \(text)", status: 64)
        }
        return key
      }
      let configuration = GatewayConfiguration(
        home: Files.home(service.home), host: host, port: port, auditors: keys, models: try models(),
        endsWithInput: service.supervised, ledger: try await money.open())
      try await GatewayService(configuration, report: service.report).run()
    }
  }

  private func models() throws -> [(name: String, root: Digest)] {
    try model.map { text in
      guard let sign = text.lastIndex(of: "="), let root = Digest(hex: text[text.index(after: sign)...]),
        sign > text.startIndex
      else { throw CommandFailure("--model must be NAME=ROOT with 64 hexadecimal digits, not \(text)", status: 64) }
      return (name: String(text[..<sign]), root: root)
    }
  }
}

/// `razao auditor`.
struct AuditorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "auditor", abstract: "Check answers of others.", subcommands: [AuditorServe.self],
    aliases: ["validator"])
}

/// `razao auditor serve`.
struct AuditorServe: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve", abstract: "Run a share of a gateway's answers again and report what does not agree.",
    discussion: """
      EXAMPLES
        razao auditor serve --gateway http://127.0.0.1:8080 --share 0.1
      """)

  @OptionGroup var service: ServiceOptions
  @Option(help: "The gateway whose answers are checked.") var gateway = "http://127.0.0.1:8080"
  @Option(help: "An honest program file; may be repeated. Default: the one that ships with Razao.")
  var program: [String] = []
  @Option(help: "Share of the answers to run again, 0 to 1.") var share = 1.0
  @OptionGroup var money: LedgerOption

  func run() async throws {
    try await service.running {
      let home = Files.home(service.home)
      let paths = try program.isEmpty ? [Files.shippedProgram()] : program
      let auditors = try paths.map { path in
        try AnswerAuditor(Files.program(path, home: home), parallel: Parallel(threadCount: 1))
      }
      var configuration = AuditorConfiguration(
        home: home, gateway: gateway, share: share, endsWithInput: service.supervised)
      if let ledger = try await money.open() { configuration.network = ledger.chain }
      try await AuditorService(configuration, rerun: Self.rerun(auditors), report: service.report).run()
    }
  }

  /// Bundles of one program are run again in one pass.
  private static func rerun(_ auditors: [AnswerAuditor]) -> Node.Rerun {
    { bundles in
      var verdicts = bundles.map { verdictWithoutProgram($0, auditors) }
      for auditor in auditors {
        let own = bundles.indices.filter { programRoot(of: bundles[$0]) == auditor.programRoot }
        for (index, report) in zip(own, auditor.audit(own.map { bundles[$0] })) {
          verdicts[index] = report.refutation.map { .refuted(reason: $0.reason) } ?? .agrees
        }
      }
      return verdicts
    }
  }

  private static func programRoot(of bundle: [UInt8]) -> Digest? {
    (try? Receipts.Bundle(decoding: bundle))?.receipt.body.programRoot
  }

  /// What can be said of a bundle whose program is not at hand.
  private static func verdictWithoutProgram(_ bytes: [UInt8], _ auditors: [AnswerAuditor]) -> RerunVerdict {
    guard let bundle = try? Receipts.Bundle(decoding: bytes) else { return .cannotTell(reason: "no bundle") }
    let root = bundle.receipt.body.programRoot
    // A receipt of an unknown program for a request that names a known one is the oldest cheat of all.
    let asked = try? RoutingFields(body: bundle.requestBody).model
    if let asked,
      auditors.contains(where: { $0.programName.utf8.elementsEqual(asked.utf8) || $0.programRoot.hex == asked })
    {
      return .refuted(reason: "program: the request asks for \(asked), the receipt names \(root)")
    }
    return .cannotTell(reason: "the program \(root) is not at hand")
  }
}
