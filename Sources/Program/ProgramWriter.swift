import FileMapping
import Glibc
import Hashing

/// Everything of a program but its weights.
package struct ProgramParts: Sendable {
  package var structure: Structure
  package var tokenizer: [UInt8]
  package var template: [UInt8]
  package var sources: [UInt8]

  package init(graph: Graph, tokenizer: [UInt8] = [], template: [UInt8] = [], sources: [UInt8] = []) {
    self.init(structure: .transformer(graph), tokenizer: tokenizer, template: template, sources: sources)
  }

  package init(structure: Structure, tokenizer: [UInt8] = [], template: [UInt8] = [], sources: [UInt8] = []) {
    self.structure = structure
    self.tokenizer = tokenizer
    self.template = template
    self.sources = sources
    self.structure.numberMatrices()
  }

  fileprivate var frame: Frame {
    var lengths: [(kind: SectionKind, index: Int, length: Int)] = [
      (.graph, 0, structure.encoded().count), (.tables, 0, Tables.encoded.count),
    ]
    for (_, matrix) in structure.matrices { lengths.append((.matrix, matrix.index, MatrixLayout(matrix).length)) }
    lengths.append((.tokenizer, 0, tokenizer.count))
    lengths.append((.template, 0, template.count))
    lengths.append((.sources, 0, sources.count))
    return Frame(lengths: lengths)
  }
}

/// Writes program files, one matrix in memory at a time.
///
/// The file appears under its name only when it is complete and on disk; until then it has the suffix `.partial`.
package enum ProgramWriter {
  /// - Parameter content: gives the content of each matrix, in the order of the graph.
  /// - Throws: what `content` throws, or `ProgramError.unreadable` with the system's reason when writing fails.
  package static func write(
    _ parts: ProgramParts, to path: String, content: (Place, Matrix) throws -> MatrixContent
  ) throws -> Program {
    let partial = path + ".partial"
    let descriptor = open(partial, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw failure(partial) }
    do {
      defer { close(descriptor) }
      try write(parts, content: content) { bytes, offset in try writeAll(bytes, at: offset, descriptor, partial) }
      guard fsync(descriptor) == 0 else { throw failure(partial) }
    } catch {
      unlink(partial)
      throw error
    }
    guard rename(partial, path) == 0 else { throw failure(path) }
    return try Program(path: path)
  }

  /// The same file as bytes in memory.
  package static func encode(
    _ parts: ProgramParts, content: (Place, Matrix) throws -> MatrixContent
  ) rethrows -> [UInt8] {
    var file: [UInt8] = []
    try write(parts, content: content) { bytes, offset in
      if file.count < offset + bytes.count {
        file.append(contentsOf: repeatElement(0, count: offset + bytes.count - file.count))
      }
      file.replaceSubrange(offset..<offset + bytes.count, with: bytes)
    }
    return file
  }

  private static func write(
    _ parts: ProgramParts, content: (Place, Matrix) throws -> MatrixContent, sink: ([UInt8], Int) throws -> Void
  ) rethrows {
    var frame = parts.frame
    func put(_ bytes: [UInt8], _ number: Int) throws {
      frame.setRoot(Merkle.bytesRoot(bytes), ofSection: number)
      try sink(bytes, frame.sections[number].offset)
    }
    try put(parts.structure.encoded(), 0)
    try put(Tables.encoded, 1)
    for (place, matrix) in parts.structure.matrices {
      let packed = MatrixLayout(matrix).pack(try content(place, matrix))
      let section = Section(kind: .matrix, index: matrix.index, offset: 0, length: packed.count, root: .zero)
      let weights = PackedWeights(matrix, in: MappedFile(name: "\(place)", bytes: packed), section: section)
      frame.setRoot(weights.root(), ofSection: matrix.index + 2)
      try sink(packed, frame.weights[matrix.index + 2].offset)
    }
    let first = frame.weights.count
    try put(parts.tokenizer, first)
    try put(parts.template, first + 1)
    try put(parts.sources, first + 2)
    try sink(frame.encoded(), 0)
  }

  private static func writeAll(_ bytes: [UInt8], at offset: Int, _ descriptor: Int32, _ path: String) throws {
    var done = 0
    while done < bytes.count {
      let written = bytes[done...].withUnsafeBytes {
        pwrite(descriptor, $0.baseAddress, $0.count, off_t(offset + done))
      }
      guard written > 0 else { throw failure(path) }
      done += written
    }
  }

  private static func failure(_ path: String) -> ProgramError {
    .unreadable(FileMappingError(path: path, reason: String(cString: strerror(errno))))
  }
}
