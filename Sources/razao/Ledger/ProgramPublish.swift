import ArgumentParser
import Hashing
import Ledger
import Node

/// `razao program publish`.
struct ProgramPublish: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "publish", abstract: "Register a program on the ledger: its roots, its licence, its royalty.",
    discussion: """
      The file itself stays here; whoever serves the program hands it out in chunks that anybody can check. The first \
      account that registers a program owns it. A royalty can be lowered later and never raised.

      EXAMPLES
        razao program publish model.razao --licence MIT --from main --wait
        razao program publish model.razao --licence MIT --royalty 2.5 --dry-run
      """)

  @Argument(help: "The program file.") var file: String
  @Option(help: "The licence that its publisher gives, at most 256 bytes.") var licence: String
  @Option(help: "Per cent of every answer's price that go to its publisher, 0 to 50.") var royalty = PercentArgument
    .zero
  @Option(help: "The name, at most 64 bytes. Default: the file's.") var title: String?
  @OptionGroup var sending: SendingOptions

  func validate() throws {
    guard licence.utf8.count <= 256, (title ?? "").utf8.count <= 64 else {
      throw ValidationError("--licence has at most 256 bytes, --title at most 64.")
    }
  }

  func run() async throws {
    try await sending.send { _ in
      let program = try PublishableProgram.read(file, home: sending.ledger.homeFolder)
      let name = title ?? program.name
      guard (1...64).contains(name.utf8.count) else {
        throw CommandFailure("the name '\(name)' has no bytes or more than 64; give another with --title", status: 64)
      }
      let message = PublishProgram(
        root: program.root, title: name, programKind: program.kind.code, royalty: royalty.partsPerMillion,
        licence: licence, sources: Array(program.sources.prefix(16)), fileRoot: program.manifest.fileRoot,
        fileByteCount: UInt64(program.manifest.byteCount))
      return ([message], "register program \(name), root \(program.root)")
    }
  }
}
