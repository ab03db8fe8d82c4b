import FileMapping
import Hashing

extension Frame {
  /// Decodes and checks the frame of a file: canonical offsets, exact length, roots that follow from the entries.
  init(decoding file: MappedFile) throws(ProgramError) {
    let counts = try Self.readCounts(file)
    let size = Self.fixedSize + Self.entrySize * (counts.weights + counts.information)
    guard size <= file.count else {
      throw .file(ByteReaderError(.truncated(needed: size, left: file.count), offset: 0))
    }
    let lengths: [(kind: SectionKind, index: Int, length: Int)]
    var roots: [Digest] = []
    do throws(ByteReaderError) {
      var reader = ByteReader(file.bytes(0..<size))
      _ = try reader.readBytes(Self.fixedSize)
      lengths = try Self.readEntries(&reader, counts, fileLength: file.count, roots: &roots)
    } catch {
      throw .file(error)
    }
    self.init(lengths: lengths)
    for (number, root) in roots.enumerated() { setRoot(root, ofSection: number) }
    try compare(with: file)
  }

  /// Graph, tables and as many matrices as any structure may have.
  private static let weightSectionLimit = 1 << 22

  /// Magic, versions and the two counts.
  private static func readCounts(_ file: MappedFile) throws(ProgramError) -> (weights: Int, information: Int) {
    guard file.count >= fixedSize else {
      throw .file(ByteReaderError(.truncated(needed: fixedSize, left: file.count), offset: 0))
    }
    do throws(ByteReaderError) {
      var reader = ByteReader(file.bytes(0..<fixedSize))
      guard try reader.readBytes(magic.count) == magic else { throw reader.failure("no program file's first bytes") }
      let version = try reader.read(UInt32.self)
      guard version == fileVersion else { throw reader.failure("file version \(version); this build reads version 1") }
      let arithmetic = try reader.read(UInt32.self)
      guard arithmetic == arithmeticVersion else {
        throw reader.failure("arithmetic version \(arithmetic); this build runs version 1")
      }
      let weights = Int(try reader.read(UInt32.self))
      guard (2...weightSectionLimit).contains(weights) else {
        throw reader.failure("\(weights) weight sections")
      }
      let information = Int(try reader.read(UInt32.self))
      guard information == informationCount else { throw reader.failure("\(information) information sections") }
      return (weights, information)
    } catch {
      throw .file(error)
    }
  }

  private static func readEntries(
    _ reader: inout ByteReader, _ counts: (weights: Int, information: Int), fileLength: Int, roots: inout [Digest]
  ) throws(ByteReaderError) -> [(kind: SectionKind, index: Int, length: Int)] {
    var lengths: [(kind: SectionKind, index: Int, length: Int)] = []
    var total = 0
    for number in 0..<counts.weights + counts.information {
      let (kind, index) = expectedSection(number, weightCount: counts.weights)
      guard try reader.read(UInt32.self) == kind.rawValue else { throw reader.failure("not a \(kind) section") }
      guard try reader.read(UInt32.self) == UInt32(index) else { throw reader.failure("not index \(index)") }
      _ = try reader.read(UInt64.self)  // the offset, compared later with the canonical one
      let length = try reader.read(UInt64.self)
      guard length <= UInt64(fileLength - total) else { throw reader.failure("sections longer than the file") }
      total += Int(length)
      roots.append(try reader.readDigest())
      lengths.append((kind, index, Int(length)))
    }
    return lengths
  }

  private static func expectedSection(_ number: Int, weightCount: Int) -> (SectionKind, Int) {
    switch number {
    case 0: (.graph, 0)
    case 1: (.tables, 0)
    case ..<weightCount: (.matrix, number - 2)
    case weightCount: (.tokenizer, 0)
    case weightCount + 1: (.template, 0)
    default: (.sources, 0)
    }
  }

  /// What is written must be what these entries imply, byte for byte.
  private func compare(with file: MappedFile) throws(ProgramError) {
    guard fileLength == file.count else {
      throw .header(field: "the file's length", expected: "\(fileLength)", actual: "\(file.count)")
    }
    let expected = encoded()
    let actual = file.bytes(0..<expected.count)
    for (field, range) in Self.fields where expected[range] != actual[range] {
      throw .header(field: field, expected: expected[range].hex, actual: actual[range].hex)
    }
    if let offset = expected.indices.first(where: { expected[$0] != actual[$0] }) {
      let number = (offset - Self.fixedSize) / Self.entrySize
      throw .header(
        field: "the offset of section \(number)", expected: "\(sections[number].offset)", actual: "another")
    }
  }

  private static let fields: [(String, Range<Int>)] = [
    ("the file length field", 24..<32), ("the weights root", 32..<64), ("the program root", 64..<96),
  ]
}
