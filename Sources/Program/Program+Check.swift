import FileMapping
import Hashing

extension Program {
  /// Goes through every byte: section hashes, zero padding, tables, weight ranges, bounds.
  /// - Parameter progress: told the share done, 0…1, at least once a section.
  /// - Throws: the first violation, with its place.
  /// - Complexity: one pass over the file.
  package func checkContent(progress: ((Double) -> Void)? = nil) throws(ProgramError) {
    try checkFrameAndTexts()
    var rowNorms: [RowNorms] = []
    for (place, matrix) in structure.matrices {
      rowNorms.append(try checkMatrix(matrix, place))
      progress?(Double(frame.weights[matrix.index + 2].range.upperBound) / Double(file.count))
    }
    try structure.checkBounds(rowNorms)
    progress?(1)
  }

  /// The part of the check that reads no weights: padding between sections, the tables, and the hashes of graph, tables
  /// and information.
  package func checkFrameAndTexts() throws(ProgramError) {
    try checkPadding()
    guard file.bytes(frame.weights[1].range) == Tables.encoded else { throw .tables }
    for section in [frame.weights[0], frame.weights[1]] + frame.information {
      try compare(section, flatRoot(section))
    }
  }

  /// The part of the check that reads one matrix: ranges, padding, hash.
  /// - Returns: what the bounds need to know of it.
  package func checkMatrix(_ matrix: Matrix, _ place: Place) throws(ProgramError) -> RowNorms {
    let weights = weights(of: matrix)
    try check(weights, place)
    let sweep = MatrixSweep(weights, place: place, offset: frame.weights[matrix.index + 2].offset)
    let (norms, root) = try sweep.run()
    try compare(frame.weights[matrix.index + 2], root)
    return norms
  }

  private func flatRoot(_ section: Section) -> Digest {
    Merkle.bytesRoot(file.bytes(section.range))
  }

  private func compare(_ section: Section, _ actual: Digest) throws(ProgramError) {
    guard actual == section.root else { throw .section(name: section.name, expected: section.root, actual: actual) }
  }

  /// Bytes between the frame and sections, and between sections, are zero.
  private func checkPadding() throws(ProgramError) {
    var end = frame.size
    for section in frame.sections {
      if let index = file.bytes(end..<section.offset).firstIndex(where: { $0 != 0 }) {
        throw .padding(offset: end + index)
      }
      end = section.range.upperBound
    }
  }

  /// Ranges of scales and biases, and zero padding of an int8 matrix.
  private func check(_ weights: PackedWeights, _ place: Place) throws(ProgramError) {
    let matrix = weights.matrix
    for row in 0..<matrix.rows {
      guard (1...4095).contains(weights.scales[row]) else {
        throw .weights(place: place, row: row, reason: "a scale of \(weights.scales[row]), not 1…4095")
      }
      guard weights.bias(row).magnitude < 1 << 60 else {
        throw .weights(place: place, row: row, reason: "a bias of \(weights.bias(row))")
      }
    }
    try checkScalesPadding(weights)
    if weights.matrix.format == .int8 { try checkPanelPadding(weights) }
  }

  /// Zeros between scales and biases.
  private func checkScalesPadding(_ weights: PackedWeights) throws(ProgramError) {
    let (matrix, layout) = (weights.matrix, weights.layout)
    guard matrix.hasBias else { return }
    let start = frame.weights[matrix.index + 2].offset
    for offset in layout.scalesOffset + 2 * matrix.rows..<layout.biasesOffset
    where file.integer(at: start + offset, as: UInt8.self) != 0 {
      throw .padding(offset: start + offset)
    }
  }

  /// Zeros in the rows and columns that fill an int8 matrix's panels up.
  private func checkPanelPadding(_ weights: PackedWeights) throws(ProgramError) {
    let (matrix, layout) = (weights.matrix, weights.layout)
    guard matrix.layout == .panels else { return }
    for row in 0..<layout.panelCount * MatrixLayout.panelRows {
      let end = layout.groupCount * MatrixLayout.groupColumns
      let columns = row < matrix.rows ? matrix.columns..<end : 0..<end
      for column in columns where weights.panels[layout.offset(row: row, column: column)] != 0 {
        throw .padding(offset: frame.weights[matrix.index + 2].offset + layout.offset(row: row, column: column))
      }
    }
  }
}
