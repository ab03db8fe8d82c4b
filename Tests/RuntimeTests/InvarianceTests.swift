import Hashing
import Program
import ProgramTestSupport
import Testing

@testable import Runtime

/// Blocks, threads, splits and neighbours never change a bit.
struct InvarianceTests {
  private struct Outcome: Equatable {
    var logits: [[Int32]]
    var root: Digest?
  }

  private let options = TraceBuilder.Options(salt: SHA256.hash([7]), keepsCells: false)

  private func outcome(_ model: Model, _ tokens: [UInt32], blockSize: Int = 32, threads: Int = 1) throws -> Outcome {
    let sequence = TokenSequence(
      model, parallel: Parallel(threadCount: threads), blockSize: blockSize, trace: options)
    return Outcome(logits: try sequence.prefill(tokens, logits: .all), root: sequence.trace?.root)
  }

  private func decoded(_ model: Model, _ tokens: [UInt32]) throws -> Outcome {
    let sequence = TokenSequence(model, parallel: Parallel(threadCount: 1), trace: options)
    return Outcome(logits: try tokens.map { try sequence.decode($0) }, root: sequence.trace?.root)
  }

  @Test(arguments: [1, 2, 3, 8, 31, 64, 1000])
  func blockSizes(blockSize: Int) throws {
    let recipe = ProgramRecipe.random(seed: 11)
    let model = try Model(recipe)
    let tokens = [UInt32].random(70, below: recipe.vocabularyCount, seed: 1)
    #expect(try outcome(model, tokens, blockSize: blockSize) == decoded(model, tokens))
  }

  @Test(arguments: [2, 3, 8])
  func threadCounts(threads: Int) throws {
    let model = try Model(.wide(seed: 12))
    let tokens = [UInt32].random(100, below: 300, seed: 2)
    #expect(try outcome(model, tokens, threads: threads) == outcome(model, tokens))
  }

  @Test(arguments: 0..<12)
  func splitsOfPrefillAndDecode(seed: UInt64) throws {
    let recipe = ProgramRecipe.random(seed: 1000 + seed)
    let model = try Model(recipe)
    var random = RandomNumbers(seed: seed)
    let tokens = random.tokens(60, vocabularyCount: recipe.vocabularyCount)
    let sequence = TokenSequence(model, blockSize: 7, trace: options)
    var logits: [[Int32]] = []
    var start = 0
    while start < tokens.count {
      let end = min(tokens.count, start + Int.random(in: 1...20, using: &random))
      if end == start + 1 {
        logits.append(try sequence.decode(tokens[start]))
      } else {
        logits += try sequence.prefill(Array(tokens[start..<end]), logits: .all)
      }
      start = end
    }
    #expect(try Outcome(logits: logits, root: sequence.trace?.root) == outcome(model, tokens))
  }

  @Test func sequencesSideBySide() throws {
    let recipe = ProgramRecipe.random(seed: 13)
    let model = try Model(recipe)
    let texts = (0..<3).map { [UInt32].random(40, below: recipe.vocabularyCount, seed: 50 + $0) }
    let sequences = texts.map { _ in TokenSequence(model, trace: options) }
    var logits: [[[Int32]]] = [[], [], []]
    for position in 0..<40 {
      for index in 0..<3 { logits[index].append(try sequences[index].decode(texts[index][position])) }
    }
    for index in 0..<3 {
      #expect(
        try Outcome(logits: logits[index], root: sequences[index].trace?.root) == outcome(model, texts[index]))
    }
  }

  /// Engines on threads of their own share the machine's threads, and nothing else.
  @Test func enginesAtOnce() async throws {
    let model = try Model(.wide(seed: 16))
    let texts = (0..<6).map { [UInt32].random(60, below: 300, seed: 70 + $0) }
    let expected = try texts.map { try outcome(model, $0) }
    let found = try await withThrowingTaskGroup(of: (Int, Outcome).self) { group in
      for (index, text) in texts.enumerated() {
        group.addTask { (index, try outcome(model, text, blockSize: 1 + 9 * index, threads: 3)) }
      }
      return try await group.reduce(into: [Int: Outcome]()) { $0[$1.0] = $1.1 }
    }
    for index in texts.indices { #expect(found[index] == expected[index]) }
  }

  @Test(arguments: [0, 1, 63, 64, 65, 80])
  func truncationGoesBack(count: Int) throws {
    let model = try Model(ProgramRecipe(seed: 14))
    let tokens = [UInt32].random(90, below: 53, seed: 3)
    let other = [UInt32].random(90, below: 53, seed: 4)
    let sequence = TokenSequence(model, trace: options)
    _ = try sequence.prefill(Array(tokens[..<count]) + other[count...])
    sequence.truncate(to: count)
    #expect(sequence.count == count && sequence.trace?.count == count)
    let logits = try sequence.prefill(Array(tokens[count...]))
    let expected = try outcome(model, tokens)
    #expect(logits.last == expected.logits.last && sequence.trace?.root == expected.root)
  }

  @Test func wantedLogits() throws {
    let model = try Model(ProgramRecipe(seed: 15))
    let tokens = [UInt32].random(50, below: 53, seed: 5)
    func rows(_ wanted: TokenSequence.Wanted) throws -> [[Int32]] {
      try TokenSequence(model, blockSize: 16).prefill(tokens, logits: wanted)
    }
    let all = try rows(.all)
    #expect(all.count == 50 && all[0].count == 53)
    #expect(try rows(.none).isEmpty)
    #expect(try rows(.last) == [all[49]])
    #expect(try rows(.some(13..<40)) == Array(all[13..<40]))
    #expect(try rows(.some(45..<70)) == Array(all[45...]))
    #expect(try TokenSequence(model).prefill([]).isEmpty)
  }
}
