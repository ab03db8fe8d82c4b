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
    subcommands: [
      ProgramImport.self, ProgramInspect.self, ProgramEval.self, ProgramEqual.self, ProgramPublish.self,
      ProgramFetch.self,
    ])
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
      let evaluation = try Evaluation(of: try Model(loaded), against: reference) {
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
