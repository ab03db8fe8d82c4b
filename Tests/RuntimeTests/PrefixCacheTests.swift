import Hashing
import Program
import ProgramTestSupport
import Testing

@testable import Runtime

struct PrefixCacheTests {
  private let model: Model
  private let engine: BatchEngine
  private let key: [UInt8] = [1, 2]
  private let salt = SHA256.hash([1])

  init() throws {
    var recipe = ProgramRecipe.wide(seed: 24)
    recipe.contextLength = 500
    recipe.layerCount = 1
    model = try Model(recipe)
    engine = BatchEngine(model)
  }

  private func tokens(_ count: Int, seed: UInt64 = 1) -> [UInt32] { .random(count, below: 300, seed: seed) }

  private func sequence(_ tokens: [UInt32], salt: Digest? = nil, after hit: PrefixHit? = nil) throws -> SequenceState {
    let state = SequenceState(model, trace: TraceBuilder.Options(salt: salt ?? self.salt), after: hit)
    try engine.run([Segment(state, tokens: Array(tokens.dropFirst(state.count)), logits: .none)]) { _, _, _ in }
    return state
  }

  private func cache(blocks: Int = 100) -> PrefixCache {
    PrefixCache(model, byteLimit: blocks * (model.cacheByteCount(positions: 64) + 6000))
  }

  @Test(arguments: [(63, 0), (64, 0), (65, 64), (128, 64), (129, 128), (200, 192), (500, 0)])
  func theLongestStartOfWholeBlocksThatLeavesAToken(count: Int, expected: Int) throws {
    let cache = cache()
    let origin = try sequence(tokens(200))
    #expect(cache.insert(key: key, origin, owner: [7]))
    let hit = cache.lookup(key: key, tokens: tokens(200) + tokens(300, seed: 2)[..<max(0, count - 200)])
    // 500 tokens begin with 192 that are held, less than half of them.
    let short = cache.lookup(key: key, tokens: Array(tokens(200).prefix(count)))
    if count <= 200 {
      #expect(short?.length ?? 0 == expected)
    } else {
      #expect(hit == nil)
    }
    #expect(short?.owner ?? [7] == [7] && short?.salt ?? salt == salt)
    #expect(short.map(\.root) == (expected == 0 ? nil : origin.trace?.root(ofFirst: expected)) || count > 200)
  }

  @Test func anotherTokenAnywhereIsAnotherPrefix() throws {
    let cache = cache()
    cache.insert(key: key, try sequence(tokens(200)), owner: [])
    for place in [0, 63, 64, 127, 128] {
      var other = tokens(200)
      other[place] = (other[place] + 1) % 300
      #expect(cache.lookup(key: key, tokens: other)?.length ?? 0 == (place < 128 ? 0 : 128))
    }
  }

  @Test func nothingIsSharedAcrossKeys() throws {
    let cache = cache()
    cache.insert(key: key, try sequence(tokens(200)), owner: [])
    for other in [[], [1], [1, 2, 0], [2, 1]] as [[UInt8]] {
      #expect(cache.lookup(key: other, tokens: tokens(200)) == nil)
    }
    #expect(cache.lookup(key: key, tokens: tokens(200)) != nil)
    cache.removeAll(key: [1])
    #expect(cache.lookup(key: key, tokens: tokens(200)) != nil)
    cache.removeAll(key: key)
    #expect(cache.lookup(key: key, tokens: tokens(200)) == nil && cache.count == 0 && cache.byteCount == 0)
  }

  @Test func aSequenceThatBeginsWithAPrefixGoesOnAsIfItHadComputedIt() throws {
    let cache = cache()
    let text = tokens(300)
    let origin = try sequence(Array(text.prefix(200)))
    cache.insert(key: key, origin, owner: [])
    let hit = try #require(cache.lookup(key: key, tokens: text))
    let own = SHA256.hash([2])
    let begun = SequenceState(model, trace: TraceBuilder.Options(salt: own, keepsCells: true), after: hit)
    #expect(begun.count == 192 && begun.trace?.start == 192)
    var logits: [[Int32]] = []
    try engine.run([Segment(begun, tokens: Array(text[192...]), logits: .all)]) { logits.append($2) }
    let alone = TokenSequence(model, trace: TraceBuilder.Options(salt: own, keepsCells: true))
    let expected = try alone.prefill(text, logits: .all)
    #expect(logits == Array(expected[192...]))
    let trace = try #require(begun.trace)
    #expect(trace.tokenRoots == alone.trace.map { Array($0.tokenRoots[192...]) })
    #expect(trace.root == Merkle.root(of: trace.tokenRoots) && trace.prefix?.root == hit.root)
    #expect(hit.root == origin.trace?.root(ofFirst: 192) && hit.originTokenRoots == origin.trace?.tokenRoots)
    #expect(trace.cells == alone.trace.map { Array($0.cells[192...]) })
  }

