import Dispatch
import Hashing
import Synchronization

/// One pass over every weight of a matrix, its panels shared out between the cores: ranges, row norms, and the root.
struct MatrixSweep: Sendable {
  private let weights: PackedWeights
  private let place: Place
  /// Where the matrix's section begins in the file.
  private let offset: Int

  init(_ weights: PackedWeights, place: Place, offset: Int = 0) {
    self.weights = weights
    self.place = place
    self.offset = offset
  }

  /// What was found in consecutive panels.
  private struct Part: Sendable {
    var norms: RowNorms
    var roots: [Digest] = []
    var failure: ProgramError?
  }

  /// - Throws: the first violation, whichever thread found it.
  /// - Complexity: one pass over the matrix; the order of the result never depends on the threads.
  func run() throws(ProgramError) -> (norms: RowNorms, root: Digest) {
    var norms = RowNorms(matrix: weights.matrix)
    var tree = MerkleAccumulator()
    for part in parts() {
      if let failure = part.failure { throw failure }
      norms.append(part.norms)
      for root in part.roots { tree.append(root) }
    }
    return (norms, tree.root)
  }

  private func parts() -> [Part] {
    let panelCount = weights.layout.panelCount
    let count = min(panelCount, max(1, (weights.matrix.rows * weights.matrix.columns) >> 18))
    let found = Mutex([Part?](repeating: nil, count: count))
    DispatchQueue.concurrentPerform(iterations: count) { index in
      let part = sweep(panelCount * index / count..<panelCount * (index + 1) / count)
      found.withLock { $0[index] = part }
    }
    return found.withLock { $0.compactMap { $0 } }
  }

  private func sweep(_ panels: Range<Int>) -> Part {
    var part = Part(norms: RowNorms(matrix: weights.matrix))
    var reader = PanelRows(weights)
    do throws(ProgramError) {
      for panel in panels {
        if weights.matrix.format == .int4 { try checkBlocks(panel) }
        reader.load(panel)
        for (index, row) in PanelRows.rows(panel, of: weights.matrix).enumerated() {
          let sums = RowSums(reader.row(index))
          guard sums.maximum <= 127 else { throw .weights(place: place, row: row, reason: "a weight of −128") }
          part.norms.append(sums, scale: weights.scales[row], bias: weights.bias(row))
        }
        part.roots.append(reader.root(panel))
      }
    } catch {
      part.failure = error
    }
    return part
  }

  /// Ranges of an int4 panel's σ and c, and their padding: σ of 1 in rows beyond the last, c of 0.
  private func checkBlocks(_ panel: Int) throws(ProgramError) {
    let isFull = PanelRows.rows(panel, of: weights.matrix).count == MatrixLayout.panelRows
    let start = UnsafeRawPointer(weights.panels + panel * weights.layout.panelSize)
    for block in 0..<weights.layout.blockCount {
      let isWhole = isFull && (block + 1) * Int4Block.columns <= weights.matrix.columns
      let bytes = UnsafeRawBufferPointer(start: start + block * Int4Block.size, count: Int4Block.size)
      if !isWhole || !Self.isInRange(bytes) { try explainBlock(panel, block) }
    }
  }

  /// Whether all σ and c of a block are in their ranges.
  private static func isInRange(_ block: UnsafeRawBufferPointer) -> Bool {
    var worst: UInt8 = 0
    for scale in block[..<Int4Block.rows] { worst |= Int4Block.scaleRange.contains(scale) ? 0 : 1 }
    for byte in block[Int4Block.rows...] { worst |= (byte & 0x0F == 0x08 ? 1 : 0) | (byte & 0xF0 == 0x80 ? 1 : 0) }
    return worst == 0
  }

  /// Goes through one block value by value.
  private func explainBlock(_ panel: Int, _ block: Int) throws(ProgramError) {
    let (matrix, layout) = (weights.matrix, weights.layout)
    for row in panel * Int4Block.rows..<(panel + 1) * Int4Block.rows {
      let place = layout.scaleOffset(row: row, block: block)
      let scale = UInt8(bitPattern: weights.panels[place])
      if row >= matrix.rows, scale != 1 { throw .padding(offset: offset + place) }
      guard Int4Block.scaleRange.contains(scale) else {
        throw .weights(place: self.place, row: row, reason: "a group scale of \(scale), not 1…18")
      }
      for column in block * Int4Block.columns..<(block + 1) * Int4Block.columns {
        let place = layout.offset(row: row, column: column)
        let value = Int4Block.nibble(UInt8(bitPattern: weights.panels[place]), shift: Int4Block.shift(column: column))
        if row >= matrix.rows || column >= matrix.columns, value != 0 { throw .padding(offset: offset + place) }
        guard value != -8 else { throw .weights(place: self.place, row: row, reason: "a four-bit weight of −8") }
      }
    }
  }
}
