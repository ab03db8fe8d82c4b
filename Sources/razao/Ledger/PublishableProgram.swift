import Foundation
import Hashing
import Node
import Program
import StrictJSON

/// What the ledger is told of a program's file: its roots, its length, what it was made of.
struct PublishableProgram: Equatable, Sendable {
  let root: Digest
  /// The file's name without its ending.
  let name: String
  let kind: ProgramKind
  /// Hashes of the files that it was made of, as the program itself records them.
  let sources: [Digest]
  let manifest: ProgramManifest

  /// Checks a program's file in full and hashes its chunks.
  static func read(_ path: String, home: String) throws -> PublishableProgram {
    let program = try Files.program(path, home: home).program
    let shared = try SharedProgram(program, stampDirectory: home + "/stamps") { share in
      Terminal.progress("hashing \(path)", share: share)
    }
    let files = (try? JSON.parse(program.sources))?["files"]?.array ?? []
    return PublishableProgram(
      root: program.root, name: URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent,
      kind: kind(of: program), sources: files.compactMap { $0["sha256"]?.string.flatMap { Digest(hex: $0) } },
      manifest: shared.manifest)
  }

  private static func kind(of program: Program) -> ProgramKind {
    switch program.structure {
    case .transformer(let graph): graph.isBidirectional ? .embedding : .text
    case .network(let network):
      switch network.input {
      case .picture: .image
      case .nucleotides: .sequence
      }
    }
  }
}

extension ProgramKind {
  /// The kind's number on the ledger: its place in the list of kinds.
  var code: UInt8 { UInt8(Self.allCases.firstIndex(of: self) ?? 0) }
}
