import Hashing
import Testing

@testable import LightClient

/// Searches upwards over changing validators, and descents.
@Suite struct SkippingSearchTests {
  /// A chain whose validators change by a few at some heights.
  private func changingChain(seed: UInt64, count: Int) throws -> TestChain {
    var generator = SplitMix(state: seed)
    var powers: [Int: UInt64] = [0: 3, 1: 2, 2: 4, 3: 1]
    var history = [powers]
    for height in 0..<count {
      if Int.random(in: 0..<3, using: &generator) == 0 {
        powers[4 + height] = UInt64.random(in: 1...5, using: &generator)
        if powers.count > 5, let oldest = powers.keys.min() { powers[oldest] = nil }
      }
      history.append(powers)
    }
    return try TestChain(powers: history)
  }

  /// Runs a search to its end; returns the heights it asked for.
  private func run(_ search: inout SkippingSearch, on chain: TestChain) throws -> [UInt64] {
    var asked: [UInt64] = []
    while let height = search.nextHeightToFetch {
      asked.append(height)
      try search.receive(chain.block(Int(height)), now: try chain.now, policy: .tests)
    }
    return asked
  }

  @Test func unchangedValidatorsNeedOneBlock() throws {
    let chain = try TestChain(count: 50)
    var search = try LightStore(root: chain.root, block: chain.block(1)).search(for: 50)
    #expect(try run(&search, on: chain) == [50])
    #expect(search.latest == chain.block(50))
  }

  @Test(arguments: 0..<20 as Range<UInt64>) func changingValidatorsAreReached(seed: UInt64) throws {
    let chain = try changingChain(seed: seed, count: 40)
    var store = try LightStore(root: chain.root, block: chain.block(1))
    var search = try store.search(for: 40)
    let asked = try run(&search, on: chain)
    #expect(search.latest == chain.block(40))
    #expect(asked.first == 40)
    #expect(Set(asked).count == asked.count)
    #expect(search.verified.map(\.height) == asked.sorted())
    try store.keep(search)
    #expect(store.blocks.map(\.height) == [1] + asked.sorted())
  }

  @Test func completelyNewValidatorsAreReachedStepByStep() throws {
    let powers = (0..<9).map { height in [height: UInt64(1), height + 1: 1, height + 2: 1] }
    let chain = try TestChain(powers: powers)
    var search = try LightStore(root: chain.root, block: chain.block(1)).search(for: 8)
    let asked = try run(&search, on: chain)
    #expect(search.latest == chain.block(8))
    #expect(asked.count > 2)
  }

  @Test func planIsAPureFunctionOfThreeHeights() {
    let plan = SkippingSearch.nextHeightToFetch
    #expect(plan(1, nil, 100) == 100)
    #expect(plan(1, 100, 100) == 50)
    #expect(plan(1, 50, 100) == 25)
    #expect(plan(25, nil, 100) == 100)
    #expect(plan(1, 3, 100) == 2)
    #expect(plan(100, nil, 100) == nil)
    #expect(plan(1, 2, 100) == nil)
    #expect(plan(7, 3, 100) == nil)
    #expect(plan(1, UInt64(Int64.max), UInt64(Int64.max)) == 1 << 62)
  }

  @Test func planAlwaysNarrowsTheGap() {
    var generator = SplitMix(state: 7)
    for _ in 0..<1000 {
      let verified = UInt64.random(in: 1...1_000_000, using: &generator)
      var unreachable = verified + UInt64.random(in: 2...1 << 40, using: &generator)
      let target = unreachable
      var steps = 0
      while let next = SkippingSearch.nextHeightToFetch(verified: verified, unreachable: unreachable, target: target) {
        #expect(next > verified && next < unreachable)
        (unreachable, steps) = (next, steps + 1)
      }
      #expect(unreachable == verified + 1)
      #expect(steps <= 42)
    }
  }

  @Test func blockOfAnotherHeightIsRefusedAndTheSearchGoesOn() throws {
    let chain = try TestChain(count: 9)
    var search = try LightStore(root: chain.root, block: chain.block(1)).search(for: 9)
    let before = search
    #expect(throws: LightRefusal.unexpectedHeight(expected: 9, actual: 5)) {
      try search.receive(chain.block(5), now: try chain.now, policy: .tests)
    }
    #expect(search == before)
    #expect(try run(&search, on: chain) == [9])
    #expect(throws: LightRefusal.unexpectedHeight(expected: 9, actual: 9)) {
      try search.receive(chain.block(9), now: try chain.now, policy: .tests)
    }
  }

  @Test func forgedBlockInBetweenIsRefusedAndNothingOfItKept() throws {
    let powers = (0..<9).map { height in [height: UInt64(1), height + 1: 1, height + 2: 1] }
    let chain = try TestChain(powers: powers)
    var search = try LightStore(root: chain.root, block: chain.block(1)).search(for: 8)
    try search.receive(chain.block(8), now: try chain.now, policy: .tests)
    let before = search
    let height = try #require(search.nextHeightToFetch)
    var forged = chain.block(Int(height))
    forged.header.appHash[0] ^= 1
    #expect(throws: LightRefusal.self) { try search.receive(forged, now: try chain.now, policy: .tests) }
    #expect(search == before)
    _ = try run(&search, on: chain)
    #expect(search.latest == chain.block(8))
  }

  /// A peer that answers every height with validators of its own leads the search down to the next height only.
  @Test func forkOfStrangersEndsInARefusal() throws {
    let powers = Dictionary(uniqueKeysWithValues: (0..<4).map { ($0, UInt64(1)) })
    let strangers = Dictionary(uniqueKeysWithValues: (10..<14).map { ($0, UInt64(1)) })
    let chain = try TestChain(powers: Array(repeating: powers, count: 40))
    let fork = try TestChain(powers: [powers] + Array(repeating: strangers, count: 39))
    var search = try LightStore(root: chain.root, block: chain.block(1)).search(for: 39)
    #expect(throws: LightRefusal.self) { _ = try run(&search, on: fork) }
    #expect(search.verified.isEmpty)
  }

  @Test func descentGoesFromParentToParent() throws {
    let chain = try TestChain(count: 6)
    let root = TrustedRoot(chainID: chain.chain, height: 6, hash: chain.block(6).header.hash)
    let store = try LightStore(root: root, block: chain.block(6))
    var descent = try store.descent(to: 3)
    while let height = descent.nextHeightToFetch { try descent.receive(chain.block(Int(height)).header) }
    #expect(descent.lowest == chain.block(3).header)
    let other = try TestChain(count: 6, validators: 5)
    descent = try store.descent(to: 1)
    #expect(throws: LightRefusal.self) { try descent.receive(other.block(5).header) }
    #expect(descent.nextHeightToFetch == 5)
    var nowhere = try store.descent(to: 0)
    while let height = nowhere.nextHeightToFetch { try nowhere.receive(chain.block(Int(height)).header) }
    #expect(nowhere.lowest.height == 1)
  }
}
