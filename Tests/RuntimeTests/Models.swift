import Program
import ProgramTestSupport

@testable import Runtime

extension Model {
  /// A checked random program, ready to run.
  convenience init(_ recipe: ProgramRecipe) throws {
    try self.init(LoadedProgram(checking: RandomProgram(recipe).program()))
  }
}

extension ProgramRecipe {
  /// Large enough that work is shared between threads.
  static func wide(seed: UInt64) -> ProgramRecipe {
    var recipe = ProgramRecipe(seed: seed)
    recipe.hiddenSize = 256
    recipe.feedForwardWidth = 320
    recipe.vocabularyCount = 300
    recipe.headSize = 32
    recipe.headCount = 8
    recipe.contextLength = 200
    return recipe
  }
}

extension Array where Element == UInt32 {
  /// Tokens drawn below a vocabulary's count.
  static func random(_ count: Int, below vocabularyCount: Int, seed: UInt64) -> [UInt32] {
    var random = RandomNumbers(seed: seed)
    return random.tokens(count, vocabularyCount: vocabularyCount)
  }
}
