import Hashing

/// One matrix's content in logical order, before packing.
package struct MatrixContent: Equatable, Sendable {
  /// Shape (rows, columns), row-major, −127…127; of an int4 matrix the products σ·c.
  package var weights: [Int8]
  /// Shape (rows,), 1…4095.
  package var scales: [UInt16]
  /// Shape (rows,) at the matrix's output fraction, or empty.
  package var biases: [Int64]
  /// σ of an int4 matrix, shape (rows, ⌈columns / 32⌉), row-major, each in 1…18; empty for int8.
  package var groupScales: [UInt8]

  package init(weights: [Int8], scales: [UInt16], biases: [Int64] = [], groupScales: [UInt8] = []) {
    self.weights = weights
    self.scales = scales
    self.biases = biases
    self.groupScales = groupScales
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

  /// Column groups of four of a panel, padding included.
  package var groupCount: Int {
    matrix.format == .int8
      ? (matrix.columns + Self.groupColumns - 1) / Self.groupColumns
      : blockCount * Int4Block.columns / Self.groupColumns
  }
  /// Int4 blocks of a panel, which is σ of a row.
  package var blockCount: Int { (matrix.columns + Int4Block.columns - 1) / Int4Block.columns }
  package var panelCount: Int { (matrix.rows + Self.panelRows - 1) / Self.panelRows }
  /// Bytes of one panel.
  package var panelSize: Int {
    matrix.format == .int8 ? groupCount * Self.panelRows * Self.groupColumns : blockCount * Int4Block.size
  }

  var weightsLength: Int {
    matrix.layout == .rows ? matrix.rows * matrix.columns : panelCount * panelSize
  }
  var scalesOffset: Int { weightsLength }
  var biasesOffset: Int { (weightsLength + 2 * matrix.rows).roundedUp(to: 8) }
  var length: Int { matrix.hasBias ? biasesOffset + 8 * matrix.rows : scalesOffset + 2 * matrix.rows }

  /// Offset of the byte that holds W[row, column], or its nibble.
  func offset(row: Int, column: Int) -> Int {
    guard matrix.layout == .panels else { return row * matrix.columns + column }
    let panel = row / Self.panelRows * panelSize
    if matrix.format == .int4 {
      return panel + column / Int4Block.columns * Int4Block.size
        + Int4Block.offset(row: row % Self.panelRows, column: column % Int4Block.columns)
    }
    let group = column / Self.groupColumns * Self.panelRows * Self.groupColumns
    return panel + group + row % Self.panelRows * Self.groupColumns + column % Self.groupColumns
  }

  /// Offset of the σ of a row in a block of columns.
  func scaleOffset(row: Int, block: Int) -> Int {
    row / Self.panelRows * panelSize + block * Int4Block.size + row % Self.panelRows
  }

  /// The section's bytes.
  /// - Precondition: the content has the matrix's shape, and is in range.
  func pack(_ content: MatrixContent) -> [UInt8] {
    precondition(content.weights.count == matrix.rows * matrix.columns && content.scales.count == matrix.rows)
    precondition(content.biases.count == (matrix.hasBias ? matrix.rows : 0))
    precondition(content.groupScales.count == (matrix.format == .int4 ? matrix.rows * blockCount : 0))
    let weights = matrix.format == .int8 ? packInt8(content) : packInt4(content)
    var tail = ByteWriter()
    tail.write(content.scales)
    if matrix.hasBias {
      tail.writeZeros(biasesOffset - scalesOffset - 2 * matrix.rows)
      tail.write(content.biases)
    }
    return weights + tail.bytes
  }

  private func packInt8(_ content: MatrixContent) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: weightsLength)
    let columns = matrix.columns
    for row in 0..<matrix.rows {
      let source = row * columns
      guard matrix.layout == .panels else {
        for column in 0..<columns { bytes[source + column] = UInt8(bitPattern: content.weights[source + column]) }
        continue
      }
      var target = offset(row: row, column: 0)
      for first in stride(from: 0, to: columns, by: Self.groupColumns) {
        for column in 0..<min(Self.groupColumns, columns - first) {
          bytes[target + column] = UInt8(bitPattern: content.weights[source + first + column])
        }
        target += Self.panelRows * Self.groupColumns
      }
    }
    return bytes
  }

  private func packInt4(_ content: MatrixContent) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: weightsLength)
    for row in 0..<panelCount * Self.panelRows {
      for block in 0..<blockCount {
        let isPadding = row >= matrix.rows
        bytes[scaleOffset(row: row, block: block)] = isPadding ? 1 : content.groupScales[row * blockCount + block]
      }
    }
    for row in 0..<matrix.rows {
      for column in 0..<matrix.columns {
        let scale = Int8(content.groupScales[row * blockCount + column / Int4Block.columns])
        let (value, remainder) = content.weights[row * matrix.columns + column].quotientAndRemainder(dividingBy: scale)
        precondition(remainder == 0 && Int4Block.nibbleRange.contains(value), "a weight that is no product σ·c")
        bytes[offset(row: row, column: column)] |= Int4Block.byte(value, shift: Int4Block.shift(column: column))
      }
    }
    return bytes
  }
}
