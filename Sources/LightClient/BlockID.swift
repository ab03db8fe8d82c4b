import Hashing

/// The parts that a block was gossiped in: how many, and their Merkle root.
package struct PartSetHeader: Hashable, Sendable {
  package var total: UInt32
  package var hash: Digest

  package init(total: UInt32, hash: Digest) {
    self.total = total
    self.hash = hash
  }
}

/// What a vote names: the header's hash and the parts. Where CometBFT writes an empty one (the parent of the first
/// block, a nil vote), this package has no value.
package struct BlockID: Hashable, Sendable {
  package var hash: Digest
  package var parts: PartSetHeader

  package init(hash: Digest, parts: PartSetHeader) {
    self.hash = hash
    self.parts = parts
  }
}
