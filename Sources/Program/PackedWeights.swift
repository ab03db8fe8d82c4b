import FileMapping
import Hashing

/// One weight matrix where it lies in the mapped program file.
///
/// `@unchecked Sendable`: the pointer leads into memory that is read-only and kept alive by `file`.
package struct PackedWeights: @unchecked Sendable {
  package let matrix: Matrix
  package let layout: MatrixLayout
  /// Start of the weights, in the matrix's layout.
  package let panels: UnsafePointer<Int8>
  /// Shape (rows,).
  package let scales: [UInt16]
  /// Shape (rows,), or empty.
  package let biases: [Int64]
  private let file: MappedFile

  /// - Precondition: the section has the layout's length, which opening a program checks.
  init(_ matrix: Matrix, in file: MappedFile, section: Section) {
    self.matrix = matrix
    self.file = file
    layout = MatrixLayout(matrix)
    precondition(section.length == layout.length)
    scales = file.integers(at: section.offset + layout.scalesOffset, count: matrix.rows, as: UInt16.self)
    biases =
      matrix.hasBias
      ? file.integers(at: section.offset + layout.biasesOffset, count: matrix.rows, as: Int64.self) : []
    panels = file.withBytes { bytes in
      guard let base = bytes.baseAddress else { preconditionFailure("a matrix section is never empty") }
      return (base + section.offset).assumingMemoryBound(to: Int8.self)
    }
  }

  /// The logical row n, shape (columns,); of an int4 matrix the products σ·c, which wrap where a file breaks their ranges.
  package func row(_ n: Int) -> [Int8] {
    precondition((0..<matrix.rows).contains(n))
    return withExtendedLifetime(file) {
      (0..<matrix.columns).map { column in
        let byte = panels[layout.offset(row: n, column: column)]
        guard matrix.format == .int4 else { return byte }
        let scale = panels[layout.scaleOffset(row: n, block: column / Int4Block.columns)]
        return Int4Block.nibble(UInt8(bitPattern: byte), shift: Int4Block.shift(column: column)) &* scale
      }
    }
  }

  /// σ of row n, shape (⌈columns / 32⌉,); empty for an int8 matrix.
  package func groupScales(_ n: Int) -> [UInt8] {
    guard matrix.format == .int4 else { return [] }
    return withExtendedLifetime(file) {
      (0..<layout.blockCount).map { UInt8(bitPattern: panels[layout.scaleOffset(row: n, block: $0)]) }
    }
  }

  package func bias(_ n: Int) -> Int64 {
    biases.isEmpty ? 0 : biases[n]
  }

  /// The hash of one logical row with its scale and bias: a leaf of the matrix's tree (SPEC.md, section 6).
  package func rowHash(_ n: Int) -> Digest {
    var chunks = MerkleAccumulator()
    let row = row(n)
    for start in stride(from: 0, to: row.count, by: Merkle.chunkSize) {
      var hasher = Merkle.leafHasher()
      if start == 0 {
        hasher.update(littleEndian: scales[n])
        hasher.update(littleEndian: bias(n))
      }
      let chunk = row[start..<min(start + Merkle.chunkSize, row.count)]
      chunk.withUnsafeBytes { hasher.update($0.bindMemory(to: UInt8.self)) }
      chunks.append(hasher.finalize())
    }
    if matrix.format == .int4 { chunks.append(Merkle.leaf(groupScales(n))) }
    return chunks.root
  }

  /// The matrix's root: M over its row hashes.
  package func root() -> Digest {
    var reader = PanelRows(self)
    var tree = MerkleAccumulator()
    for panel in 0..<layout.panelCount {
      reader.load(panel)
      tree.append(reader.root(panel))
    }
    return tree.root
  }
}
