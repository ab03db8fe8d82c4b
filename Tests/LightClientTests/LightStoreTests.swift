import Hashing
import Testing

@testable import LightClient

/// What a store holds, and how it is written to a file.
@Suite struct LightStoreTests {
  let chain: TestChain

  init() throws {
    let powers = (0..<12).map { height in [height: UInt64(1), height + 1: 2, height + 2: 1] }
    chain = try TestChain(powers: powers)
  }

  private func store(upTo height: UInt64) throws -> LightStore {
    var store = try LightStore(root: chain.root, block: chain.block(1))
    var search = try store.search(for: height)
    while let height = search.nextHeightToFetch {
      try search.receive(chain.block(Int(height)), now: try chain.now, policy: .tests)
    }
    try store.keep(search)
    return store
  }

  @Test func searchStartsAtTheNearestBlockBelow() throws {
    let store = try store(upTo: 11)
    #expect(store.latest == chain.block(11))
    for height in 1...11 as ClosedRange<UInt64> {
      let start = try store.search(for: height).start
      #expect(start == store.blocks.last { $0.height <= height })
      #expect((store.block(at: height) != nil) == store.blocks.contains { $0.height == height })
    }
  }

  @Test func nothingTrustedBelowOrAbove() throws {
    let root = TrustedRoot(chainID: chain.chain, height: 5, hash: chain.block(5).header.hash)
    let store = try LightStore(root: root, block: chain.block(5))
    #expect(throws: LightRefusal.nothingTrusted(height: 4)) { try store.search(for: 4) }
    #expect(throws: LightRefusal.nothingTrusted(height: 6)) { try store.descent(to: 6) }
  }

  @Test func searchOfAnotherStoreIsNotKept() throws {
    let other = try TestChain(name: "other", count: 3)
    let foreign = try LightStore(root: other.root, block: other.block(1)).search(for: 3)
    var store = try store(upTo: 3)
    #expect(throws: LightRefusal.nothingTrusted(height: 3)) { try store.keep(foreign) }
  }

  @Test func pruningKeepsTheHighest() throws {
    var store = try store(upTo: 11)
    store.prune(keeping: 2)
    #expect(store.blocks.count == 2)
    #expect(store.latest == chain.block(11))
    store.prune(keeping: 0)
    #expect(store.blocks == [chain.block(11)])
  }

  @Test func encodingComesBackAndIsCanonical() throws {
    let store = try store(upTo: 11)
    let bytes = store.encoded()
    #expect(try LightStore(decoding: bytes) == store)
    #expect(try LightStore(decoding: bytes).encoded() == bytes)
    #expect(throws: ByteReaderError.self) { try LightStore(decoding: bytes + [0]) }
  }

  @Test func everyTruncationIsRefused() throws {
    let bytes = try store(upTo: 2).encoded()
    for count in 0..<bytes.count {
      #expect(throws: ByteReaderError.self) { try LightStore(decoding: Array(bytes[..<count])) }
    }
  }

  /// What is read back from damaged bytes is written as those bytes again, or is refused.
  @Test func damagedFilesAreRefusedOrCanonical() throws {
    let bytes = try store(upTo: 4).encoded()
    var generator = SplitMix(state: 11)
    for _ in 0..<3000 {
      var damaged = bytes
      for _ in 0..<Int.random(in: 1...3, using: &generator) {
        damaged[Int.random(in: 0..<bytes.count, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
      }
      if let store = try? LightStore(decoding: damaged) { #expect(store.encoded() == damaged) }
    }
  }

  @Test func blocksWithAbsentAndNilVotesComeBack() throws {
    let votes: [TestVote] = [.absent, .nilVote, .commit]
    let block = try chain.signed(chain.block(3).header, by: chain.block(3).validators) { votes[$0] }
    #expect(try LightBlock(decoding: block.encoded()) == block)
    var first = chain.block(1)
    first.header.lastBlockID = nil
    first.header.appHash = []
    #expect(try LightBlock(decoding: first.encoded()) == first)
  }

  @Test func fileOfAnotherRootIsRefused() throws {
    var root = chain.root
    root.hash = .zero
    #expect(throws: ByteReaderError.self) {
      try LightStore(decoding: LightStore(unchecked: root, [chain.block(1)]).encoded())
    }
    root = chain.root
    root.chainID = try #require(ChainID("other"))
    #expect(throws: ByteReaderError.self) {
      try LightStore(decoding: LightStore(unchecked: root, [chain.block(1)]).encoded())
    }
    let falling = LightStore(unchecked: chain.root, [chain.block(2), chain.block(1)])
    #expect(throws: ByteReaderError.self) { try LightStore(decoding: falling.encoded()) }
  }

  @Test func hugeCountsAreRefusedBeforeRoomIsMade() throws {
    var writer = ByteWriter()
    writer.write(contentsOf: Array("RAZAOLS1".utf8))
    writer.write(UInt32(1))
    writer.write(chain.chain)
    writer.write(UInt64(1))
    writer.write(chain.root.hash)
    writer.write(UInt32.max)
    #expect(throws: ByteReaderError.self) { try LightStore(decoding: writer.bytes) }
  }
}
