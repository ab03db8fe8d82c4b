import ArgumentParser
import Hashing
import Import
import Measurement
import Program
import Runtime
import StrictJSON

/// `razao program import`.
struct ProgramImport: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Turn a published model into an integer program.",
    discussion: """
      SOURCE is a Hugging Face folder (config.json, safetensors), a GGUF file (F32, F16, BF16, Q8_0, Q4_0, Q4_K, Q6_K), a
      llama2.c file, an ONNX file, or a Keras network exported to safetensors. The same source gives the same program on
      every machine, at any thread count.

      EXAMPLES
        razao program import ./Llama-3.2-1B -o llama.razao
        razao program import ./Llama-3.2-1B -o small.razao --weights int4
        razao program import all-MiniLM-L6-v2/ -o minilm.razao
        razao program import mnist-8.onnx -o mnist.razao
        razao program import stories260K.bin --tokenizer tok512.bin -o stories.razao --expect 3f2a…
      """)

  /// How weights are kept.
  enum Weights: String, ExpressibleByArgument, CaseIterable {
    case int8, int4
  }

  @Argument(help: "The model.") var source: String
  @Option(name: [.short, .customLong("output")], help: "The program file to write.") var output: String
  @Option(help: "A weights root or program root; refuse any other result.") var expect: String?
  @Option(help: "The model's name in requests. Default: from the source's file name.") var name: String?
  @Option(help: "A tokenizer file, where the source has none or another is wanted.") var tokenizer: String?
  @Option(help: "int8, or int4 for the matrices of all layers, rounded with error feedback.") var weights = Weights.int8
  @Option(help: "Threads, 1 to 1024; of no influence on the result. Default: all cores.") var threads: Int?
  @Flag(help: "Print the result as JSON.") var json = false

  func validate() throws { try Threads.validate(threads) }

  func run() async throws {
    try await Terminal.reporting {
      let expected = try expect.map { text in
        guard let digest = Digest(hex: text) else {
          throw CommandFailure("--expect must be 64 hexadecimal digits, not \(text)", status: 64)
        }
        return digest
      }
      let program = try importedNetwork(expected) ?? importedTransformer(expected)
      if json {
        Terminal.json(["program_root": .string(program.root.hex), "weights_root": .string(program.weightsRoot.hex)])
      } else {
        Terminal.line("program \(program.root)")
        Terminal.line("weights \(program.weightsRoot)")
        Terminal.line("\(output): \(program.file.count) bytes, \(Self.size(of: program))")
      }
    }
  }

  private static func size(of program: Program) -> String {
    switch program.structure {
    case .transformer(let graph): "\(graph.layers.count) layers"
    case .network(let network): "\(network.operators.count) operators"
    }
  }

  private static func show(_ progress: ImportProgress) {
    Terminal.progress(progress.stage.rawValue, share: Double(progress.completed) / Double(max(1, progress.total)))
  }

  private static func show(_ summary: ImportSummary) {
    guard summary.exactRows > 0 else { return }
    Terminal.note("\(summary.exactRows) of \(summary.rows) rows hold the model's weights exactly")
  }

  /// - Returns: `nil` for a source that is no network.
  private func importedNetwork(_ expected: Digest?) throws -> Program? {
    guard let source = try openNetworkSource(source) else { return nil }
    guard weights == .int8 else {
      throw CommandFailure("\(self.source): networks have int8 weights; leave out --weights", status: 64)
    }
    var options = NetworkImportOptions()
    options.name = name
    return try importNetwork(of: source, to: output, options: options, expecting: expected, progress: Self.show)
  }

  private func importedTransformer(_ expected: Digest?) throws -> Program {
    var options = ImportOptions()
    options.name = name
    options.tokenizerPath = tokenizer
    if weights == .int4 { options.weightFormats = ImportOptions.WeightFormats(layers: .int4) }
    let count = threads ?? ImportThreads.available
    let calibration = SelfCalibration(
      recordsOperands: weights == .int4, parallel: Parallel(threadCount: count))
    return try importProgram(
      from: source, to: output, options: options, expecting: expected, threadCount: count, progress: Self.show,
      summary: Self.show,
      calibrate: { try calibration.statistics(of: $0) })
  }
}
