import Glibc
import Import
import Program
import StrictJSON

/// The engine's side of the benchmarks: makes programs, and measures what it is told to, one line of JSON an answer.
///
/// It is driven by `Benchmarks/run`, which interleaves it with the peer; see `Benchmarks/README.md`.
@main
struct RazaoBench {
  static let usage = """
    usage: razao-bench COMMAND key=value...
      random output= vocabulary= hidden= layers= heads= kv= width= context= format=int8|int4 [seed=1]
      serve  program= [stamps=]        then commands on standard input, see Benchmarks/README.md
      open   program= [stamps=]        how long until a model is ready
      memory program= [stamps=] threads= prompt= tokens=
      once   program= [stamps=] threads= prompt= tokens= [trace=1]
      limits threads= [megabytes=1024]
      ledger-engine folder= [blocks=500]
    """

  static func main() async {
    do {
      let command = try Command(CommandLine.arguments.dropFirst().map { $0[...] })
      switch command.name {
      case "random": try write(random(command))
      case "serve": try Serving(command).run()
      case "open": try write(["opened": OpenedModel(command).json])
      case "memory": try write(OpenedModel(command).memory(command))
      case "once": try write(OpenedModel(command).once(command))
      case "limits": try write(Limits(command).json)
      case "ledger-engine": write(try await EngineRun.emptyBlocks(command))
      default: throw CommandError("no command \(command.name)\n\(usage)")
      }
    } catch {
      let line = Array("razao-bench: \(error)\n".utf8)
      _ = Glibc.write(STDERR_FILENO, line, line.count)
      exit(64)
    }
  }

  /// Writes one line at once: the harness waits for it.
  static func write(_ json: JSON) {
    print(json.text)
    fflush(nil)
  }

  private static func random(_ command: Command) throws -> JSON {
    let isInt4 = command.text("format", default: nil) == "int4"
    let model = RandomModel(
      vocabularyCount: try command.count("vocabulary"), hiddenSize: try command.count("hidden"),
      layerCount: try command.count("layers"), headCount: try command.count("heads"),
      keyValueHeadCount: try command.count("kv"), feedForwardWidth: try command.count("width"),
      contextLength: try command.count("context"), format: isInt4 ? .int4 : .int8,
      seed: UInt64(try command.count("seed", default: 1)))
    var program: Program?
    let time = try Stopwatch.nanoseconds { program = try model.write(to: try command.text("output")) }
    guard let program else { throw CommandError("nothing was written") }
    return ["root": .string(program.root.hex), "bytes": JSON(program.file.count), "nanoseconds": JSON(time)]
  }
}
