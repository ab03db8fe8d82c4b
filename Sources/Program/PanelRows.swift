import Hashing

/// The rows of one panel at a time, in logical order, as the messages that their hashes are of: what a check reads.
///
/// One thread uses it at a time; threads that share a matrix have one each.
struct PanelRows: ~Copyable {
  private let weights: PackedWeights
  /// Shape (panelRows, stride): 0x00, u16 w, i64 bias, then W, then room for the last group's padding.
  private let messages: UnsafeMutablePointer<UInt8>
  private let stride: Int
  /// Bytes before W.
  private static let prefix = 11

  init(_ weights: PackedWeights) {
    self.weights = weights
    let columns = max(weights.matrix.columns, weights.layout.groupCount * MatrixLayout.groupColumns)
    stride = Self.prefix + columns
    messages = .allocate(capacity: MatrixLayout.panelRows * stride)
  }

  deinit {
    messages.deallocate()
  }

  /// Rows that a panel has.
  static func rows(_ panel: Int, of matrix: Matrix) -> Range<Int> {
    panel * MatrixLayout.panelRows..<min(matrix.rows, (panel + 1) * MatrixLayout.panelRows)
  }

  /// W of a row of the panel that was loaded last, shape (columns,).
  func row(_ index: Int) -> UnsafeBufferPointer<Int8> {
    let start = UnsafeRawPointer(messages + index * stride + Self.prefix).assumingMemoryBound(to: Int8.self)
    return UnsafeBufferPointer(start: start, count: weights.matrix.columns)
  }

  /// Brings the rows of a panel into logical order.
  mutating func load(_ panel: Int) {
    let rows = Self.rows(panel, of: weights.matrix)
    for (index, row) in rows.enumerated() { writePrefix(index, row) }
    switch (weights.matrix.layout, weights.matrix.format) {
    case (.rows, _): loadRows(rows)
    case (.panels, .int8): loadGroups(panel, rows.count)
    case (.panels, .int4): loadBlocks(panel, rows.count)
    }
  }

  private func writePrefix(_ index: Int, _ row: Int) {
    let start = UnsafeMutableRawPointer(messages + index * stride)
    start.storeBytes(of: 0, as: UInt8.self)
    start.storeBytes(of: weights.scales[row].littleEndian, toByteOffset: 1, as: UInt16.self)
    start.storeBytes(of: weights.bias(row).littleEndian, toByteOffset: 3, as: Int64.self)
  }

  private func loadRows(_ rows: Range<Int>) {
    let columns = weights.matrix.columns
    for (index, row) in rows.enumerated() {
      UnsafeMutableRawPointer(messages + index * stride + Self.prefix)
        .copyMemory(from: weights.panels + row * columns, byteCount: columns)
    }
  }

  /// Groups of four columns: four bytes of each row after one another.
  private func loadGroups(_ panel: Int, _ count: Int) {
    var source = UnsafeRawPointer(weights.panels + panel * weights.layout.panelSize)
    var target = UnsafeMutableRawPointer(messages + Self.prefix)
    for _ in 0..<weights.layout.groupCount {
      for row in 0..<count {
        let four = source.loadUnaligned(fromByteOffset: row &* 4, as: UInt32.self)
        target.storeBytes(of: four, toByteOffset: row &* stride, as: UInt32.self)
      }
      source += MatrixLayout.panelRows * MatrixLayout.groupColumns
      target += MatrixLayout.groupColumns
    }
  }

  /// Blocks of 32 columns: σ of each row, then nibbles; products wrap where a file breaks their ranges.
  private func loadBlocks(_ panel: Int, _ count: Int) {
    var source = UnsafeRawPointer(weights.panels + panel * weights.layout.panelSize)
    var target = UnsafeMutableRawPointer(messages + Self.prefix)
    for _ in 0..<weights.layout.blockCount {
      for row in 0..<count {
        let scale = SIMD4<Int8>(repeating: source.load(fromByteOffset: row, as: Int8.self))
        for quarter in 0..<4 {
          let place = Int4Block.rows &+ quarter &* 128 &+ row &* 4
          let bytes = source.loadUnaligned(fromByteOffset: place, as: SIMD4<Int8>.self)
          let offset = row &* stride &+ quarter &* 8
          target.storeBytes(of: ((bytes &<< 4) &>> 4) &* scale, toByteOffset: offset, as: SIMD4<Int8>.self)
          target.storeBytes(of: (bytes &>> 4) &* scale, toByteOffset: offset &+ 4, as: SIMD4<Int8>.self)
        }
      }
      source += Int4Block.size
      target += Int4Block.columns
    }
  }

