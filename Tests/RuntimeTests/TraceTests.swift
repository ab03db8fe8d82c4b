import Hashing
import Program
import ProgramTestSupport
import Testing

@testable import Runtime

/// The trace is the tree of SPEC.md, section 7, over the cells in order.
struct TraceTests {
  private let salt = SHA256.hash([9])

  private func traced(_ recipe: ProgramRecipe, _ count: Int, keepsCells: Bool = true) throws -> TraceBuilder {
    let sequence = TokenSequence(
      try Model(recipe), trace: TraceBuilder.Options(salt: salt, keepsCells: keepsCells))
    let tokens = [UInt32].random(count, below: recipe.vocabularyCount, seed: 6)
    _ = try sequence.prefill(tokens, logits: .none)
    return try #require(sequence.trace)
  }

  @Test func rootsFollowFromCells() throws {
    let recipe = ProgramRecipe(seed: 30)
    let trace = try traced(recipe, 37)
    #expect(trace.count == 37 && trace.cells.count == 37 * recipe.layerCount)
    let roots = (0..<37).map { Merkle.root(of: trace.cells[$0 * recipe.layerCount..<($0 + 1) * recipe.layerCount]) }
    #expect(trace.tokenRoots == roots && trace.root == Merkle.root(of: roots))
  }

  @Test func cellsAreKeptOnlyOnRequest() throws {
    let recipe = ProgramRecipe(seed: 31)
    let (kept, dropped) = (try traced(recipe, 10), try traced(recipe, 10, keepsCells: false))
    #expect(dropped.cells.isEmpty && dropped.root == kept.root)
  }

  @Test func anotherSaltChangesEveryCell() throws {
    let recipe = ProgramRecipe(seed: 32)
    let one = try traced(recipe, 5)
    let sequence = TokenSequence(
      try Model(recipe), trace: TraceBuilder.Options(salt: .zero, keepsCells: true))
    _ = try sequence.prefill([UInt32].random(5, below: recipe.vocabularyCount, seed: 6))
    let other = try #require(sequence.trace)
    #expect(zip(one.cells, other.cells).allSatisfy { $0 != $1 })
  }

  @Test func aPrefixHasThePrefixOfTheRoots() throws {
    let recipe = ProgramRecipe.random(seed: 33)
    let (short, long) = (try traced(recipe, 12), try traced(recipe, 40))
    #expect(short.tokenRoots == Array(long.tokenRoots.prefix(12)))
  }

  @Test(
    arguments: [
      [0], [1, -1], [127], [128], [-128], [-129], [32_767, 0], [32_768], [-32_768], [-32_769], [1 << 23 - 1], [1 << 23],
      [-1 << 31], [-1 << 31 - 1], [1 << 39 - 1, 5], [1 << 39], [-1 << 46], [1 << 47 - 1, -3, 0],
    ] as [[Int64]])
  func residualPayloads(residual: [Int64]) {
    var bytes: [UInt8] = []
    CellHasher.append(residual: residual, residual.count, to: &bytes)
    #expect(bytes == Cell.payload(residual: residual))
  }

  @Test func emptyTraceHasTheEmptyRoot() {
    #expect(TraceBuilder(TraceBuilder.Options(salt: salt)).root == .zero)
  }
}
