import CKernels
import Hashing
import Program

/// Hashes the cells of a trace straight from the engine's memory (SPEC.md, section 7); `Cell` defines the same slowly.
///
/// Messages of one kind have one length over all heads and rows, so they are laid out side by side and hashed together.
struct CellHasher {
  let attention: Attention
  let layer: Int
  /// Values of a residual row.
  let width: Int

  /// One cell of the layer.
  struct Row {
    let position: Int
    let salt: Digest
    /// Of the sequence that the position belongs to.
    let cache: KeyValueCache
    /// Shape (width,), out of the layer.
    let residual: UnsafePointer<Int64>
    /// Where its hash belongs.
    let place: Int
  }

  /// Most rows that are worth laying out together.
  static let rowLimit = 16
  private static let digestSize = 32
  private static let nodeSize = 65

  private var heads: Int { attention.keyValueHeadCount }
  private var leafCount: Int { 1 + 2 * heads }
  private var keySize: Int { CellPlace.size + attention.headSize * attention.keyLimbs + 2 }
  private var valueSize: Int { CellPlace.size + attention.headSize + 1 }

  /// The hashes of some rows' cells, at most `rowLimit`.
  /// - Parameters:
  ///   - scratch: reused from call to call.
  ///   - store: told each row's place and hash.
  func hash(_ rows: [Row], scratch: inout [UInt8], store: (_ place: Int, Digest) -> Void) {
    guard !rows.isEmpty else { return }
    let byteWidths = rows.map { razao_byte_width($0.residual, width) }
    let residualSize = CellPlace.size + 1 + (byteWidths.max() ?? 1) * width
    let perRow = max(residualSize, heads * max(keySize, valueSize), (leafCount + 1) / 2 * Self.nodeSize)
    let treeSize = rows.count * leafCount * Self.digestSize
    if scratch.count < 2 * treeSize + rows.count * perRow {
      scratch = [UInt8](repeating: 0, count: 2 * treeSize + rows.count * perRow)
    }
    scratch.withUnsafeMutableBytes { bytes in
      guard let tree = bytes.baseAddress else { return }
      let memory = Memory(tree: tree, digests: tree + treeSize, messages: tree + 2 * treeSize)
      digestResiduals(rows, byteWidths, memory)
      digestHeads(rows, memory, size: keySize, first: 1) { write(keyOf: $0, rows[$1], at: $2) }
      digestHeads(rows, memory, size: valueSize, first: 1 + heads) { write(valueOf: $0, rows[$1], at: $2) }
      reduce(rows.count, memory)
      for (index, row) in rows.enumerated() {
        let root = UnsafeRawBufferPointer(start: tree + index * Self.digestSize, count: Self.digestSize)
        store(row.place, Digest(reading: root))
      }
    }
  }

  /// Parts of the scratch memory.
  private struct Memory {
    /// Digests of one level of every row's tree, row after row.
    let tree: UnsafeMutableRawPointer
    /// Digests as they come out of the hash.
    let digests: UnsafeMutableRawPointer
    let messages: UnsafeMutableRawPointer

    /// Hashes consecutive messages of one length.
    func digest(size: Int, count: Int) {
      razao_sha256_messages(
        messages.assumingMemoryBound(to: UInt8.self), size, size, count, digests.assumingMemoryBound(to: UInt8.self))
    }

    /// Copies digests from where they came out into the tree.
    func keep(_ count: Int, from first: Int, at place: Int) {
      (tree + place * digestSize).copyMemory(from: digests + first * digestSize, byteCount: count * digestSize)
    }
  }

  /// Leaf 0 of every row; rows of one byte width after each other go together.
  private func digestResiduals(_ rows: [Row], _ byteWidths: [Int], _ memory: Memory) {
    var first = 0
    while first < rows.count {
      let byteWidth = byteWidths[first]
      let end = byteWidths[first...].firstIndex { $0 != byteWidth } ?? rows.count
      let size = CellPlace.size + 1 + byteWidth * width
      for index in first..<end { write(rows[index], byteWidth, at: memory.messages + (index - first) * size) }
      memory.digest(size: size, count: end - first)
      for index in first..<end { memory.keep(1, from: index - first, at: index * leafCount) }
      first = end
    }
  }

  /// The leaves of all heads of every row, from leaf `first` of each on.
  private func digestHeads(
    _ rows: [Row], _ memory: Memory, size: Int, first: Int,
    write: (_ head: Int, _ row: Int, UnsafeMutableRawPointer) -> Void
  ) {
    for index in rows.indices {
      for head in 0..<heads { write(head, index, memory.messages + (index * heads + head) * size) }
    }
    memory.digest(size: size, count: rows.count * heads)
    for index in rows.indices { memory.keep(heads, from: index * heads, at: index * leafCount + first) }
  }