  /// M over the hashes of the panel's rows. Panels hold a power of two of rows, so M over these is M over all rows.
  func root(_ panel: Int) -> Digest {
    let rows = Self.rows(panel, of: weights.matrix)
    if weights.matrix.columns <= Merkle.chunkSize {
      let length = Self.prefix + weights.matrix.columns
      let leaves = SHA256.digests(of: messages, stride: stride, length: length, count: rows.count)
      return Merkle.root(ofPacked: weights.matrix.format == .int8 ? leaves : joined(leaves, rows))
    }
    var tree = MerkleAccumulator()
    for (index, row) in rows.enumerated() { tree.append(hash(index, row)) }
    return tree.root
  }

  /// The nodes over each row's leaf and that of its σ.
  private func joined(_ leaves: [UInt8], _ rows: Range<Int>) -> [UInt8] {
    var scales: [UInt8] = []
    for row in rows { scales += [0] + weights.groupScales(row) }
    let length = 1 + weights.layout.blockCount
    let scaleLeaves = SHA256.digests(of: scales, stride: length, length: length, count: rows.count)
    var nodes: [UInt8] = []
    for first in Swift.stride(from: 0, to: leaves.count, by: 32) {
      nodes += [1] + leaves[first..<first + 32] + scaleLeaves[first..<first + 32]
    }
    return SHA256.digests(of: nodes, stride: 65, length: 65, count: rows.count)
  }

  /// The hash of one row (SPEC.md, section 6).
  private func hash(_ index: Int, _ row: Int) -> Digest {
    let columns = weights.matrix.columns
    let start = UnsafePointer(messages + index * stride)
    let first = leaf(start + 1, Self.prefix - 1 + min(columns, Merkle.chunkSize))
    guard columns > Merkle.chunkSize || weights.matrix.format == .int4 else { return first }
    var chunks = MerkleAccumulator()
    chunks.append(first)
    for column in Swift.stride(from: Merkle.chunkSize, to: columns, by: Merkle.chunkSize) {
      chunks.append(leaf(start + Self.prefix + column, min(Merkle.chunkSize, columns - column)))
    }
    if weights.matrix.format == .int4 { chunks.append(Merkle.leaf(weights.groupScales(row))) }
    return chunks.root
  }

  private func leaf(_ start: UnsafePointer<UInt8>, _ count: Int) -> Digest {
    var hasher = Merkle.leafHasher()
    hasher.update(UnsafeBufferPointer(start: start, count: count))
    return hasher.finalize()
  }
}

/// Σ|W|, ΣW² and max|W| of one row.
struct RowSums {
  private(set) var sum: Int64 = 0
  private(set) var squares: Int64 = 0
  private(set) var maximum: Int64 = 0

  init(_ row: UnsafeBufferPointer<Int8>) {
    // Short enough that neither sum leaves 32 bits, which lets the compiler use vectors.
    let run = 1 << 16
    for start in Swift.stride(from: 0, to: row.count, by: run) {
      var (sum, squares, maximum) = (UInt32(0), UInt32(0), UInt8(0))
      for weight in row[start..<min(start + run, row.count)] {
        let magnitude = weight.magnitude
        sum &+= UInt32(magnitude)
        squares &+= UInt32(magnitude) &* UInt32(magnitude)
        maximum = max(maximum, magnitude)
      }
      self.sum += Int64(sum)
      self.squares += Int64(squares)
      self.maximum = max(self.maximum, Int64(maximum))
    }
  }
}
