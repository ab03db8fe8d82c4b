import FileMapping
import Hashing

/// An integer model with its tokenizer and template, in a memory-mapped file, addressed by its root (SPEC.md, section 6).
///
/// Opening checks everything that is cheap: the frame, the structure and its legality, the sections' lengths. Nothing may be
/// computed or signed with a program before `checkContent` has gone through every byte.
package struct Program: Sendable {
  package let file: MappedFile
  package let structure: Structure
  /// The root of everything that decides a token, given the prompt's tokens.
  package let weightsRoot: Digest
  /// The program's name.
  package let root: Digest
  let frame: Frame

  /// Opens a program file.
  /// - Throws: `ProgramError`; never traps, whatever the bytes.
  package init(path: String) throws(ProgramError) {
    let file: MappedFile
    do { file = try MappedFile(path: path) } catch { throw .unreadable(error) }
    try self.init(file)
  }

  /// Opens a mapped program file.
  package init(_ file: MappedFile) throws(ProgramError) {
    self.file = file
    frame = try Frame(decoding: file)
    structure = try Structure(decoding: file.bytes(frame.weights[0].range))
    weightsRoot = frame.weightsRoot
    root = frame.programRoot
    let matrices = structure.matrices
    guard frame.weights.count == matrices.count + 2 else {
      throw .header(
        field: "the count of weight sections", expected: "\(matrices.count + 2)", actual: "\(frame.weights.count)")
    }
    for (place, matrix) in matrices {
      let length = MatrixLayout(matrix).length
      let section = frame.weights[matrix.index + 2]
      guard section.length == length else {
        throw .header(field: "the length of \(place)", expected: "\(length)", actual: "\(section.length)")
      }
    }
  }

  /// The transformer's graph.
  /// - Throws: `ProgramError.kind` for a program that is no transformer.
  package var graph: Graph {
    get throws(ProgramError) { try structure.graph }
  }

  /// The network.
  /// - Throws: `ProgramError.kind` for a program that is no network.
  package var network: Network {
    get throws(ProgramError) { try structure.network }
  }

  /// The packed weights of one of the structure's matrices.
  package func weights(of matrix: Matrix) -> PackedWeights {
    PackedWeights(matrix, in: file, section: frame.weights[matrix.index + 2])
  }

  /// The tokenizer section's bytes; empty when the program has none.
  package var tokenizer: [UInt8] { file.bytes(frame.information[0].range) }
  /// The chat template, UTF-8; empty when the program has none.
  package var template: [UInt8] { file.bytes(frame.information[1].range) }
  /// Where the program came from, JSON.
  package var sources: [UInt8] { file.bytes(frame.information[2].range) }

  /// Whether the program was made from anything: name, byte offset and length of each section, for display.
  package var sections: [Section] { frame.sections }
}
