import Hashing

/// What the user obtained from somebody it trusts: one header's hash.
package struct TrustedRoot: Hashable, Sendable {
  package var chainID: ChainID
  package var height: UInt64
  package var hash: Digest

  package init(chainID: ChainID, height: UInt64, hash: Digest) {
    self.chainID = chainID
    self.height = height
    self.hash = hash
  }
}

/// The blocks of one chain that a light client has verified, by rising height; never empty.
///
/// Blocks enter by a root or by a search that started at one of them, so there is no way to put an unverified one in.
package struct LightStore: Hashable, Sendable {
  /// More blocks than this are never held.
  package static let maximumCount = 1000

  package let root: TrustedRoot
  /// At least one, by rising height.
  package private(set) var blocks: [LightBlock]

  /// A store that believes its first block by the root.
  /// - Throws: when the block is not the root's, or is not signed by its own validators.
  package init(root: TrustedRoot, block: LightBlock) throws(LightRefusal) {
    try LightVerifier.verifyRoot(block, root: root)
    self.init(unchecked: root, [block])
  }

  init(unchecked root: TrustedRoot, _ blocks: [LightBlock]) {
    precondition(!blocks.isEmpty, "a store has a block")
    (self.root, self.blocks) = (root, blocks)
  }

  /// The highest verified block.
  package var latest: LightBlock { blocks[blocks.count - 1] }

  /// The block of a height, if it was verified.
  package func block(at height: UInt64) -> LightBlock? {
    let index = firstIndex(from: height)
    return index < blocks.count && blocks[index].height == height ? blocks[index] : nil
  }

  /// A search for the block of a height, from the nearest verified one below it.
  /// - Throws: `nothingTrusted` when all verified blocks lie above; `descent(to:)` goes there.
  package func search(for height: UInt64) throws(LightRefusal) -> SkippingSearch {
    if let block = block(at: height) { return SkippingSearch(from: block, to: height) }
    let index = firstIndex(from: height)
    guard index > 0 else { throw .nothingTrusted(height: height) }
    return SkippingSearch(from: blocks[index - 1], to: height)
  }

  /// A descent to an older header, parent by parent, from the nearest verified one above it.
  /// - Throws: `nothingTrusted` when all verified blocks lie below.
  package func descent(to height: UInt64) throws(LightRefusal) -> Descent {
    let index = firstIndex(from: height)
    guard index < blocks.count else { throw .nothingTrusted(height: height) }
    return Descent(from: blocks[index].header, to: height)
  }

  /// Keeps what a search verified; of more than `maximumCount` the oldest are dropped.
  /// - Throws: `nothingTrusted` when the search did not start at a block of this store.
  package mutating func keep(_ search: SkippingSearch) throws(LightRefusal) {
    guard block(at: search.start.height) == search.start else { throw .nothingTrusted(height: search.target) }
    for block in search.verified {
      let index = firstIndex(from: block.height)
      if index < blocks.count, blocks[index].height == block.height { continue }
      blocks.insert(block, at: index)
    }
    prune(keeping: Self.maximumCount)
  }

  /// Drops all but the highest `count` blocks, at least one.
  package mutating func prune(keeping count: Int) {
    blocks.removeFirst(max(0, blocks.count - max(1, count)))
  }

  /// The first place whose height is not below `height`.
  private func firstIndex(from height: UInt64) -> Int {
    var (low, high) = (0, blocks.count)
    while low < high {
      let middle = (low + high) / 2
      if blocks[middle].height < height { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
