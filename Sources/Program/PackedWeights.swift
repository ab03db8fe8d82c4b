import FileMapping
import Hashing

/// One matrix's content in logical order, before packing.
package struct MatrixContent: Equatable, Sendable {
  /// Shape (rows, columns), row-major, −127…127.
  package var weights: [Int8]
  /// Shape (rows,), 1…4095.
  package var scales: [UInt16]
  /// Shape (rows,) at the matrix's output fraction, or empty.
  package var biases: [Int64]

  package init(weights: [Int8], scales: [UInt16], biases: [Int64] = []) {
    self.weights = weights
    self.scales = scales
    self.biases = biases
  }
}

/// Where the parts of one matrix lie within its section (SPEC.md, section 6).
package struct MatrixLayout: Sendable {
  package static let panelRows = 32
  package static let groupColumns = 4

  let matrix: Matrix

  init(_ matrix: Matrix) {
    self.matrix = matrix
  }

  /// Column groups of a panel.
  package var groupCount: Int { (matrix.columns + Self.groupColumns - 1) / Self.groupColumns }
  package var panelCount: Int { (matrix.rows + Self.panelRows - 1) / Self.panelRows }
  /// Bytes of one panel.
  package var panelSize: Int { groupCount * Self.panelRows * Self.groupColumns }

  var weightsLength: Int {
    matrix.layout == .rows ? matrix.rows * matrix.columns : panelCount * panelSize
  }
  var scalesOffset: Int { weightsLength }
  var biasesOffset: Int { (weightsLength + 2 * matrix.rows).roundedUp(to: 8) }
  var length: Int { matrix.hasBias ? biasesOffset + 8 * matrix.rows : scalesOffset + 2 * matrix.rows }

  /// Offset of W[row, column].
  func offset(row: Int, column: Int) -> Int {
    guard matrix.layout == .panels else { return row * matrix.columns + column }
    let panel = row / Self.panelRows * panelSize
    let group = column / Self.groupColumns * Self.panelRows * Self.groupColumns
    return panel + group + row % Self.panelRows * Self.groupColumns + column % Self.groupColumns
  }

  /// The section's bytes.
  func pack(_ content: MatrixContent) -> [UInt8] {
    precondition(content.weights.count == matrix.rows * matrix.columns && content.scales.count == matrix.rows)
    precondition(content.biases.count == (matrix.hasBias ? matrix.rows : 0))
    var bytes = [UInt8](repeating: 0, count: weightsLength)
    var source = 0
    for row in 0..<matrix.rows {
      for column in 0..<matrix.columns {
        bytes[offset(row: row, column: column)] = UInt8(bitPattern: content.weights[source])
        source += 1
      }
    }
    var tail = ByteWriter()
    tail.write(content.scales)
    if matrix.hasBias {
      tail.writeZeros(biasesOffset - scalesOffset - 2 * matrix.rows)
      tail.write(content.biases)
    }
    return bytes + tail.bytes
  }
}

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

  /// The logical row n, shape (columns,).
  package func row(_ n: Int) -> [Int8] {
    precondition((0..<matrix.rows).contains(n))
    return withExtendedLifetime(file) { (0..<matrix.columns).map { panels[layout.offset(row: n, column: $0)] } }
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
    return chunks.root
  }

  /// The matrix's root: M over its row hashes.
  package func root() -> Digest {
    var tree = MerkleAccumulator()
    for row in 0..<matrix.rows { tree.append(rowHash(row)) }
    return tree.root
  }
}
