import Hashing

/// A store in the one form that files hold, little-endian: "RAZAOLS1", u32 version 1, the root (u8 length + chain,
/// u64 height, hash 32), u32 count, the light blocks by rising height.
extension LightStore {
  private static let magic = Array("RAZAOLS1".utf8)
  private static let version: UInt32 = 1

  /// The canonical bytes.
  package func encoded() -> [UInt8] {
    var writer = ByteWriter()
    writer.write(contentsOf: Self.magic)
    writer.write(Self.version)
    writer.write(root.chainID)
    writer.write(root.height)
    writer.write(root.hash)
    writer.write(UInt32(blocks.count))
    for block in blocks { block.write(to: &writer) }
    return writer.bytes
  }

  /// Reads what `encoded` wrote.
  ///
  /// The file is believed as to what was verified: signatures are not checked again. It is checked for damage: every
  /// header, commit and set belong together, heights rise, the chain is one, the root's block is the root.
  /// - Throws: with the offset; never traps.
  package init(decoding bytes: [UInt8]) throws(ByteReaderError) {
    var reader = ByteReader(bytes)
    guard try reader.readBytes(8) == Self.magic else { throw reader.failure("not a light client's store") }
    guard try reader.read(UInt32.self) == Self.version else { throw reader.failure("another version") }
    let root = TrustedRoot(
      chainID: try reader.readChainID(), height: try reader.readHeight(), hash: try reader.readDigest())
    let count = try reader.readCount(limit: Self.maximumCount, elementByteCount: 1)
    guard count > 0 else { throw reader.failure("a store without blocks") }
    var blocks: [LightBlock] = []
    for _ in 0..<count {
      let block = try LightBlock(&reader)
      try Self.check(block, after: blocks.last, root: root, reader)
      blocks.append(block)
    }
    try reader.finish()
    self.init(unchecked: root, blocks)
  }

  private static func check(
    _ block: LightBlock, after previous: LightBlock?, root: TrustedRoot, _ reader: ByteReader
  ) throws(ByteReaderError) {
    guard block.header.chainID == root.chainID else { throw reader.failure("a block of another chain") }
    if let previous {
      guard previous.height < block.height else { throw reader.failure("heights that do not rise") }
    }
    do {
      try LightVerifier.checkConsistency(block)
    } catch {
      throw reader.failure("a block that does not hold together: \(error)")
    }
    guard block.height != root.height || block.commit.blockID.hash == root.hash else {
      throw reader.failure("another block at the root's height")
    }
  }
}
