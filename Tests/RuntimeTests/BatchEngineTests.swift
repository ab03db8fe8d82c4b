import Hashing
import Program
import ProgramTestSupport
import Testing

@testable import Runtime

/// Sequences that go through the layers together are what they are alone.
struct BatchEngineTests {
  /// One sequence of the batch, and what is known of it.
  private final class Member {
    let state: SequenceState
    let tokens: [UInt32]
    let options: TraceBuilder.Options
    var logits: [[Int32]] = []

    init(_ model: Model, seed: UInt64) {
      options = TraceBuilder.Options(salt: SHA256.hash([UInt8(seed & 255)]), keepsCells: seed.isMultiple(of: 2))
      tokens = .random(1 + Int(seed * 13 % 90), below: model.graph.vocabularyCount, seed: seed)
      state = SequenceState(model, trace: options)
    }

    func expectToBeAlone(_ model: Model) throws {
      let alone = TokenSequence(model, parallel: Parallel(threadCount: 1), blockSize: 1, trace: options)
      #expect(try alone.prefill(tokens, logits: .all) == logits)
      let (one, other) = (alone.trace, state.trace)
      #expect(one?.root == other?.root && one?.tokenRoots == other?.tokenRoots && one?.cells == other?.cells)
      #expect(state.tokens == tokens)
    }
  }

  @Test(arguments: 0..<16)
  func anyMixOfSegments(seed: UInt64) throws {
    let model = try Model(.randomVariant(seed: 3000 + seed))
    var random = RandomNumbers(seed: seed)
    let engine = BatchEngine(
      model, parallel: Parallel(threadCount: Int.random(in: 1...4, using: &random)),
      rowLimit: Int.random(in: 1...40, using: &random))
    let members = (0..<5).map { Member(model, seed: seed * 31 + $0) }
    while members.contains(where: { $0.state.count < $0.tokens.count }) {
      let chosen = members.filter { $0.state.count < $0.tokens.count && !random.oneIn(3) }.shuffled(using: &random)
      let segments = chosen.map { member in
        let start = member.state.count
        let end = min(member.tokens.count, start + (random.oneIn(2) ? 1 : Int.random(in: 1...25, using: &random)))
        return Segment(member.state, tokens: Array(member.tokens[start..<end]), logits: .all)
      }
      var order: [[Int]] = []
      try engine.run(segments) { segment, index, logits in
        chosen[segment].logits.append(logits)
        order.append([segment, index])
      }
      #expect(order == segments.indices.flatMap { segment in segments[segment].tokens.indices.map { [segment, $0] } })
    }
    for member in members { try member.expectToBeAlone(model) }
  }

  @Test func wantedLogitsOfEachSegment() throws {
    let model = try Model(ProgramRecipe(seed: 21))
    let engine = BatchEngine(model, rowLimit: 7)
    let wanted: [WantedLogits] = [.none, .last, .all, .some(2..<9), .some(8..<30), .last]
    let segments = wanted.enumerated().map { index, wanted in
      Segment(SequenceState(model), tokens: .random(index == 5 ? 0 : 10, below: 53, seed: 4), logits: wanted)
    }
    var found: [Int: [Int]] = [:]
    try engine.run(segments) { segment, index, _ in found[segment, default: []].append(index) }
    #expect(found == [1: [9], 2: Array(0..<10), 3: Array(2..<9), 4: [8, 9]])
  }

  @Test func aBadSegmentKeepsAllFromBeingFed() throws {
    let model = try Model(ProgramRecipe(seed: 22))
    let engine = BatchEngine(model)
    let (good, bad) = (SequenceState(model), SequenceState(model))
    for tokens in [[53], Array(repeating: 1, count: 97)] as [[UInt32]] {
      #expect(throws: RuntimeError.self) {
        try engine.run([Segment(good, tokens: [1]), Segment(bad, tokens: tokens)]) { _, _, _ in }
      }
    }
    #expect(good.count == 0 && bad.count == 0 && good.cacheByteCount == 0)
  }

  @Test func sequencesWithAndWithoutTraceSideBySide() throws {
    let model = try Model(ProgramRecipe(seed: 23))
    let options = TraceBuilder.Options(salt: SHA256.hash([1]), keepsCells: true)
    let (traced, plain) = (SequenceState(model, trace: options), SequenceState(model))
    let tokens = [UInt32].random(9, below: 53, seed: 1)
    let engine = BatchEngine(model)
    for token in tokens {
      try engine.run([Segment(plain, tokens: [token]), Segment(traced, tokens: [token])]) { _, _, _ in }
    }
    let alone = TokenSequence(model, trace: options)
    _ = try alone.prefill(tokens)
    #expect(traced.trace?.cells == alone.trace?.cells && plain.trace == nil)
  }
}