  /// M over every row's leaves: pair after pair, level after level; a last one without partner goes up as it is.
  private func reduce(_ rowCount: Int, _ memory: Memory) {
    let size = Self.digestSize
    var count = leafCount
    while count > 1 {
      let pairs = count / 2
      let next = count - pairs
      for row in 0..<rowCount {
        for pair in 0..<pairs {
          let node = memory.messages + (row * pairs + pair) * Self.nodeSize
          node.storeBytes(of: 1, as: UInt8.self)
          (node + 1).copyMemory(from: memory.tree + (row * count + 2 * pair) * size, byteCount: 2 * size)
        }
      }
      memory.digest(size: Self.nodeSize, count: rowCount * pairs)
      for row in 0..<rowCount {
        // Rows move towards the front: what is overwritten has been read.
        if next > pairs {
          (memory.tree + (row * next + pairs) * size).copyMemory(
            from: memory.tree + (row * count + count - 1) * size, byteCount: size)
        }
        memory.keep(pairs, from: row * pairs, at: row * next)
      }
      count = next
    }
  }

  /// The payload of a residual row alone: the width byte and the values.
  static func append(residual: UnsafePointer<Int64>, _ count: Int, to bytes: inout [UInt8]) {
    let byteWidth = razao_byte_width(residual, count)
    bytes.append(UInt8(byteWidth))
    let start = bytes.count
    bytes.append(contentsOf: repeatElement(0, count: byteWidth * count))
    bytes.withUnsafeMutableBufferPointer { bytes in
      guard let base = bytes.baseAddress else { return }
      razao_pack_bytes(residual, count, byteWidth, base + start)
    }
  }

  /// The width byte and the values.
  private func write(_ row: Row, _ byteWidth: Int, at message: UnsafeMutableRawPointer) {
    CellPlace(row, layer).write(index: 0, at: message)
    (message + CellPlace.size).storeBytes(of: UInt8(byteWidth), as: UInt8.self)
    razao_pack_bytes(
      row.residual, width, byteWidth, (message + CellPlace.size + 1).assumingMemoryBound(to: UInt8.self))
  }

  private func span(_ head: Int, _ row: Row) -> HeadSpan {
    row.cache.blocks[row.position / CacheBlock.positionCount].head(
      head, layer: layer, from: row.position % CacheBlock.positionCount)
  }

  /// The values, i8 or i16, then k and j.
  private func write(keyOf head: Int, _ row: Row, at message: UnsafeMutableRawPointer) {
    CellPlace(row, layer).write(index: 1 + head, at: message)
    let (span, size, limbs) = (span(head, row), attention.headSize, attention.keyLimbs)
    let values = message + CellPlace.size
    if row.cache.layout.layers[layer].keyWidth == limbs {
      values.copyMemory(from: span.keys, byteCount: size * limbs)
    } else {  // cached in 16 bits for the kernels' sake
      for index in 0..<size {
        values.storeBytes(of: Int8(truncatingIfNeeded: span.wideKeys[index]), toByteOffset: index, as: Int8.self)
      }
    }
    values.storeBytes(of: span.steps[0].0, toByteOffset: size * limbs, as: UInt8.self)
    values.storeBytes(of: span.steps[0].1, toByteOffset: size * limbs + 1, as: UInt8.self)
  }

  /// The values, i8, then n.
  private func write(valueOf head: Int, _ row: Row, at message: UnsafeMutableRawPointer) {
    CellPlace(row, layer).write(index: 1 + heads + head, at: message)
    let (span, size) = (span(head, row), attention.headSize)
    let values = message + CellPlace.size
    values.copyMemory(from: span.values, byteCount: size)
    values.storeBytes(of: span.shifts[0], toByteOffset: size, as: UInt8.self)
  }
}

/// The prefix of a payload's leaf: which cell, which part of it.
private struct CellPlace {
  let salt: Digest
  let position: Int
  let layer: Int

  init(_ row: CellHasher.Row, _ layer: Int) {
    salt = row.salt
    position = row.position
    self.layer = layer
  }

  /// Bytes of the prefix: 0, salt, position, layer, index of the payload.
  static let size = 45

  func write(index: Int, at message: UnsafeMutableRawPointer) {
    message.storeBytes(of: 0, as: UInt8.self)
    salt.write(to: UnsafeMutableRawBufferPointer(start: message + 1, count: 32))
    for (place, number) in [position, layer, index].enumerated() {
      message.storeBytes(of: UInt32(number).littleEndian, toByteOffset: 33 + 4 * place, as: UInt32.self)
    }
  }
}
