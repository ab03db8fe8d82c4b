import Program

/// The quantised keys and values of one sequence, in blocks of positions, so that it grows without copying.
///
/// Blocks may be shared with other sequences that begin with the same tokens; whoever writes to one makes it its own
/// first.
final class KeyValueCache {
  let layout: CacheLayout
  private(set) var blocks: [CacheBlock]

  /// - Parameter blocks: full blocks that the sequence begins with, shared.
  init(_ layout: CacheLayout, sharing blocks: [CacheBlock] = []) {
    self.layout = layout
    self.blocks = blocks
  }

  /// Makes room for positions `0..<count`, lets go of blocks beyond, and makes those from position `start` on its own.
  func resize(_ count: Int, writingFrom start: Int) {
    let needed = Self.blockCount(count)
    if blocks.count > needed { blocks.removeLast(blocks.count - needed) }
    for index in min(start / CacheBlock.positionCount, blocks.count)..<blocks.count
    where !isKnownUniquelyReferenced(&blocks[index]) {
      blocks[index] = CacheBlock(copying: blocks[index])
    }
    while blocks.count < needed { blocks.append(CacheBlock(layout)) }
  }

  static func blockCount(_ positions: Int) -> Int {
    (positions + CacheBlock.positionCount - 1) / CacheBlock.positionCount
  }

  /// Bytes held now, shared ones included.
  var byteCount: Int { blocks.count * layout.blockByteCount }
}

/// Where the heads of every layer lie in a block.
struct CacheLayout: Sendable {
  struct LayerPlace: Sendable {
    /// Place of the first head among all KV heads.
    let firstHead: Int
    /// Offsets of the first head's keys and values, in bytes.
    let keys: Int
    let values: Int
    let headSize: Int
    /// Bytes of a cached key value: 2 when queries or keys have two limbs, so that one kernel multiplies them.
    let keyWidth: Int
  }

  let layers: [LayerPlace]
  let headCount: Int
  let keyByteCount: Int
  let valueByteCount: Int

  init(_ graph: Graph) {
    var (head, keys, values) = (0, 0, 0)
    layers = graph.layers.map { layer in
      let attention = layer.attention
      let width = attention.queryLimbs == 1 && attention.keyLimbs == 1 ? 1 : 2
      let place = LayerPlace(
        firstHead: head, keys: keys, values: values, headSize: attention.headSize, keyWidth: width)
      head += attention.keyValueHeadCount
      let size = attention.keyValueHeadCount * attention.headSize * CacheBlock.positionCount
      keys += size * width
      values += size
      return place
    }
    (headCount, keyByteCount, valueByteCount) = (head, keys, values)
  }

  /// Bytes of one block.
  var blockByteCount: Int { keyByteCount + valueByteCount + headCount * CacheBlock.positionCount * 10 }
}

/// Keys and values of consecutive positions, all layers; the positions of one head lie together.
///
/// `@unchecked Sendable`: a block is written only by the one sequence that holds it alone, within one step; once it is
/// shared it is only read.
final class CacheBlock: @unchecked Sendable {
  static let positionCount = 64

  private let layout: CacheLayout
  private let keys: Storage<Int16>
  private let values: Storage<Int8>
  /// Shape (heads, positions): row scale of the key, its k and j, and the value's shift n.
  private let mantissas: Storage<Int32>
  private let exponents: Storage<Int16>
  private let steps: Storage<(UInt8, UInt8)>
  private let shifts: Storage<UInt8>

  init(_ layout: CacheLayout) {
    self.layout = layout
    keys = Storage((layout.keyByteCount + 1) / 2)
    values = Storage(layout.valueByteCount)
    let count = layout.headCount * Self.positionCount
    mantissas = Storage(count)
    exponents = Storage(count)
    steps = Storage(count)
    shifts = Storage(count)
  }

  convenience init(copying other: CacheBlock) {
    self.init(other.layout)
    keys.copy(other.keys)
    values.copy(other.values)
    mantissas.copy(other.mantissas)
    exponents.copy(other.exponents)
    steps.copy(other.steps)
    shifts.copy(other.shifts)
  }

  /// One KV head of one layer, from one position of the block on.
  func head(_ head: Int, layer: Int, from position: Int) -> HeadSpan {
    let place = layout.layers[layer]
    let row = head * Self.positionCount + position
    let index = (place.firstHead + head) * Self.positionCount + position
    return HeadSpan(
      keys: UnsafeMutableRawPointer(keys.start) + place.keys + row * place.headSize * place.keyWidth,
      values: values.start + place.values + row * place.headSize,
      mantissas: mantissas.start + index, exponents: exponents.start + index, steps: steps.start + index,
      shifts: shifts.start + index)
  }
}

/// Pointers to consecutive positions of one KV head; the block must outlive it.
struct HeadSpan {
  /// i8 or i16, shape (positions, headSize).
  let keys: UnsafeMutableRawPointer
  /// Shape (positions, headSize).
  let values: UnsafeMutablePointer<Int8>
  let mantissas: UnsafeMutablePointer<Int32>
  let exponents: UnsafeMutablePointer<Int16>
  /// k and j of each key.
  let steps: UnsafeMutablePointer<(UInt8, UInt8)>
  let shifts: UnsafeMutablePointer<UInt8>

  var narrowKeys: UnsafeMutablePointer<Int8> { keys.assumingMemoryBound(to: Int8.self) }
  var wideKeys: UnsafeMutablePointer<Int16> { keys.assumingMemoryBound(to: Int16.self) }
}
