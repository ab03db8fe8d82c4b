import ArgumentParser
import Foundation
import Hashing
import Ledger
import Node
import StrictJSON

/// `razao program fetch`.
struct ProgramFetch: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "fetch", abstract: "Fetch a program by its root from anybody who has it; nobody is trusted.",
    discussion: """
      Providers that the ledger lists with this program are asked, and the peers that are named here. Every chunk is \
      checked as it comes, the whole at the end; what was cut off goes on where it stopped.

      EXAMPLES
        razao program fetch 81c0…64 digits…3e
        razao program fetch 81c0…64 digits…3e --peer https://127.0.0.1:9443 --output model.razao
      """)

  @Argument(help: "The program's root: 64 hexadecimal digits.") var root: DigestArgument
  @Option(help: "The file to write. Default: HOME/programs/ROOT.razao, where the other commands find it.")
  var output: String?
  @Option(help: "Somebody who may have it, https://host:port; may be repeated.") var peer: [String] = []
  @OptionGroup var ledger: LedgerOptions

  func validate() throws {
    guard peer.allSatisfy({ $0.hasPrefix("https://") || $0.hasPrefix("http://") }) else {
      throw ValidationError("--peer is an address, https://host:port.")
    }
  }

  func run() async throws {
    try await LedgerAccess.reporting(json: ledger.json, url: try ledger.target().url) {
      let word = try await wordOfTheLedger()
      let endpoints = peer + word.endpoints.filter { !peer.contains($0) }
      let fetcher = ProgramFetcher(
        program: root.digest, peers: endpoints.map { HTTPProgramPeer(endpoint: $0) }, known: word.manifest)
      do { show(try await fetcher.fetch(to: target(), progress: Self.progress)) } catch let error as FetchError {
        throw CommandFailure("\(error)", status: Self.status(of: error))
      }
    }
  }

  /// What the ledger knows of the program; nothing when no ledger answers and peers are named.
  private func wordOfTheLedger() async throws -> FetchHints {
    do {
      return try await LedgerConnection.opening(ledger.target()) { try await $0.hints(for: root.digest) }
    } catch LedgerClientError.unreachable(let what) where !peer.isEmpty {
      Terminal.note("no ledger answers (\(what)); the named peers alone are asked")
      return FetchHints()
    }
  }

  private func target() throws -> String {
    if let output { return output }
    let folder = ledger.homeFolder + "/programs"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    return "\(folder)/\(root.digest.hex.prefix(16)).razao"
  }

  private func show(_ fetched: FetchedProgram) {
    for reason in fetched.excluded { Terminal.note("given up on: \(JSONLines.printable(reason))") }
    if ledger.json {
      Terminal.json([
        "path": .string(fetched.path), "program_root": .string(root.digest.hex),
        "resumed_chunks": JSON(fetched.resumedChunks),
      ])
    } else {
      Terminal.line(fetched.path)
    }
  }

  @Sendable private static func progress(_ progress: FetchProgress) {
    Terminal.progress(progress.stage.rawValue, share: Double(progress.done) / Double(max(1, progress.total)))
  }

  private static func status(of error: FetchError) -> Int32 {
    switch error {
    case .noPeers, .nobodyHasIt: 69
    case .tooLong, .otherProgram: 1
    case .diskFull, .file, .inUse, .targetTaken: 73
    }
  }
}

/// Where a program may be had, and what its file is, as the ledger has it.
struct FetchHints: Sendable {
  var endpoints: [String] = []
  var manifest: ProgramManifest?
}

extension LedgerConnection {
  /// Providers that are looked through for a program.
  private static let providerLimit = 10_000

  /// What the ledger knows of a program: its file, proven, and providers on duty that offer it.
  func hints(for root: Digest) async throws -> FetchHints {
    let record = try await proof(of: StateKey<Ledger.Program>.program(root).bytes).record(Ledger.Program.self)
    let manifest = record.flatMap {
      ProgramManifest(program: root, byteCount: Int(clamping: $0.fileByteCount), fileRoot: $0.fileRoot)
    }
    let providers = try await records(.provider, limit: Self.providerLimit).compactMap {
      try? Provider(decoding: $0.value)
    }
    let endpoints = providers.filter { !$0.isRetired && $0.prices(of: root) != nil }.map(\.endpoint)
    return FetchHints(endpoints: endpoints, manifest: manifest)
  }
}
