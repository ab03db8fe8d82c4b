import Hashing
import Program

/// Hashes the cells of a trace straight from the engine's memory (SPEC.md, section 7); `Cell` defines the same slowly.
struct CellHasher {
  let salt: Digest
  let graph: Graph
  let cache: KeyValueCache

  /// The hash of the cell at `position` out of `layer`.
  /// - Parameters:
  ///   - residual: shape (hiddenSize,), out of the layer.
  ///   - scratch: reused from cell to cell.
  func hash(position: Int, layer: Int, residual: UnsafePointer<Int64>, scratch: inout [UInt8]) -> Digest {
    let attention = graph.layers[layer].attention
    let place = CellPlace(salt: salt, position: position, layer: layer)
    var tree = MerkleAccumulator()
    place.begin(index: 0, &scratch)
    Self.append(residual: residual, graph.hiddenSize, to: &scratch)
    tree.append(SHA256.hash(scratch))
    let block = cache.blocks[position / CacheBlock.positionCount]
    let offset = position % CacheBlock.positionCount
    for head in 0..<attention.keyValueHeadCount {
      place.begin(index: 1 + head, &scratch)
      append(keyOf: block.head(head, layer: layer, from: offset), attention, layer: layer, to: &scratch)
      tree.append(SHA256.hash(scratch))
    }
    for head in 0..<attention.keyValueHeadCount {
      place.begin(index: 1 + attention.keyValueHeadCount + head, &scratch)
      let span = block.head(head, layer: layer, from: offset)
      scratch.append(contentsOf: Self.bytes(span.values, attention.headSize))
      scratch.append(span.shifts[0])
      tree.append(SHA256.hash(scratch))
    }
    return tree.root
  }

  private static func bytes(_ start: UnsafeMutablePointer<Int8>, _ count: Int) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: start, count: count)
  }

  /// The width byte and the values.
  static func append(residual: UnsafePointer<Int64>, _ count: Int, to bytes: inout [UInt8]) {
    var folded: Int64 = 0
    for index in 0..<count { folded |= residual[index] ^ (residual[index] >> 63) }
    let width = max(1, (64 - folded.leadingZeroBitCount + 8) / 8)
    bytes.append(UInt8(width))
    bytes.reserveCapacity(bytes.count + width * count)
    for index in 0..<count {
      var value = residual[index]
      for _ in 0..<width {
        bytes.append(UInt8(truncatingIfNeeded: value))
        value >>= 8
      }
    }
  }

  private func append(keyOf span: HeadSpan, _ attention: Attention, layer: Int, to bytes: inout [UInt8]) {
    let size = attention.headSize
    if cache.layout.layers[layer].keyWidth == 1 {
      bytes.append(contentsOf: Self.bytes(span.narrowKeys, size))
    } else {
      for index in 0..<size {
        let value = span.wideKeys[index]
        bytes.append(UInt8(truncatingIfNeeded: value))
        if attention.keyLimbs == 2 { bytes.append(UInt8(truncatingIfNeeded: value >> 8)) }
      }
    }
    bytes.append(span.steps[0].0)
    bytes.append(span.steps[0].1)
  }
}

/// The prefix of a payload's leaf: which cell, which part of it.
private struct CellPlace {
  let salt: Digest
  let position: Int
  let layer: Int

  /// Starts a leaf: prefix 0, salt, position, layer, index of the payload.
  func begin(index: Int, _ bytes: inout [UInt8]) {
    bytes.removeAll(keepingCapacity: true)
    bytes.append(0)
    bytes.append(contentsOf: salt.bytes)
    for number in [UInt32(position), UInt32(layer), UInt32(index)] {
      withUnsafeBytes(of: number.littleEndian) { bytes.append(contentsOf: $0) }
    }
  }
}
