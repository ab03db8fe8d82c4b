import FileMapping

/// A published model, whatever form its files have: one configuration, and weights by role.
///
/// All forms give the same numbers in the same order, the one of Hugging Face's Llama: matrices have
/// shape (outputs, inputs), and query and key rows are arranged so that rotary embedding turns the
/// pairs (i, i + headSize / 2) of each head.
package protocol Checkpoint: Sendable {
  var configuration: TransformerConfiguration { get }
  /// The files that determine configuration and weights, in a fixed order.
  var files: [SourceFile] { get }
  /// Files beside them, for tokenizers and chat templates; empty where the form keeps those inside.
  var companions: [SourceFile] { get }
  /// True when there is such a tensor; false for the head when it is tied to the embedding.
  func has(_ role: TensorRole) -> Bool
  /// From the outermost dimension to the innermost.
  /// - Throws: `CheckpointError` when there is no such tensor.
  func shape(of role: TensorRole) throws(CheckpointError) -> [Int]
  /// Rows of a matrix, row-major, or elements of a vector: exact binary32 values, all finite.
  /// - Throws: `CheckpointError` when there is no such tensor or row, and at the first weight that is
  ///   infinite or not a number, with its index in stored order.
  /// - Complexity: O(elements asked for); nothing is kept.
  func rows(_ role: TensorRole, _ range: Range<Int>) throws(CheckpointError) -> [Float]
}

/// What the three forms share: a table that knows where each tensor lies.
protocol TableBackedCheckpoint: Checkpoint {
  var table: TensorTable { get }
}

extension TableBackedCheckpoint {
  package func has(_ role: TensorRole) -> Bool { table.has(role) }

  package func shape(of role: TensorRole) throws(CheckpointError) -> [Int] { try table.entry(role).shape }

  package func rows(_ role: TensorRole, _ range: Range<Int>) throws(CheckpointError) -> [Float] {
    try table.rows(role, range)
  }
}

/// Opens a model in any known form: a Hugging Face directory, a GGUF file, or a llama2.c `.bin` file.
///
/// Everything but the weights' values is checked here: sizes, names, shapes, places.
/// - Throws: `CheckpointError` with what is wrong, where, and what to do.
package func openCheckpoint(_ path: String) throws(CheckpointError) -> any Checkpoint {
  if MappedFile.kind(ofPath: path) == .directory { return try HuggingFaceDirectory(path: path) }
  let file = try MappedFile.open(path)
  if file.count >= 4, file.bytes(0..<4) == GGUFFile.magic { return try GGUFCheckpoint(GGUFFile(file)) }
  guard path.utf8.suffix(4).elementsEqual(".bin".utf8) else {
    throw CheckpointError(file: path, reason: .notACheckpoint)
  }
  return try Llama2CFile(file)
}
