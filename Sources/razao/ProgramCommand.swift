import ArgumentParser
import FileMapping
import Foundation
import Hashing
import Import
import Measurement
import Program
import Runtime
import StrictJSON

/// `razao program`.
struct ProgramCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "program", abstract: "Make, look at and measure integer programs.",
    subcommands: [ProgramImport.self, ProgramInspect.self, ProgramEval.self])
}

/// `razao program import`.
struct ProgramImport: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Turn a published model into an integer program.",
    discussion: """
      SOURCE is a Hugging Face folder (config.json, safetensors), a GGUF file (F32, F16, BF16) or a llama2.c file.
      The same source gives the same program on every machine, at any thread count.

      EXAMPLES
        razao program import ./Llama-3.2-1B -o llama.razao
        razao program import stories260K.bin --tokenizer tok512.bin -o stories.razao --expect 3f2a…
      """)

  @Argument(help: "The model.") var source: String
  @Option(name: [.short, .customLong("output")], help: "The program file to write.") var output: String
  @Option(help: "A weights root or program root; refuse any other result.") var expect: String?
  @Option(help: "The model's name in requests. Default: from the source's file name.") var name: String?
  @Option(help: "A tokenizer file, where the source has none or another is wanted.") var tokenizer: String?
  @Option(help: "Threads; of no influence on the result. Default: all cores.") var threads: Int?
  @Flag(help: "Print the result as JSON.") var json = false

  func run() async throws {
    try await Terminal.reporting {
      var options = ImportOptions()
      options.name = name
      options.tokenizerPath = tokenizer
      let expected = try expect.map { text in
        guard let digest = Digest(hex: text) else {
          throw CommandFailure("--expect must be 64 hexadecimal digits, not \(text)", status: 64)
        }
        return digest
      }
      let count = threads ?? ImportThreads.available
      let calibration = SelfCalibration(parallel: Parallel(threadCount: count))
      let program = try importProgram(
        from: source, to: output, options: options, expecting: expected, threadCount: count,
        progress: { Terminal.progress("\($0.stage.rawValue)", share: Double($0.completed) / Double(max(1, $0.total))) },
        calibrate: { try calibration.statistics(of: $0) })
      if json {
        Terminal.json(["program_root": .string(program.root.hex), "weights_root": .string(program.weightsRoot.hex)])
      } else {
        Terminal.line("program \(program.root)")
        Terminal.line("weights \(program.weightsRoot)")
        Terminal.line("\(output): \(program.file.count) bytes, \(program.graph.layers.count) layers")
      }
    }
  }
}

/// `razao program inspect`.
struct ProgramInspect: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect", abstract: "Check every byte of a program and show what it is.",
    discussion: """
      EXAMPLES
        razao program inspect model.razao
        razao program inspect model.razao --json
      """)

  @Argument(help: "The program file.") var file: String
  @Flag(help: "Print as JSON.") var json = false

  func run() async throws {
    try await Terminal.reporting {
      let program = try Files.naming(file) {
        let program = try Program(path: file)
        try program.checkContent { Terminal.progress("checking \(file)", share: $0) }
        return program
      }
      let description = ProgramDescription(program)
      if json { Terminal.json(description.json) } else { description.lines.forEach(Terminal.line) }
    }
  }
}

/// A program in words.
struct ProgramDescription {
  let program: Program

  init(_ program: Program) {
    self.program = program
  }

  private var graph: Graph { program.graph }
  private var weightCount: Int { graph.matrices.reduce(0) { $0 + $1.matrix.rows * $1.matrix.columns } }
  private var sources: JSON { (try? JSON.parse(program.sources)) ?? .null }

  var json: JSON {
    let attention = graph.layers.first?.attention
    return [
      "program_root": .string(program.root.hex), "weights_root": .string(program.weightsRoot.hex),
      "arithmetic_version": 1, "bytes": JSON(program.file.count), "weights": JSON(weightCount),
      "layers": JSON(graph.layers.count), "hidden_size": JSON(graph.hiddenSize),
      "vocabulary": JSON(graph.vocabularyCount), "context": JSON(graph.contextLength),
      "heads": JSON(attention?.headCount ?? 0), "key_value_heads": JSON(attention?.keyValueHeadCount ?? 0),
      "head_size": JSON(attention?.headSize ?? 0), "stop_tokens": .array(graph.stopTokens.map { JSON($0) }),
      "has_tokenizer": .bool(!program.tokenizer.isEmpty), "has_template": .bool(!program.template.isEmpty),
      "sources": sources,
    ]
  }

  var lines: [String] {
    let attention = graph.layers.first?.attention
    var lines = [
      "program     \(program.root)",
      "weights     \(program.weightsRoot)",
      "arithmetic  version 1, every byte checked, every bound proven",
      "size        \(program.file.count) bytes, \(weightCount) weights",
      "shape       \(graph.layers.count) layers of \(graph.hiddenSize), \(attention?.headCount ?? 0) heads "
        + "(\(attention?.keyValueHeadCount ?? 0) for keys and values), vocabulary \(graph.vocabularyCount), "
        + "context \(graph.contextLength)",
      "tokenizer   \(program.tokenizer.isEmpty ? "none" : "\(program.tokenizer.count) bytes")",
      "template    \(program.template.isEmpty ? "none" : "\(program.template.count) bytes")",
    ]
    for file in sources["files"]?.array ?? [] {
      lines.append("source      \(file["name"]?.string ?? "?")  \(file["sha256"]?.string ?? "?")")
    }
    return lines
  }
}

/// `razao program eval`.
struct ProgramEval: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "eval", abstract: "Measure a program against the float model it was made from.",
    discussion: """
      The reference files are made once by Training/reference.py: token ids, the float model's likelihoods and best
      tokens, and whole logits at some positions for the divergence.

      EXAMPLES
        razao program eval model.razao --tokens tokens.json --reference reference.json --logits logits.npy
      """)

  @Argument(help: "The program file.") var file: String
  @Option(help: "Token ids, JSON.") var tokens: String
  @Option(help: "The float model's figures, JSON.") var reference: String
  @Option(help: "The float model's logits at some positions, NumPy.") var logits: String?
  @Flag(help: "Print as JSON.") var json = false

  func run() async throws {
    try await Terminal.reporting {
      let reference = try EvaluationReference(
        tokens: Files.read(tokens), reference: Files.read(self.reference), logits: logits.map { try Files.read($0) })
      let loaded = try Files.naming(file) { try LoadedProgram(checking: Program(path: file)) }
      let evaluation = try Evaluation(of: Model(loaded), against: reference) {
        Terminal.progress("evaluating", share: $0)
      }
      if json {
        Terminal.json(evaluation.json)
      } else {
        for member in evaluation.json.object?.members ?? [] {
          Terminal.line("\(member.name.padded(to: 30)) \(member.value.string ?? member.value.text)")
        }
      }
    }
  }
}