  @Test func sharedBlocksAreNotWrittenTo() throws {
    let cache = cache()
    let text = tokens(200)
    cache.insert(key: key, try sequence(text), owner: [])
    let hit = try #require(cache.lookup(key: key, tokens: text))
    let begun = SequenceState(model, after: hit)
    begun.truncate(to: 100)
    try engine.run([Segment(begun, tokens: tokens(90, seed: 3), logits: .none)]) { _, _, _ in }
    let second = try #require(cache.lookup(key: key, tokens: text))
    let again = SequenceState(model, after: second)
    var logits: [Int32] = []
    try engine.run([Segment(again, tokens: Array(text[192...]))]) { logits = $2 }
    #expect(try logits == TokenSequence(model).prefill(text).last)
  }

  @Test func onlyWholeTracesFromTheStartAreHeld() throws {
    let cache = cache()
    let origin = try sequence(tokens(200))
    #expect(cache.insert(key: key, origin, owner: []) && !cache.insert(key: key, origin, owner: []))
    let hit = try #require(cache.lookup(key: key, tokens: tokens(200) + tokens(100, seed: 2)))
    #expect(!cache.insert(key: key, try sequence(tokens(200) + tokens(100, seed: 2), after: hit), owner: []))
    let untraced = SequenceState(model)
    try engine.run([Segment(untraced, tokens: tokens(100, seed: 4), logits: .none)]) { _, _, _ in }
    #expect(!cache.insert(key: key, untraced, owner: []))
    #expect(!cache.insert(key: key, try sequence(tokens(63)), owner: []))
    #expect(cache.count == 1)
  }

  @Test func aLongerAnswerStandsForThoseThatItBeginsWith() throws {
    let cache = cache()
    for count in [70, 130, 260] { cache.insert(key: key, try sequence(tokens(count)), owner: [UInt8(count / 10)]) }
    #expect(cache.count == 1)
    #expect(!cache.insert(key: key, try sequence(tokens(200)), owner: []))
    #expect(cache.insert(key: key, try sequence(tokens(64) + tokens(100, seed: 9)), owner: []) && cache.count == 2)
    #expect(cache.lookup(key: key, tokens: tokens(260))?.owner == [26])
  }

  @Test func theLeastRecentlyUsedGoesFirst() throws {
    let cache = cache(blocks: 6)
    for seed in 1...3 as ClosedRange<UInt64> {
      cache.insert(key: key, try sequence(tokens(130, seed: seed)), owner: [])
    }
    #expect(cache.count == 3 && cache.byteCount <= cache.byteLimit)
    #expect(cache.lookup(key: key, tokens: tokens(130, seed: 1)) != nil)
    cache.insert(key: [9], try sequence(tokens(130, seed: 4)), owner: [])
    #expect(cache.count == 3 && cache.byteCount <= cache.byteLimit)
    #expect(cache.lookup(key: key, tokens: tokens(130, seed: 2)) == nil)
    for seed in [1, 3] as [UInt64] { #expect(cache.lookup(key: key, tokens: tokens(130, seed: seed)) != nil) }
    cache.insert(key: key, try sequence(tokens(450)), owner: [])
    #expect(cache.lookup(key: key, tokens: tokens(450)) == nil, "larger than the cache")
  }

  @Test func withoutRoomNothingIsHeld() throws {
    let cache = PrefixCache(model, byteLimit: 0)
    #expect(!cache.insert(key: key, try sequence(tokens(200)), owner: []) && cache.count == 0)
    #expect(cache.lookup(key: key, tokens: tokens(200)) == nil && cache.lookup(key: key, tokens: []) == nil)
  }
}
