import Program
import ProgramTestSupport
import Testing

@testable import Runtime

/// Which experts work on a token, and with what weights: ties, extremes, and blocks that group tokens by expert.
struct ExpertTests {
  private func experts(_ recipe: ProgramRecipe) throws -> Experts {
    guard case .experts(let experts) = RandomProgram(recipe).graph.layers[0].feedForward.body else {
      throw ExpertsMissing()
    }
    return experts
  }

  private struct ExpertsMissing: Error {}

  private func recipe(_ experts: Int, chosen: Int, _ weighting: Experts.Weighting) -> ProgramRecipe {
    var recipe = ProgramRecipe(seed: 90)
    recipe.body = .experts
    recipe.expertCount = experts
    recipe.chosenCount = chosen
    recipe.weighting = weighting
    return recipe
  }

  @Test(arguments: Experts.Weighting.allCases, [1, 2, 5, 6])
  func choicesAreTheReferences(weighting: Experts.Weighting, chosen: Int) throws {
    let experts = try experts(recipe(6, chosen: chosen, weighting))
    var random = RandomNumbers(seed: UInt64(chosen))
    for round in 0..<300 {
      let limit = Int64(1) << Int64(round % 40)
      var logits = (0..<6).map { _ in Int64.random(in: -limit...limit, using: &random) }
      if round.isMultiple(of: 3) { logits[4] = logits[1] }
      if round.isMultiple(of: 50) { logits = Array(repeating: 0, count: 6) }
      var found: [Int: Int64] = [:]
      logits.withUnsafeBufferPointer { logits in
        ExpertChoice.visit(logits, experts) { found[$0] = $1 }
      }
      let expected = experts.route(logits)
      #expect(found == Dictionary(uniqueKeysWithValues: zip(expected.experts, expected.weights)), "\(logits)")
    }
  }

  @Test(arguments: [1, 2, 9, 64], [1, 3])
  func blocksGroupTokensByExpert(blockSize: Int, threads: Int) throws {
    var recipe = recipe(7, chosen: 3, .softmaxOfAll)
    recipe.hasSharedExpert = true
    let model = try Model(recipe)
    let tokens = [UInt32].random(50, below: 53, seed: 2)
    let one = TokenSequence(model, parallel: Parallel(threadCount: 1))
    let expected = try tokens.map { try one.decode($0) }
    let sequence = TokenSequence(model, parallel: Parallel(threadCount: threads), blockSize: blockSize)
    #expect(try sequence.prefill(tokens, logits: .all) == expected)
  }
}
